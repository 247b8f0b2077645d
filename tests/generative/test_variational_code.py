"""The network of the variational autoencoder."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from skmm.fusion._early.scales import ColumnScale
from skmm.generative._gaussians import kl_to_standard_normal
from skmm.generative._variational_code import VariationalCode

WIDTHS = [4, 3]


def make(mixture, widths=WIDTHS, **options):
    torch.manual_seed(0)
    scales = [ColumnScale(np.zeros(w), np.zeros(w), np.ones(w) / w**0.5) for w in widths]
    return VariationalCode(widths, 2, [5], ["gaussian"] * len(widths), scales, mixture, **options)


@pytest.fixture
def blocks():
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(50, width, generator=draw) for width in WIDTHS]


@pytest.mark.parametrize("mixture", ["moe", "mopoe"])
def test_one_modality_is_a_plain_variational_autoencoder(blocks, mixture):
    """The loss written out by hand: encoder, one draw, squared errors, divergence."""
    network = make(mixture, [4])
    present = torch.ones(50, 1, dtype=torch.bool)
    torch.manual_seed(1)
    loss = network.compute_loss(blocks[:1], present, 1.0)["train_loss"].item()
    torch.manual_seed(1)
    mean, log_variance = network.encoders[0](blocks[0]).chunk(2, dim=1)
    z = mean + torch.exp(log_variance / 2) * torch.randn(50, 2)
    errors = (blocks[0] - network.decoders[0](z)) ** 2 * 4  # the variance of a column is 1/4
    log_prob = -0.5 * (errors + np.log(2 * np.pi / 4)).sum(dim=1)
    expected = (kl_to_standard_normal(mean, log_variance) - log_prob).mean().item()
    assert_allclose(loss, expected, rtol=1e-5)


def test_a_product_of_one_multiplies_it_with_the_prior(blocks):
    network = make("poe", [4])
    present = torch.ones(50, 1, dtype=torch.bool)
    with torch.no_grad():
        mean, log_variance = network.encoders[0](blocks[0]).chunk(2, dim=1)
        variance = 1 / (1 + torch.exp(-log_variance))
        found = network.posterior(blocks[:1], present)
    assert_allclose(found[0], mean * torch.exp(-log_variance) * variance, rtol=1e-4, atol=1e-6)
    assert_allclose(found[1], variance, rtol=1e-5)


@pytest.mark.parametrize("mixture", ["poe", "moe", "mopoe"])
def test_without_modalities_there_is_the_prior(blocks, mixture):
    network = make(mixture)
    nothing = torch.zeros(50, 2, dtype=torch.bool)
    with torch.no_grad():
        mean, variance = network.posterior(blocks, nothing)
        drawn = network.draw_codes(
            [b.repeat(100, 1) for b in blocks],
            nothing.repeat(100, 1),
            torch.Generator().manual_seed(0),
        )
        assert (network.log_evidence(blocks, nothing, torch.zeros(3, 2)) == 0).all()
    assert (mean == 0).all()
    assert (variance == 1).all()
    assert_allclose(drawn.mean(dim=0), 0, atol=0.05)
    assert_allclose(drawn.std(dim=0), 1, atol=0.05)


@pytest.mark.parametrize("mixture", ["poe", "moe", "mopoe"])
def test_draws_have_the_moments_of_the_posterior(blocks, mixture):
    network = make(mixture)
    one = [block[:1].expand(20000, -1) for block in blocks]
    present = torch.ones(20000, 2, dtype=torch.bool)
    with torch.no_grad():
        mean, variance = network.posterior(one, present)
        drawn = network.draw_codes(one, present, torch.Generator().manual_seed(0))
    assert_allclose(drawn.mean(dim=0), mean[0], atol=0.03)
    assert_allclose(drawn.var(dim=0), variance[0], rtol=0.05)


def test_a_mixture_draws_each_expert_as_often(blocks):
    network = make("moe")
    with torch.no_grad():
        for m, encoder in enumerate(network.encoders):
            encoder[-1].bias[:2] = 100.0 * m
            encoder[-1].bias[2:] = -10.0
    one = [block[:1].expand(1000, -1) for block in blocks]
    with torch.no_grad():
        drawn = network.draw_codes(
            one, torch.ones(1000, 2, dtype=torch.bool), torch.Generator().manual_seed(0)
        )
    assert_allclose((drawn[:, 0] > 50).float().mean(), 0.5, atol=0.05)


def test_beta_rises_from_zero(blocks):
    network = make("poe", beta=2.0, warmup=0.5)
    assert [network.beta_at(p) for p in (0, 0.25, 0.5, 0.9)] == [0, 1, 2, 2]
    assert make("poe", beta=2.0).beta_at(0) == 2
    present = torch.ones(50, 2, dtype=torch.bool)
    terms = network.compute_loss(blocks, present, 0.25)
    assert_allclose(
        terms["train_loss"].item(),
        (terms["reconstruction"] + terms["divergence"]).item(),
        rtol=1e-6,
    )


@pytest.mark.parametrize("mixture", ["poe", "moe", "mopoe"])
def test_missing_modalities_have_no_gradient(blocks, mixture):
    network = make(mixture)
    present = torch.tensor([[True, False]]).expand(50, 2)
    blocks[1] = torch.full_like(blocks[1], 0.0)
    network.compute_loss(blocks, present, 1.0)["train_loss"].backward()
    assert all(p.grad.abs().sum() > 0 for p in network.encoders[0].parameters())
    for module in (network.encoders[1], network.decoders[1]):
        assert all(p.grad is None or not p.grad.any() for p in module.parameters())
