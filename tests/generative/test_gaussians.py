"""Products, mixtures and divergences of Gaussians against golden values and numerical integrals."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import norm

from skmm.generative._gaussians import (
    kl_to_standard_normal,
    log_density,
    mixture_moments,
    product_of_experts,
)


def experts(*pairs):
    """Means and log variances of experts given as (mean, variance)."""
    means = [torch.tensor([[mean]], dtype=torch.float64) for mean, _ in pairs]
    return means, [torch.tensor([[var]], dtype=torch.float64).log() for _, var in pairs]


TWO = [(1.0, 0.5), (-2.0, 2.0)]
BOTH = torch.tensor([[True, True]])


@pytest.mark.parametrize(("prior", "golden"), [(True, 0.285714), (False, 0.4)])
def test_the_product_of_two_experts(prior, golden):
    mean, log_variance = product_of_experts(*experts(*TWO), BOTH, prior=prior)
    assert_allclose([mean.item(), log_variance.exp().item()], golden, atol=1e-6)


@pytest.mark.parametrize("prior", [True, False])
def test_the_product_is_that_of_the_densities(prior):
    def density(z):
        product = np.prod([norm.pdf(z, m, v**0.5) for m, v in TWO], axis=0)
        return product * norm.pdf(z) if prior else product

    total = quad(density, -20, 20)[0]
    expected = quad(lambda z: z * density(z), -20, 20)[0] / total
    spread = quad(lambda z: (z - expected) ** 2 * density(z), -20, 20)[0] / total
    mean, log_variance = product_of_experts(*experts(*TWO), BOTH, prior=prior)
    assert_allclose([mean.item(), log_variance.exp().item()], [expected, spread], rtol=1e-9)


def test_an_expert_that_is_not_seen_is_left_out():
    seen = torch.tensor([[True, False]])
    mean, log_variance = product_of_experts(*experts(*TWO), seen, prior=False)
    assert_allclose([mean.item(), log_variance.exp().item()], TWO[0])


@pytest.mark.parametrize("prior", [True, False])
def test_without_experts_there_is_the_prior(prior):
    nobody = torch.tensor([[False, False]])
    mean, log_variance = product_of_experts(*experts(*TWO), nobody, prior=prior)
    assert mean.item() == log_variance.item() == 0


def test_the_divergence_from_the_prior():
    (mean,), (log_variance,) = experts((1.0, 0.5))
    assert_allclose(kl_to_standard_normal(mean, log_variance).item(), 0.596574, atol=1e-6)
    assert kl_to_standard_normal(torch.zeros(1, 3), torch.zeros(1, 3)).item() == 0


def test_the_density_is_that_of_scipy():
    z, mean, variance = (
        torch.tensor([[0.3, -1.0]]),
        torch.tensor([[1.0, 2.0]]),
        torch.tensor([[0.5, 3]]),
    )
    expected = norm.logpdf(z, mean, variance.sqrt()).sum()
    assert_allclose(log_density(z, mean, variance.log()).item(), expected, rtol=1e-6)


def test_moments_of_a_mixture_are_those_of_its_density():
    weights = (0.25, 0.75)

    def density(z):
        return sum(w * norm.pdf(z, m, v**0.5) for w, (m, v) in zip(weights, TWO, strict=True))

    expected = quad(lambda z: z * density(z), -20, 20)[0]
    spread = quad(lambda z: (z - expected) ** 2 * density(z), -20, 20)[0]
    mean, variance = mixture_moments(*experts(*TWO), [torch.tensor([w]) for w in weights])
    assert_allclose([mean.item(), variance.item()], [expected, spread], rtol=1e-7)


def test_a_mixture_of_nothing_is_the_prior():
    mean, variance = mixture_moments(*experts(*TWO), [torch.zeros(1), torch.zeros(1)])
    assert (mean.item(), variance.item()) == (0, 1)
