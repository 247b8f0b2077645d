"""The layer that turns gradients round."""

import math

import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._reversal import reversal_weight, reverse_gradient


def test_values_pass_and_gradients_are_turned_round(global_random_seed):
    draw = torch.Generator().manual_seed(global_random_seed)
    x = torch.randn(5, 3, generator=draw, requires_grad=True)
    coefficients = torch.randn(5, 3, generator=draw)
    y = reverse_gradient(x, 0.7)
    assert torch.equal(y, x)
    (y * coefficients).sum().backward()
    assert torch.equal(x.grad, -0.7 * coefficients)


def test_no_gradient_passes_at_the_start():
    x = torch.ones(3, requires_grad=True)
    reverse_gradient(x, reversal_weight(0)).sum().backward()
    assert not x.grad.any()


@pytest.mark.parametrize("progress", [0.0, 0.1, 0.5, 1.0])
def test_the_weight_rises_as_ganin_says(progress):
    assert_allclose(reversal_weight(progress), math.tanh(5 * progress), rtol=1e-9)  # the same curve
