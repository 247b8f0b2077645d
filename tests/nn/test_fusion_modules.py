"""What every fusion module must do, and what each of them promises."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn import ConcatModule, GatedModule

P = 5
MODULES = {
    "concat": lambda m: ConcatModule(m, P, hidden_dim=7, dropout=0.0),
    "gated": lambda m: GatedModule(m, P),
}


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.fixture(params=MODULES)
def make(request):
    return MODULES[request.param]


def embeddings(n_modalities=3, n_samples=6):
    return [torch.randn(n_samples, P, dtype=torch.float64) for _ in range(n_modalities)]


PRESENT = torch.tensor([[1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 1], [1, 0, 0]]).bool()


def test_every_parameter_gets_a_gradient(make):
    module = make(3).double()
    (module(embeddings(), PRESENT) * torch.randn(6, P)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_state_dict_round_trip_gives_equal_output(make):
    first, second = make(3).double(), make(3).double()
    h = embeddings()
    assert not torch.equal(first(h, PRESENT), second(h, PRESENT))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(h, PRESENT), second(h, PRESENT))


@pytest.mark.parametrize("n_modalities", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("concat", lambda m: m * P * 7 + 7 + 7 * P + P + m * P),
        ("gated", lambda m: m * (P * P + P) + (m * P) * (m * P) + m * P),
    ],
)
def test_number_of_parameters_follows_the_formula(name, formula, n_modalities):
    counted = sum(parameter.numel() for parameter in MODULES[name](n_modalities).parameters())
    assert counted == formula(n_modalities)


def test_what_lies_in_an_absent_embedding_never_matters(make):
    module = make(3).double()
    outputs = []
    for filling in [0.0, 1e6, torch.nan, torch.inf]:
        h = [torch.where(PRESENT[:, [m]], e, filling) for m, e in enumerate(ONCE)]
        h = [e.requires_grad_() for e in h]
        module.zero_grad()
        output = module(h, PRESENT)
        output.sum().backward()
        assert all(torch.isfinite(p.grad).all() for p in module.parameters())
        assert all(torch.isfinite(e.grad).all() for e in h)
        outputs.append(output)
    assert all(torch.equal(output, outputs[0]) for output in outputs)


ONCE = [torch.linspace(-1, 1 + m, 6 * P, dtype=torch.float64).reshape(6, P) for m in range(3)]


def test_a_mask_of_ones_is_no_mask(make):
    module, h = make(3).double(), embeddings()
    assert torch.equal(module(h), module(h, torch.ones(6, 3, dtype=torch.bool)))


def test_a_row_with_nothing_present_is_finite_and_has_finite_gradients(make):
    module = make(3).double()
    output = module(embeddings(), torch.zeros(6, 3, dtype=torch.bool))
    output.sum().backward()
    assert torch.isfinite(output).all()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in module.parameters())


def test_gradients_agree_with_finite_differences(make):
    module = make(3).double()
    h = [e.requires_grad_() for e in embeddings(n_samples=4)]
    assert torch.autograd.gradcheck(lambda *h: module(list(h), PRESENT[1:5]), h)


def test_a_row_alone_is_as_in_its_batch(make):
    module, h = make(3).double().eval(), embeddings()
    together = module(h, PRESENT)
    for row in range(6):
        alone = module([e[row : row + 1] for e in h], PRESENT[row : row + 1])
        assert_close(alone[0], together[row])


def test_one_modality_is_enough(make):
    assert make(1)([torch.randn(2, P)]).shape == (2, P)


def test_concat_of_one_modality_is_a_plain_network():
    module = ConcatModule(1, P, hidden_dim=7).eval()
    plain = nn.Sequential(nn.Linear(P, 7), nn.ReLU(), nn.Linear(7, P))
    state = module.state_dict()
    plain.load_state_dict(
        {
            "0.weight": state["body.0.weight"],
            "0.bias": state["body.0.bias"],
            "2.weight": state["body.3.weight"],
            "2.bias": state["body.3.bias"],
        }
    )
    h = torch.randn(4, P)
    assert torch.equal(module([h]), plain(h))


def test_concat_drops_hidden_units_in_training_only():
    module, h = ConcatModule(2, P), embeddings(2)
    module.double()
    assert not torch.equal(module(h), module(h))
    module.eval()
    assert torch.equal(module(h), module(h))


def gated_values(module, h):
    values = [torch.tanh(value(e)) for value, e in zip(module.values, h, strict=True)]
    return torch.stack(values, dim=1)


@pytest.mark.parametrize(("gate", "n_modalities"), [("softmax", 3), ("sigmoid", 2)])
def test_gated_output_lies_between_the_values_of_the_modalities(gate, n_modalities):
    module = GatedModule(n_modalities, P, gate=gate).double()
    h = embeddings(n_modalities)
    values, fused = gated_values(module, h), module(h)
    assert (values.amin(dim=1) <= fused).all()
    assert (fused <= values.amax(dim=1)).all()


def test_the_softmax_gate_of_two_is_the_sigmoid_of_the_difference_of_logits():
    softmax = GatedModule(2, P).double()
    sigmoid = GatedModule(2, P, gate="sigmoid").double()
    sigmoid.values.load_state_dict(softmax.values.state_dict())
    weight, bias = softmax.logits.weight.detach(), softmax.logits.bias.detach()
    sigmoid.logits.load_state_dict({"weight": weight[:P] - weight[P:], "bias": bias[:P] - bias[P:]})
    h = embeddings(2)
    assert_close(softmax(h), sigmoid(h))


def test_the_sigmoid_gate_is_the_formula_of_the_paper():
    module = GatedModule(2, P, gate="sigmoid").double()
    h = embeddings(2)
    g = torch.sigmoid(module.logits(torch.cat(h, dim=1)))
    first, second = gated_values(module, h).unbind(dim=1)
    assert_close(module(h), g * first + (1 - g) * second)


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_a_modality_alone_gets_the_whole_gate(gate):
    module = GatedModule(2, P, gate=gate).double()
    h = embeddings(2)
    only_second = torch.tensor([[False, True]]).expand(6, 2)
    # tanh of the same number may end in another bit at another place in memory.
    expected = torch.tanh(module.values[1](h[1]))
    assert_close(module(h, only_second), expected, rtol=0, atol=1e-15)


def test_gates_sum_to_one_over_what_is_present():
    gates = GatedModule(3, P).double().gates(embeddings(), PRESENT)
    assert_close(gates.sum(dim=1), torch.ones(6, P, dtype=torch.float64))
    assert (gates[~PRESENT] == 0).all()


def test_an_unknown_gate_is_refused():
    with pytest.raises(ValueError, match="gate is 'tanh'; expected 'softmax' or 'sigmoid'"):
        GatedModule(2, P, gate="tanh")


def test_a_sigmoid_gate_of_three_modalities_is_refused():
    with pytest.raises(ValueError, match="chooses between 2 modalities, and there are 3"):
        GatedModule(3, P, gate="sigmoid")
