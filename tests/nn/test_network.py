"""Encoders, fusion and head together: masks, hidden modalities, and rebuilding."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import FusionNetwork, GatedModule
from skmm.nn._fusions import FUSIONS
from skmm.nn._network import hide_modalities

MODALITIES = {
    "sensor": ("vector", 3),
    "image": ("image", 1),
    "motion": ("sequence", 2),
    "text": ("tokens", 7),
}


pytestmark = pytest.mark.usefixtures("seeded_torch")


@pytest.fixture
def blocks():
    return {
        "sensor": torch.randn(6, 3),
        "image": torch.randn(6, 1, 5, 5),
        "motion": torch.randn(6, 4, 2),
        "text": torch.randint(0, 7, (6, 4)),
    }


# Nothing is drawn at random: outputs are compared to the bit.
OPTIONS = {
    "tensor": {"factor_dim": 2},
    "cross_attention": {"attention_dropout": 0.0},
    "bottleneck": {"attention_dropout": 0.0},
}


def make(fusion, modalities=MODALITIES, encoders=None):
    """A small network; that of embrace, which draws in training, in evaluation."""
    options = {"embed_dim": 8, "hidden_dims": (16,), "dropout": 0.0, "encoders": encoders}
    network = FusionNetwork(modalities, 2, fusion=fusion, **options, **OPTIONS.get(fusion, {}))
    for parameter in network.fusion.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)  # film starts at 0
    return network.eval() if fusion == "embrace" else network


@pytest.fixture(params=FUSIONS)
def network(request):
    return make(request.param)


PRESENT = torch.tensor(
    [[1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1]]
).bool()


def test_every_parameter_gets_a_gradient(network, blocks):
    (network(blocks, PRESENT) * torch.randn(6, 2)).sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_a_rebuilt_network_with_the_same_state_gives_equal_output(network, blocks):
    again = make(next(name for name, module in FUSIONS.items() if type(network.fusion) is module))
    again.load_state_dict(network.state_dict())
    assert torch.equal(again(blocks, PRESENT), network(blocks, PRESENT))


def refill(blocks, present, filling):
    """Put something else where nothing is."""
    filled = {}
    for column, (name, block) in enumerate(blocks.items()):
        absent = ~present[:, column].reshape(-1, *[1] * (block.ndim - 1))
        filled[name] = torch.where(absent, filling if block.is_floating_point() else 6, block)
    return filled


def assert_deaf_to_what_is_missing(network, blocks, present):
    expected = network(blocks, present)
    for filling in [torch.nan, 1e6, 0.0, torch.inf]:
        output = network(refill(blocks, present, filling), present)
        assert torch.equal(output, expected)
        network.zero_grad()
        output.sum().backward()
        assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())


def test_what_lies_in_a_missing_sample_never_matters(network, blocks):
    assert_deaf_to_what_is_missing(network, blocks, PRESENT)


@pytest.mark.parametrize("kind", ["vector", "image", "sequence", "tokens"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_takes_every_kind(fusion, kind, blocks):
    name = next(name for name, (other, _) in MODALITIES.items() if other == kind)
    network = make(fusion, {"a": MODALITIES[name], "b": MODALITIES[name]})
    two = {"a": blocks[name], "b": blocks[name].flip(0)}
    assert_deaf_to_what_is_missing(network, two, PRESENT[:, :2])
    assert torch.isfinite(network(two, torch.zeros(6, 2, dtype=torch.bool))).all()
    network.zero_grad()
    (network(two, PRESENT[:, :2]) * torch.randn(6, 2)).sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


# A modality of every kind with every body, all in one network.
BODIES = {
    "sensor": ("vector", 3, {"hidden_dims": (5,)}),
    "cnn": ("image", 1, {}),
    "resnet": ("image", 1, {"body": "resnet"}),
    **{
        f"{kind} {body}": (kind, size, {"body": body})
        for kind, size in [("sequence", 2), ("tokens", 7)]
        for body in ("lstm", "gru", "tcn", "transformer")
    },
}


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_takes_every_kind_and_body(fusion):
    modalities = {name: (kind, size) for name, (kind, size, _) in BODIES.items()}
    encoders = {name: options for name, (_, _, options) in BODIES.items() if options}
    network = make(fusion, modalities, encoders)
    samples = {
        "vector": lambda: torch.randn(4, 3),
        "image": lambda: torch.randn(4, 1, 8, 8),
        "sequence": lambda: torch.randn(4, 3, 2),
        "tokens": lambda: torch.randint(1, 7, (4, 3)),
    }
    blocks = {name: samples[kind]() for name, (kind, _) in modalities.items()}
    present = torch.rand(4, len(BODIES)) < 0.6
    present[0] = True
    assert_deaf_to_what_is_missing(network, blocks, present)
    ones = torch.ones_like(present)
    assert torch.equal(network(blocks), network(blocks, ones))
    network.zero_grad()
    (network(blocks, present) * torch.randn(4, 2)).sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_a_mask_of_ones_is_no_mask(network, blocks):
    assert torch.equal(network(blocks), network(blocks, torch.ones(6, 4, dtype=torch.bool)))


def test_a_row_with_nothing_present_is_finite(network, blocks):
    assert torch.isfinite(network(blocks, torch.zeros(6, 4, dtype=torch.bool))).all()


def test_a_row_alone_is_as_in_its_batch(network, blocks):
    network.eval()
    together = network(blocks, PRESENT)
    for row in range(6):
        alone = network({k: v[row : row + 1] for k, v in blocks.items()}, PRESENT[row : row + 1])
        assert_close(alone[0], together[row], atol=1e-6, rtol=1e-5)


def test_one_modality_is_enough():
    network = FusionNetwork({"X": ("vector", 3)}, 1, hidden_dims=())
    assert network({"X": torch.randn(2, 3)}).shape == (2, 1)


def test_numbers_are_standardized_before_they_are_rounded():
    network = FusionNetwork({"X": ("vector", 1)}, 1, dropout=0)
    seconds = torch.tensor([[1.7e9], [1.7e9 + 1]], dtype=torch.float64)
    network.scalers[0].set_statistics([1.7e9], [1.0])
    shifted = network({"X": seconds})
    network.scalers[0].set_statistics([0.0], [1.0])
    assert torch.equal(shifted, network({"X": torch.tensor([[0.0], [1.0]])}))


@pytest.mark.parametrize(("n_modalities", "expected"), [(2, 0.18), (3, 0.197333)])
def test_modalities_are_hidden_at_the_rate_of_the_formula(n_modalities, expected):
    present = torch.ones(200_000, n_modalities, dtype=torch.bool)
    rate = 1 - hide_modalities(present, 0.2).double().mean(dim=0)
    assert_close(rate, torch.full((n_modalities,), expected).double(), atol=4e-3, rtol=0)


@pytest.mark.parametrize("rate", [0.2, 0.99])
def test_hiding_never_empties_a_row_and_never_adds_a_modality(rate):
    present = torch.rand(2000, 3) < 0.5
    kept = hide_modalities(present, rate)
    assert (kept <= present).all()
    assert torch.equal(kept.any(dim=1), present.any(dim=1))


def test_hiding_at_rate_zero_is_the_identity():
    present = torch.rand(100, 3) < 0.5
    assert torch.equal(hide_modalities(present, 0.0), present)


def test_modalities_are_hidden_in_training_only(blocks):
    network = FusionNetwork(MODALITIES, 2, dropout=0, modality_dropout=0.5)
    assert not torch.equal(network(blocks), network(blocks))
    network.eval()
    assert torch.equal(network(blocks), network(blocks))


def test_options_reach_the_fusion_module():
    modalities = {"a": ("vector", 2), "b": ("vector", 2)}
    assert FusionNetwork(modalities, 1, gate="sigmoid").fusion.gate == "sigmoid"
    wide = FusionNetwork(modalities, 1, fusion="concat", hidden_dim=9)
    assert wide.fusion.body[0].out_features == 9


@pytest.mark.parametrize(
    ("fusion", "option", "message"),
    [
        (
            "concat",
            "gate",
            r"fusion='concat' has no option 'gate'; ConcatModule knows \['hidden_dim'",
        ),
        ("bottleneck", "n_layer", "did you mean 'n_layers'"),
        ("sum", "gate", r"SumModule knows \[\]"),
    ],
)
def test_options_that_a_fusion_does_not_know_are_named(fusion, option, message):
    with pytest.raises(ValueError, match=message):
        FusionNetwork({"a": ("vector", 2)}, 1, fusion=fusion, **{option: "sigmoid"})


def test_options_and_modules_reach_the_encoders(blocks):
    choices = {"motion": {"body": "gru"}, "image": (torch.nn.Flatten(), (1, 5, 5))}
    network = FusionNetwork(MODALITIES, 2, embed_dim=4, encoders=choices)
    sensor, image, motion, _ = network.encoders
    assert isinstance(motion.steps.body.cells, torch.nn.GRU)
    assert image.linear.weight.shape == (4, 25)
    assert len(sensor.body) == 4
    assert network(blocks).shape == (6, 2)


def test_what_an_encoder_refuses_is_named_with_its_modality():
    with pytest.raises(ValueError, match=r"encoders\['motion'\]: body='rnn'; expected one of"):
        FusionNetwork(MODALITIES, 2, encoders={"motion": {"body": "rnn"}})


class Mean(torch.nn.Module):
    """The least that a fusion of one's own may be."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, embeddings, present):
        stacked = torch.stack(embeddings, dim=1) * present.unsqueeze(2)
        return self.scale * stacked.sum(dim=1) / present.sum(dim=1, keepdim=True).clamp(min=1)


def test_a_module_of_ones_own_is_copied_and_used(blocks):
    mine = Mean()
    network = make(mine)
    assert type(network.fusion) is Mean
    assert network.fusion is not mine
    assert mine.scale == 1
    assert torch.equal(network(blocks), network(blocks, torch.ones(6, 4, dtype=torch.bool)))
    assert_deaf_to_what_is_missing(network, blocks, PRESENT)


class LastToken(torch.nn.Module):
    """A fusion of one's own that reads tokens."""

    reads_tokens = True

    def forward(self, streams, present, valid):
        assert [len(here) for here in valid] == [6, 6, 6, 6]
        assert all(s.shape[:2] == here.shape for s, here in zip(streams, valid, strict=True))
        return sum(stream[:, -1] for stream in streams)


def test_a_module_of_ones_own_can_read_tokens(blocks):
    assert make(LastToken())(blocks, PRESENT).shape == (6, 2)


class Concatenation(torch.nn.Module):
    def forward(self, embeddings, present):
        return torch.cat(embeddings, dim=1)


def test_a_module_that_returns_another_shape_is_refused(blocks):
    with pytest.raises(ValueError, match=r"returns the shape \(6, 32\), and \(6, 8\) is expected"):
        make(Concatenation())(blocks)


def test_a_module_of_ones_own_takes_no_options():
    with pytest.raises(ValueError, match=r"fusion is a module, and \['gate'\] are arguments of a"):
        FusionNetwork(MODALITIES, 2, fusion=Mean(), gate="sigmoid")


class TwoSteps(torch.nn.Module):
    """An encoder with tokens of its own."""

    def forward(self, x):
        return torch.stack([x, -x], dim=1).mean(dim=1)

    def tokens(self, x):
        return torch.stack([x, -x], dim=1), torch.ones(len(x), 2, dtype=torch.bool)


def test_tokens_of_encoders_are_for_fusions_that_read_them():
    network = FusionNetwork({"X": ("vector", 4)}, 1, fusion=LastTokenOfTwo(), embed_dim=4)
    network.encoders[0] = TwoSteps()
    network.head = torch.nn.Sequential(torch.nn.Linear(4, 1))
    x = torch.randn(3, 4)
    assert torch.equal(network({"X": x}), network.head(-x))


class LastTokenOfTwo(LastToken):
    def forward(self, streams, present, valid):
        assert valid[0].shape == (3, 2)
        return streams[0][:, -1]


def test_weights_of_modalities_are_those_of_the_fusion(blocks):
    network = make("attention").eval()
    seen = []
    network.fusion.register_forward_hook(lambda module, args, _: seen.append(module.weights(*args)))
    network(blocks, PRESENT)
    assert torch.equal(network.modality_weights(blocks, PRESENT), seen[0])


@pytest.mark.parametrize("fusion", ["mean", GatedModule, 3])
def test_an_unknown_fusion_is_refused(fusion):
    with pytest.raises(ValueError, match=r"fusion is .*; expected one of \['concat', 'sum', "):
        FusionNetwork({"a": ("vector", 2)}, 1, fusion=fusion)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="the kind of 'a' is 'video'; expected one of"):
        FusionNetwork({"a": ("video", 2)}, 1)


def test_a_fusion_module_of_float64_joins_a_net_of_float32(blocks):
    fusion = Mean().double()
    assert FusionNetwork(MODALITIES, 2, fusion=fusion)(blocks).dtype == torch.float32
    assert fusion.scale.dtype == torch.float64


def test_arrays_of_any_shape_need_a_module():
    with pytest.raises(ValueError, match=r"the kind of 'v' is 'array'; expected one of"):
        FusionNetwork({"v": ("array", 1)}, 2)
