"""Standard errors against textbook formulas."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ttest_1samp

from skmm.inspection._coalitions.intervals import (
    N_BLOCKS,
    deal_into_blocks,
    fold_errors,
    jackknife,
    t_interval,
)


def test_the_jackknife_of_a_mean_is_its_standard_error(global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=N_BLOCKS)
    without = np.array([np.delete(values, i).mean() for i in range(N_BLOCKS)])
    assert_allclose(jackknife(without[np.newaxis]), values.std(ddof=1) / np.sqrt(N_BLOCKS))


def test_the_interval_of_a_mean_is_that_of_the_t_test(global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=12)
    error = values.std(ddof=1) / np.sqrt(12)
    expected = ttest_1samp(values, 0).confidence_interval(0.9)
    assert_allclose(t_interval(values.mean(), error, 11, 0.9)[0], expected)


def test_errors_over_folds_are_those_of_the_corrected_t_test():
    differences = np.array([[0.02, 0.01, 0.03, 0.0, 0.02]])
    statistic = differences.mean() / fold_errors(differences, 0.25)[0]
    assert_allclose(statistic, 2.091905, atol=5e-7)  # of a published implementation


@pytest.mark.parametrize("n_samples", [2, 7, 20, 101])
def test_blocks_have_about_one_size(n_samples, global_random_seed):
    blocks = deal_into_blocks(n_samples, None, np.random.RandomState(global_random_seed))
    sizes = np.bincount(blocks)
    assert len(sizes) == min(n_samples, N_BLOCKS)
    assert np.ptp(sizes) <= 1


def test_blocks_keep_groups_whole(global_random_seed):
    groups = np.random.default_rng(global_random_seed).choice(list("abcdef"), 50)
    blocks = deal_into_blocks(50, groups, np.random.RandomState(0))
    assert all(len(set(blocks[groups == group])) == 1 for group in "abcdef")
    assert_array_equal(np.unique(blocks), np.arange(6))


def test_none_is_a_group_among_strings():
    groups = np.array(["a", None, "b"] * 4, dtype=object)
    blocks = deal_into_blocks(12, groups, np.random.RandomState(0)).reshape(4, 3)
    assert_array_equal(blocks, np.tile(blocks[0], (4, 1)))
    assert sorted(blocks[0]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("n_samples", "groups", "what"), [(1, None, "sample"), (3, [7] * 3, "group")]
)
def test_what_cannot_be_left_out_is_told(n_samples, groups, what):
    with pytest.raises(
        ValueError, match=f"X has 1 {what}, and an interval needs two.*confidence_level=None"
    ):
        deal_into_blocks(n_samples, groups, np.random.RandomState(0))
