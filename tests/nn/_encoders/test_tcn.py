"""Temporal convolutions against a loop over steps, and what a state can see."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn._encoders.tcn import TemporalConvolution


def body(**options):
    defaults = {"n_layers": 2, "bidirectional": True, "dropout": 0.0}
    return TemporalConvolution(3, 4, **(defaults | options)).double()


def convolve_by_hand(layer, states, dilation, bidirectional):
    """Weighted sums over three steps, missing ones being zero, then LayerNorm and ReLU."""
    weight, bias = layer.convolution.weight, layer.convolution.bias
    first = -dilation if bidirectional else -2 * dilation
    rows = []
    for step in range(len(states)):
        total = bias
        for k in range(3):
            other = step + first + k * dilation
            if 0 <= other < len(states):
                total = total + weight[:, :, k] @ states[other]
        rows.append(total)
    sums = torch.stack(rows)
    centered = sums - sums.mean(1, keepdim=True)
    scaled = centered / (centered.pow(2).mean(1, keepdim=True) + layer.norm.eps).sqrt()
    return torch.relu(scaled * layer.norm.weight + layer.norm.bias)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_states_are_those_of_a_loop(bidirectional):
    network = body(bidirectional=bidirectional)
    x = torch.randn(1, 7, 3, dtype=torch.float64)
    states = network.project(x)[0]
    for depth, (first, second) in enumerate(network.blocks):
        inner = convolve_by_hand(first, states, 2**depth, bidirectional)
        states = states + convolve_by_hand(second, inner, 2**depth, bidirectional)
    assert_close(network(x, torch.ones(1, 7, dtype=torch.bool))[0], states)


@pytest.mark.parametrize(("n_layers", "reach"), [(1, 2), (2, 6), (3, 14)])
def test_a_state_sees_as_far_as_the_dilations_add_up_to(n_layers, reach):
    network = body(n_layers=n_layers)
    x = torch.randn(1, 41, 3, dtype=torch.float64, requires_grad=True)
    network(x, torch.ones(1, 41, dtype=torch.bool))[0, 20].pow(2).sum().backward()
    seen = x.grad[0].abs().sum(dim=1).nonzero().flatten()
    assert (seen.min(), seen.max()) == (20 - reach, 20 + reach)


def test_what_lies_in_an_invalid_step_never_matters():
    network = body()
    x = torch.randn(1, 6, 3, dtype=torch.float64)
    valid = torch.tensor([[1, 1, 0, 1, 1, 0]]).bool()
    other = torch.where(valid.unsqueeze(2), x, 7.0)
    assert_close(network(x, valid)[valid], network(other, valid)[valid])
