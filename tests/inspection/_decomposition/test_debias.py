"""Information counted on few rows."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from skmm.inspection._decomposition.debias import MEASURES, estimate, measure
from tests.inspection._decomposition.test_broja import DIRICHLET, KNOWN

SYNERGY = MEASURES.index("synergy")


def draw(joint, n_rows, n_times):
    rng = np.random.default_rng(0)
    return rng.multinomial(n_rows, joint.ravel(), size=n_times).reshape(-1, *joint.shape) * 1.0


def estimates(joint, n_rows, n_times, **options):
    options = {"correct_bias": True, "n_draws": 10, "seed": 0} | options
    return [estimate(counts, **options) for counts in draw(joint, n_rows, n_times)]


def test_measures_are_those_of_the_table():
    expected = [*KNOWN["XOR"][1], 1, 1]
    assert_allclose(measure(KNOWN["XOR"][0]), expected, atol=1e-9)


def test_noise_that_looks_synergistic_is_seen_through():
    noise = np.full((10, 10, 3), 1 / 300)
    counted = measure(draw(noise, 1000, 3))
    assert (counted[:, SYNERGY] > 0.1).all()  # as the docstring says
    corrected = np.mean([found.values for found in estimates(noise, 1000, 3)], axis=0)
    assert_allclose(corrected, 0, atol=0.02)


def test_what_is_there_is_kept():
    truth = measure(DIRICHLET)
    counted = measure(draw(DIRICHLET, 300, 5)).mean(axis=0)
    corrected = np.mean([found.values for found in estimates(DIRICHLET, 300, 5)], axis=0)
    assert counted[SYNERGY] - truth[SYNERGY] > 0.1
    # The model without interaction has fewer empty cells than this table: a little too much is taken off.
    assert_allclose(corrected, truth, atol=0.08)
    assert abs(corrected[SYNERGY] - truth[SYNERGY]) < 0.05


def test_standard_errors_are_deviations_over_new_rows():
    spread = measure(draw(DIRICHLET, 500, 40)).std(axis=0)
    claimed = np.mean(
        [found.standard_errors for found in estimates(DIRICHLET, 500, 3, n_draws=30)], axis=0
    )
    assert_allclose(claimed, spread, rtol=0.35)  # both are of samples


def test_without_correction_counts_are_taken_as_they_are():
    counts = draw(DIRICHLET, 200, 1)[0]
    found = estimate(counts, correct_bias=False, n_draws=2, seed=0)
    assert_array_equal(found.values, measure(counts))


def test_the_seed_decides_what_is_drawn():
    counts = draw(DIRICHLET, 200, 1)[0]
    first, again, other = (
        estimate(counts, correct_bias=True, n_draws=5, seed=seed) for seed in (0, 0, 1)
    )
    assert_array_equal(first.values, again.values)
    assert_array_equal(first.standard_errors, again.standard_errors)
    assert (first.standard_errors != other.standard_errors).any()
