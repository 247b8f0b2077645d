"""The Bayesian correlated t-test of Benavoli and others."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import t as t_distribution

from skmm.model_selection import bayesian_ttest, corrected_ttest

DIFFERENCES = [0.02, 0.01, 0.03, 0.0, 0.02]
REPEATED = [0.031, -0.012, 0.004, 0.027, 0.015, -0.006]


@pytest.mark.parametrize(
    ("differences", "ratio", "rope", "expected"),
    [
        # baycomp 1.0.3: two_on_single(scores, others, rope, runs), 5 folds, and 3 folds twice
        (DIFFERENCES, 1 / 4, 0.01, (0.013646878698, 0.224663454939, 0.761689666364)),
        (DIFFERENCES, 1 / 4, 0.02, (0.004630848380, 0.681058095825, 0.314311055795)),
        (DIFFERENCES, 1 / 4, 0.0, (0.052302614642, 0.0, 0.947697385358)),
        (REPEATED, 1 / 2, 0.01, (0.111869812139, 0.392558492227, 0.495571695635)),
    ],
)
def test_gives_the_numbers_of_baycomp(differences, ratio, rope, expected):
    assert_allclose(bayesian_ttest(differences, ratio, rope=rope), expected, atol=1e-11)


def test_is_the_area_under_the_posterior(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    differences, ratio, rope = rng.normal(0.01, 0.02, size=10), 1 / 9, 0.015
    scale = np.sqrt((1 / 10 + ratio) * differences.var(ddof=1))

    def density(difference):
        return t_distribution.pdf((difference - differences.mean()) / scale, df=9) / scale

    middle = quad(density, -rope, rope)[0]
    above = quad(density, rope, np.inf)[0]
    result = bayesian_ttest(differences, ratio, rope=rope)
    assert_allclose(result, (1 - middle - above, middle, above), atol=1e-7)


def test_without_a_region_of_equivalence_it_is_half_the_p_value():
    worse, equivalent, _ = bayesian_ttest(DIFFERENCES, 0.25, rope=0)
    assert equivalent == 0
    assert_allclose(2 * worse, corrected_ttest(DIFFERENCES, 0.25).p_value)


def test_swapping_the_models_swaps_the_sides():
    result = bayesian_ttest(DIFFERENCES, 0.25)
    assert_allclose(bayesian_ttest(np.negative(DIFFERENCES), 0.25), result[::-1])


def test_probabilities_sum_to_one():
    assert_allclose(sum(bayesian_ttest(DIFFERENCES, 0.25, rope=0.3)), 1)
    assert min(bayesian_ttest(DIFFERENCES, 0.25, rope=1e6)) >= 0


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(-0.5, (1, 0, 0)), (0.0, (0, 1, 0)), (0.125, (0, 1, 0)), (0.5, (0, 0, 1))],
)
def test_folds_that_agree_leave_no_doubt(difference, expected):
    assert bayesian_ttest([difference] * 3, 0.5, rope=0.125) == expected


@pytest.mark.parametrize("rope", [-0.01, np.nan, np.inf])
def test_a_rope_that_is_no_difference_is_refused(rope):
    with pytest.raises(ValueError, match=r"rope is .*; expected a number of at least 0"):
        bayesian_ttest(DIFFERENCES, 0.25, rope=rope)
