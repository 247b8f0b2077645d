"""Encoders, fusion and head together: masks, hidden modalities, and rebuilding."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import FusionNetwork
from skmm.nn._network import hide_modalities

MODALITIES = {
    "sensor": ("vector", 3),
    "image": ("image", 1),
    "motion": ("sequence", 2),
    "text": ("tokens", 7),
}


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.fixture
def blocks():
    return {
        "sensor": torch.randn(6, 3),
        "image": torch.randn(6, 1, 5, 5),
        "motion": torch.randn(6, 4, 2),
        "text": torch.randint(0, 7, (6, 4)),
    }


@pytest.fixture(params=["concat", "gated"])
def network(request):
    return FusionNetwork(
        MODALITIES, 2, fusion=request.param, embed_dim=4, hidden_dims=(5,), dropout=0
    )


PRESENT = torch.tensor(
    [[1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1]]
).bool()


def test_every_parameter_gets_a_gradient(network, blocks):
    (network(blocks, PRESENT) * torch.randn(6, 2)).sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_a_rebuilt_network_with_the_same_state_gives_equal_output(network, blocks):
    again = FusionNetwork(
        MODALITIES,
        2,
        fusion="concat" if hasattr(network.fusion, "absent") else "gated",
        embed_dim=4,
        hidden_dims=(5,),
        dropout=0,
    )
    again.load_state_dict(network.state_dict())
    assert torch.equal(again(blocks, PRESENT), network(blocks, PRESENT))


@pytest.mark.parametrize("filling", [torch.nan, 1e6, 0.0, torch.inf])
def test_what_lies_in_a_missing_sample_never_matters(network, blocks, filling):
    expected = network(blocks, PRESENT)
    for column, name in enumerate(MODALITIES):
        absent = ~PRESENT[:, column].reshape(-1, *[1] * (blocks[name].ndim - 1))
        value = filling if blocks[name].is_floating_point() else 6
        blocks[name] = torch.where(absent, value, blocks[name])
    output = network(blocks, PRESENT)
    assert torch.equal(output, expected)
    output.sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())


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


def test_an_unknown_fusion_or_kind_is_refused():
    with pytest.raises(ValueError, match=r"fusion is 'sum'; expected one of \['concat', 'gated'\]"):
        FusionNetwork({"a": ("vector", 2)}, 1, fusion="sum")
    with pytest.raises(ValueError, match="the kind of 'a' is 'video'; expected one of"):
        FusionNetwork({"a": ("video", 2)}, 1)
