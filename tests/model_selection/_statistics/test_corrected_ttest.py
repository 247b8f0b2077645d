"""The corrected resampled t-test of Nadeau and Bengio."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ttest_1samp

from skmm.model_selection import corrected_ttest

DIFFERENCES = [0.02, 0.01, 0.03, 0.0, 0.02]


def test_gives_the_published_numbers_of_the_worked_example():
    # mean .016, variance .00013, sqrt((1 / 5 + 1 / 4) * .00013) = .0076485
    statistic, p_value = corrected_ttest(DIFFERENCES, 0.25)
    assert_allclose(statistic, 2.091905, atol=5e-7)
    assert_allclose(p_value, 0.104605, atol=5e-7)


def test_is_the_plain_t_test_when_test_folds_are_tiny(global_random_seed):
    differences = np.random.default_rng(global_random_seed).normal(1, 2, size=12)
    expected = ttest_1samp(differences, 0)
    assert_allclose(corrected_ttest(differences, 1e-15), (expected.statistic, expected.pvalue))


def test_swapping_the_models_turns_the_sign_only():
    statistic, p_value = corrected_ttest(np.negative(DIFFERENCES), 0.25)
    assert_allclose((-statistic, p_value), corrected_ttest(DIFFERENCES, 0.25))


def test_finds_a_difference_among_equal_models_no_more_often_than_it_says(global_random_seed):
    # The model behind the correction: scores of different folds correlate by n_test / n = 1 / 10.
    rng = np.random.default_rng(global_random_seed)
    shared = rng.normal(size=(2000, 1)) * np.sqrt(1 / 10)
    differences = shared + rng.normal(size=(2000, 10)) * np.sqrt(9 / 10)
    found = np.mean([corrected_ttest(row, 1 / 9).p_value < 0.05 for row in differences])
    assert 0.03 < found < 0.07


def test_models_that_never_differ_are_not_different():
    assert corrected_ttest([0, 0, 0], 0.5) == (0.0, 1.0)


def test_models_that_always_differ_equally_are_surely_different():
    assert corrected_ttest([0.5, 0.5, 0.5], 0.5) == (np.inf, 0.0)


@pytest.mark.parametrize("differences", [[0.1], [[0.1, 0.2]], [0.1, np.nan]])
def test_differences_that_are_not_one_number_per_fold_are_refused(differences):
    with pytest.raises(ValueError, match="expected one finite number per fold"):
        corrected_ttest(differences, 0.25)


@pytest.mark.parametrize("ratio", [0, -1, np.nan, np.inf])
def test_a_ratio_that_is_not_above_zero_is_refused(ratio):
    with pytest.raises(ValueError, match=r"test_over_train is .*; expected a number above 0"):
        corrected_ttest(DIFFERENCES, ratio)
