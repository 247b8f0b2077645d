"""Likelihoods against those of scipy."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import expit, softmax
from scipy.stats import bernoulli, norm

from skmm import ModalityError
from skmm.fusion._early.blocks import Block
from skmm.generative._likelihoods import (
    Bernoulli,
    Categorical,
    Gaussian,
    check_values,
    choose_likelihoods,
)
from skmm.generative._scaling import learn_scales, scaled_tensors


def scaled(values, likelihood):
    """A block brought to its scale, and the likelihood that knows of it."""
    blocks = {"a": Block(values.astype(float), np.ones(len(values), dtype=bool))}
    scales = learn_scales(blocks)
    (block,), _ = scaled_tensors(blocks, scales)
    return block, likelihood(scales["a"].mean, scales["a"].factor)


@pytest.fixture
def rng(global_random_seed):
    return np.random.default_rng(global_random_seed)


def test_gaussian_log_density(rng):
    block, likelihood = scaled(rng.normal(size=(20, 4)), Gaussian)
    likelihood.log_variance.data.fill_(np.log(0.3))
    output = torch.zeros(20, 4)
    expected = norm.logpdf(block.numpy(), 0, (0.3 / 4) ** 0.5).sum(axis=1)
    with torch.no_grad():
        assert_allclose(likelihood.log_prob(output, block), expected, rtol=1e-5)


def test_gaussian_density_integrates_to_one_in_the_units_of_the_user(rng):
    values = 7 * rng.normal(size=(30, 1)) + 100
    _, likelihood = scaled(values, Gaussian)

    def density(x):
        block = likelihood._scale(torch.tensor([[x]], dtype=torch.float32))
        with torch.no_grad():
            return float(
                (likelihood.log_prob(torch.zeros(1, 1), block) + likelihood.log_volume).exp()
            )

    assert_allclose(quad(density, 0, 200, points=[100])[0], 1, rtol=1e-3)


def test_a_constant_column_does_not_count(rng):
    values = rng.normal(size=(20, 3))
    values[:, 1] = 5.0
    block, likelihood = scaled(values, Gaussian)
    with torch.no_grad():
        once = likelihood.log_prob(torch.zeros(20, 3), block)
        again = likelihood.log_prob(torch.tensor([[0.0, 9.0, 0.0]]).expand(20, 3), block)
    assert torch.equal(once, again)
    assert np.isfinite(likelihood.log_volume)


def test_bernoulli_log_probability(rng):
    values, logits = rng.integers(0, 2, size=(20, 4)), rng.normal(size=(20, 4))
    block, likelihood = scaled(values, Bernoulli)
    expected = bernoulli.logpmf(values, expit(logits)).sum(axis=1)
    assert_allclose(likelihood.log_prob(torch.tensor(logits), block), expected, rtol=1e-4)
    assert_allclose(
        likelihood._unscale(likelihood.mean(torch.tensor(logits))), expit(logits), atol=1e-5
    )


def test_categorical_log_probability(rng):
    chosen, logits = rng.integers(0, 5, size=20), rng.normal(size=(20, 5))
    block, likelihood = scaled(np.eye(5)[chosen], Categorical)
    shares = softmax(logits, axis=1)
    expected = np.log(shares[np.arange(20), chosen])
    assert_allclose(likelihood.log_prob(torch.tensor(logits), block), expected, rtol=1e-4)
    assert_allclose(likelihood._unscale(likelihood.mean(torch.tensor(logits))), shares, atol=1e-5)


def test_draws_have_the_distribution_that_was_learned(rng):
    output = torch.tensor([[0.5, -1.0, 0.2]]).expand(20000, 3)
    values = np.eye(3)[rng.integers(0, 3, size=60)]
    draws = {}
    for kind in (Gaussian, Bernoulli, Categorical):
        _, likelihood = scaled(values, kind)
        if kind is Gaussian:
            likelihood.log_variance.data.fill_(np.log(0.3))
        with torch.no_grad():
            draws[kind] = likelihood.draw(output, torch.Generator().manual_seed(0))
            draws[kind, "raw"] = likelihood._unscale(draws[kind]).round(decimals=3)
    assert_allclose(draws[Gaussian].mean(dim=0), output[0], atol=0.02)
    assert_allclose(draws[Gaussian].std(dim=0), 0.1**0.5, rtol=0.05)
    assert_allclose(draws[Bernoulli, "raw"].mean(dim=0), expit(output[0]), atol=0.02)
    assert set(draws[Bernoulli, "raw"].unique().tolist()) == {0, 1}
    assert_allclose(draws[Categorical, "raw"].mean(dim=0), softmax(output[0]), atol=0.02)
    assert (draws[Categorical, "raw"].sum(dim=1) == 1).all()


def blocks_of(**values):
    return {
        name: Block(np.asarray(v, dtype=float), np.ones(len(v), dtype=bool))
        for name, v in values.items()
    }


def test_likelihoods_follow_from_values():
    blocks = blocks_of(
        numbers=[[0.0, 0.5]], bits=[[1, 1], [0, 1]], classes=[[1, 0], [0, 1]], bit=[[1], [1]]
    )
    assert choose_likelihoods(blocks, "auto") == {
        "numbers": "gaussian",
        "bits": "bernoulli",
        "classes": "categorical",
        "bit": "bernoulli",
    }
    assert choose_likelihoods(blocks, {"bits": "gaussian"})["bits"] == "gaussian"
    assert set(choose_likelihoods(blocks, "gaussian").values()) == {"gaussian"}


def test_what_lies_in_gaps_is_not_looked_at():
    blocks = {"a": Block(np.array([[1.0], [7.0]]), np.array([True, False]))}
    assert choose_likelihoods(blocks, "auto") == {"a": "bernoulli"}


def test_unknown_names_are_refused():
    blocks = blocks_of(image=[[0.5]])
    with pytest.raises(ValueError, match="likelihoods names 'imag', .*did you mean 'image'"):
        choose_likelihoods(blocks, {"imag": "gaussian"})
    with pytest.raises(
        ValueError, match=r"likelihoods\['image'\] is 'gauss'.*did you mean 'gaussian'"
    ):
        choose_likelihoods(blocks, {"image": "gauss"})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bernoulli", [[0.0, 1.0], [0.0, 1.5]]),
        ("bernoulli", [[0.0, 1.0], [-0.1, 1.0]]),
        ("categorical", [[0.0, 1.0], [1.0, 1.0]]),
        ("categorical", [[0.0, 1.0], [-1.0, 2.0]]),
    ],
)
def test_values_without_a_probability_are_named(kind, values):
    with pytest.raises(ModalityError, match=f"modality 'a', row 1: the likelihood is '{kind}'"):
        check_values(blocks_of(a=values), {"a": kind})
