"""Gates: their bounds, their two forms, and what is refused."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import GatedModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


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


def test_weights_are_the_means_of_the_gates_over_the_units():
    module, h = GatedModule(3, P).double(), embeddings()
    assert_close(module.weights(h, PRESENT), module.gates(h, PRESENT).mean(dim=2))


def test_an_unknown_gate_is_refused():
    with pytest.raises(ValueError, match="gate is 'tanh'; expected 'softmax' or 'sigmoid'"):
        GatedModule(2, P, gate="tanh")


def test_a_sigmoid_gate_of_three_modalities_is_refused():
    with pytest.raises(ValueError, match="chooses between 2 modalities, and there are 3"):
        GatedModule(3, P, gate="sigmoid")
