"""Mean and corrected error of differences by fold."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.model_selection._statistics.fold_differences import summarize_differences

DIFFERENCES = [0.02, 0.01, 0.03, 0.0, 0.02]


def test_gives_the_published_numbers_of_the_worked_example():
    # mean .016, variance .00013, sqrt((1 / 5 + 1 / 4) * .00013) = .0076485
    summary = summarize_differences(DIFFERENCES, 0.25)
    assert_allclose(summary, (0.016, 0.0076485, 5), atol=5e-8)


@pytest.mark.parametrize("differences", [[0.1], [[0.1, 0.2]], [0.1, np.nan]])
def test_differences_that_are_not_one_number_per_fold_are_refused(differences):
    with pytest.raises(ValueError, match="expected one finite number per fold"):
        summarize_differences(differences, 0.25)


@pytest.mark.parametrize("ratio", [0, -1, np.nan, np.inf])
def test_a_ratio_that_is_not_above_zero_is_refused(ratio):
    with pytest.raises(ValueError, match=r"test_over_train is .*; expected a number above 0"):
        summarize_differences(DIFFERENCES, ratio)
