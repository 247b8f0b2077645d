import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, TimeSeriesSplit, cross_val_predict

from skmm import LateFusionClassifier, LateFusionRegressor, ModalityError
from skmm.fusion._columns import Column
from skmm.fusion._late.out_of_fold import make_splits, out_of_fold
from skmm.fusion._late.probabilities import predict_probabilities
from skmm.fusion._late.targets import read_targets
from skmm.fusion._members import Member

X, Y = load_iris(return_X_y=True)
MEMBER = Member("all", LogisticRegression(max_iter=1000), "all")


def predict(estimator, rows):
    targets = read_targets(Y, LateFusionClassifier([]))[1]
    return predict_probabilities(estimator, rows, targets)


def run(present, splits, y=Y):
    return out_of_fold(
        [MEMBER],
        [Column(X, present, present)],
        y,
        splits,
        {},
        predict=predict,
        n_outputs=3,
        index=None,
        n_jobs=None,
    )


def test_predictions_are_cross_val_predicts_where_nothing_is_missing():
    folds = StratifiedKFold(3)
    expected = cross_val_predict(MEMBER.estimator, X, Y, cv=folds, method="predict_proba")
    result = run(np.ones(150, dtype=bool), list(folds.split(X, Y)))
    assert_array_equal(result.predictions[0], expected)
    assert result.known.all()
    for fold, (_, test) in enumerate(folds.split(X, Y)):
        assert_array_equal(np.flatnonzero(result.folds == fold), test)


def test_missing_rows_neither_train_nor_are_predicted():
    present = np.arange(150) % 5 != 0
    splits = list(StratifiedKFold(3).split(X, Y))
    result = run(present, splits)
    predictions = result.predictions[0]
    assert_array_equal(result.known[:, 0], present)
    train, test = splits[1]
    model = LogisticRegression(max_iter=1000).fit(
        X[train][present[train]], Y[train][present[train]]
    )
    here = test[present[test]]
    assert_allclose(predictions[here], model.predict_proba(X[here]))
    assert_array_equal(predictions[~present], np.zeros((30, 3)))


def test_a_fold_without_the_modality_leaves_its_rows_unknown():
    splits = list(StratifiedKFold(3).split(X, Y))
    _, test = splits[0]
    present = np.isin(np.arange(150), np.r_[test, splits[1][1]])
    splits[2] = (np.setdiff1d(np.arange(150), np.flatnonzero(present)), splits[2][1])
    result = run(present, splits)
    assert_array_equal(result.known[:, 0], present)
    only = np.isin(np.arange(150), test)
    splits = [(test, splits[1][1]), (splits[1][1], test)]
    with pytest.raises(ModalityError, match="modality 'all': missing in all training rows, or all"):
        run(only, splits)


def test_rows_that_no_fold_tests_stay_unknown():
    order = np.random.default_rng(0).permutation(150)
    splits = [
        (order[train], order[test]) for train, test in TimeSeriesSplit(4).split(np.zeros(150))
    ]
    result = run(np.ones(150, dtype=bool), splits)
    untested = order[:30]
    assert_array_equal(np.flatnonzero(~result.known[:, 0]), np.sort(untested))
    assert_array_equal(np.flatnonzero(result.folds == -1), np.sort(untested))


def test_a_fold_with_one_class_learns_that_class():
    codes = np.where(Y == 2, 0, Y)
    rare = np.flatnonzero(codes == 1)
    splits = [
        (np.setdiff1d(np.arange(150), rare), rare),
        (rare, np.setdiff1d(np.arange(150), rare)),
    ]
    result = run(np.ones(150, dtype=bool), splits, codes)
    assert_array_equal(result.predictions[0, rare], np.tile([1.0, 0, 0], (50, 1)))


def test_default_splits_are_stratified_for_classes_and_plain_for_numbers():
    y = np.repeat([0, 1], [40, 10])
    for _, test in make_splits(LateFusionClassifier([]), y, None):
        assert y[test].sum() == 2
    assert len(make_splits(LateFusionRegressor([]), y.astype(float), None)) == 5


def test_default_splits_keep_groups_whole():
    y, groups = np.tile([0, 1], 25), np.repeat(np.arange(10), 5)
    few = np.repeat([0, 1], 25)
    assert len(make_splits(LateFusionClassifier([]), y, few)) == 2
    for fusion in (LateFusionClassifier([]), LateFusionRegressor([])):
        for train, test in make_splits(fusion, y, groups):
            assert not set(groups[train]) & set(groups[test])


def test_a_number_of_folds_keeps_groups_whole_too():
    y, groups = np.tile([0, 1], 25), np.repeat(np.arange(10), 5)
    for fusion in (LateFusionClassifier([], cv=3), LateFusionRegressor([], cv=3)):
        splits = make_splits(fusion, y, groups)
        assert len(splits) == 3
        for train, test in splits:
            assert not set(groups[train]) & set(groups[test])


def test_several_targets_are_split_without_strata():
    y = np.column_stack([np.tile([0, 1], 25), np.tile([0, 1, 2, 3, 4], 10)])
    assert len(make_splits(LateFusionClassifier([]), y, None)) == 5
    groups = np.repeat(np.arange(10), 5)
    for train, test in make_splits(LateFusionClassifier([]), y, groups):
        assert not set(groups[train]) & set(groups[test])


def test_splits_may_be_masks():
    test = np.arange(20) % 2 == 0
    cv = [(~test, test), (test, ~test)]
    splits = make_splits(LateFusionClassifier([], cv=cv), np.arange(20) // 10, None)
    assert_array_equal(splits[0][1], np.arange(0, 20, 2))


def test_one_group_cannot_be_split():
    with pytest.raises(ValueError, match="all samples are of one group.*give a cv"):
        make_splits(LateFusionClassifier([]), np.tile([0, 1], 5), np.zeros(10))
