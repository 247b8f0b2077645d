"""Epsilon and noise are those of opacus, and of closed forms where there are any."""

import sys

import numpy as np
import pytest
from opacus.accountants import create_accountant
from scipy.optimize import brentq
from scipy.stats import norm

from skmm.privacy._accounting import add_up, find_noise

DELTA = 1e-4


def exact_epsilon(noise, n_steps, delta):
    """Of a Gaussian mechanism on all samples (Balle and Wang, ICML 2018, theorem 8), n_steps times."""
    s = noise / np.sqrt(n_steps)

    def excess(epsilon):
        right = norm.logcdf(-1 / (2 * s) - epsilon * s)
        return norm.cdf(1 / (2 * s) - epsilon * s) - np.exp(epsilon + right) - delta

    return brentq(excess, 0, 1000)


@pytest.mark.parametrize(("noise", "n_steps"), [(20.0, 1), (4.0, 1), (1.5, 1), (20.0, 30)])
def test_epsilon_of_full_batches_is_that_of_the_gaussian_mechanism(noise, n_steps):
    exact = exact_epsilon(noise, n_steps, DELTA)
    prv = add_up(noise, 1.0, n_steps, DELTA, "prv", exact)
    rdp = add_up(noise, 1.0, n_steps, DELTA, "rdp", exact)
    assert exact <= prv <= exact + 0.021  # twice the error that it allows for
    assert exact <= rdp <= 1.15 * exact


def test_rdp_of_full_batches_is_the_minimum_over_orders():
    order = np.linspace(1.01, 200, 200_000)
    bounds = (
        order * 30 / (2 * 20.0**2)  # Renyi divergence of Gaussians, 30 times
        - (np.log(DELTA) + np.log(order)) / (order - 1)
        + np.log1p(-1 / order)
    )
    assert add_up(20.0, 1.0, 30, DELTA, "rdp", 1.0) == pytest.approx(bounds.min(), rel=1e-3)


@pytest.mark.parametrize("accountant", ["rdp", "prv"])
def test_steps_are_added_up_as_opacus_does(accountant):
    books = create_accountant(accountant)
    for _ in range(40):
        books.step(noise_multiplier=1.3, sample_rate=0.1)
    assert add_up(1.3, 0.1, 40, DELTA, accountant, 3.0) == pytest.approx(
        books.get_epsilon(DELTA), rel=1e-9
    )


@pytest.mark.parametrize("accountant", ["rdp", "prv"])
@pytest.mark.parametrize("epsilon", [0.05, 4.0])
def test_noise_spends_what_was_asked_for_and_no_more(accountant, epsilon):
    noise = find_noise(epsilon, DELTA, 0.1, 40, accountant)
    spent = add_up(noise, 0.1, 40, DELTA, accountant, epsilon)
    assert 0.99 * epsilon < spent <= epsilon


def test_the_tighter_accountant_needs_less_noise():
    rdp, prv = (find_noise(4.0, DELTA, 0.1, 40, name) for name in ("rdp", "prv"))
    assert 0.85 * rdp < prv < rdp


def test_more_steps_need_more_noise():
    few, many = (find_noise(4.0, DELTA, 0.1, n_steps, "rdp") for n_steps in (40, 160))
    assert few < many


def test_a_budget_that_no_noise_keeps_to_is_refused():
    with pytest.raises(ValueError, match=r"epsilon=0.001 with delta=0.0001.*larger epsilon"):
        find_noise(0.001, DELTA, 0.1, 40, "rdp")


def test_without_opacus_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opacus.accountants.utils", None)
    with pytest.raises(ImportError, match=r"private training needs opacus.*'skmm\[privacy\]'"):
        find_noise(1.5, DELTA, 0.1, 40, "rdp")
