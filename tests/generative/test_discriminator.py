"""Losses of the game against their constants, and what keeps a discriminator in hand."""

import math

import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._discriminator import (
    discriminator_loss,
    generator_loss,
    make_discriminator,
    mean_where,
    r1_penalty,
)


def test_losses_of_a_discriminator_that_knows_nothing():
    zero = torch.zeros(4)
    assert_allclose(discriminator_loss(zero, zero), 1.386294, atol=1e-6)
    assert_allclose(generator_loss(zero), 0.693147, atol=1e-6)


def test_losses_are_those_of_the_chances():
    real, fake = torch.tensor([1.3]), torch.tensor([-0.4])
    chance_real, chance_fake = torch.sigmoid(real).item(), torch.sigmoid(fake).item()
    expected = -math.log(chance_real) - math.log(1 - chance_fake)
    assert_allclose(discriminator_loss(real, fake).item(), expected, rtol=1e-6)
    assert_allclose(generator_loss(fake).item(), -math.log(chance_fake), rtol=1e-6)


def test_a_sure_discriminator_leaves_losses_and_gradients_finite():
    fake = torch.tensor([-300.0], requires_grad=True)
    loss = generator_loss(fake)
    loss.backward()
    assert loss.item() == 300.0
    assert fake.grad.item() == -1.0  # it does not vanish


def test_the_penalty_of_a_linear_discriminator_is_half_its_squared_weights():
    weight, codes = torch.tensor([3.0, 4.0]), torch.randn(5, 2, requires_grad=True)
    assert_allclose(r1_penalty(codes @ weight, codes).detach(), 12.5)


def test_spectral_weights_do_not_stretch():
    torch.manual_seed(0)
    layers = make_discriminator(6, [8], 2, "spectral").train()
    for _ in range(200):  # a power iteration each
        layers(torch.randn(3, 6))
    for layer in layers.eval()[::2]:
        assert_allclose(torch.linalg.matrix_norm(layer.weight.detach(), 2), 1, rtol=1e-4)


@pytest.mark.parametrize("regularization", [None, "r1"])
def test_otherwise_layers_are_plain(regularization):
    layers = make_discriminator(6, [8, 5], 2, regularization)
    assert [type(layer).__name__ for layer in layers] == ["Linear", "LeakyReLU"] * 2 + ["Linear"]
    assert layers(torch.zeros(3, 6)).shape == (3, 2)


def test_means_are_taken_where_they_are_asked_for():
    values = torch.tensor([1.0, math.nan, 3.0])
    assert mean_where(values, torch.tensor([True, False, True])).item() == 2
    assert mean_where(values, torch.zeros(3, dtype=torch.bool)).item() == 0
