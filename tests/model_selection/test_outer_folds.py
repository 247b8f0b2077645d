"""The folds that all models share."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import ShuffleSplit, StratifiedKFold, TimeSeriesSplit

from skmm.model_selection._outer_folds import make_outer_folds, measure_test_over_train

X, y = np.zeros((12, 1)), np.array([0] * 8 + [1] * 4)


def test_a_number_is_stratified_for_classifiers():
    folds = make_outer_folds(4, X, y, None, classifier=True)
    for (train, test), (expected_train, expected_test) in zip(
        folds, StratifiedKFold(4).split(X, y), strict=True
    ):
        assert_array_equal(train, expected_train)
        assert_array_equal(test, expected_test)


def test_masks_become_positions():
    mask = np.arange(12) < 6
    folds = make_outer_folds([(mask, ~mask), (~mask, mask)], X, y, None, classifier=True)
    assert_array_equal(folds[0][1], np.arange(6, 12))


def test_the_ratio_of_sizes_is_that_of_all_folds_together():
    folds = make_outer_folds(TimeSeriesSplit(3), X, y, None, classifier=False)
    assert [len(train) for train, _ in folds] == [3, 6, 9]
    assert measure_test_over_train(folds) == 9 / 18


def test_a_single_fold_is_refused():
    with pytest.raises(ValueError, match="gives 1 fold; at least 2"):
        make_outer_folds(ShuffleSplit(1), X, y, None, classifier=False)
