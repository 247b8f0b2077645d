import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from skmm import LateFusionClassifier, LateFusionRegressor, ModalityError
from skmm.fusion._columns import Column
from skmm.fusion._late_classifier import aligned_probabilities
from skmm.fusion._members import Member
from skmm.fusion._out_of_fold import make_splits, out_of_fold

X, Y = load_iris(return_X_y=True)
MEMBER = Member("all", LogisticRegression(max_iter=1000), "all")


def predict(estimator, rows):
    return aligned_probabilities(estimator, rows, np.arange(3))


def run(present, splits):
    return out_of_fold(
        [MEMBER],
        [Column(X, present, present)],
        Y,
        splits,
        {},
        predict=predict,
        n_outputs=3,
        index=None,
        n_jobs=None,
    )[0]


def test_predictions_are_cross_val_predicts_where_nothing_is_missing():
    folds = StratifiedKFold(3)
    expected = cross_val_predict(MEMBER.estimator, X, Y, cv=folds, method="predict_proba")
    assert_array_equal(run(np.ones(150, dtype=bool), list(folds.split(X, Y))), expected)


def test_missing_rows_neither_train_nor_are_predicted():
    present = np.arange(150) % 5 != 0
    splits = list(StratifiedKFold(3).split(X, Y))
    predictions = run(present, splits)
    train, test = splits[1]
    model = LogisticRegression(max_iter=1000).fit(
        X[train][present[train]], Y[train][present[train]]
    )
    here = test[present[test]]
    assert_allclose(predictions[here], model.predict_proba(X[here]))
    assert_array_equal(predictions[~present], np.zeros((30, 3)))


def test_a_modality_missing_in_all_training_rows_of_a_fold_is_named():
    splits = [(np.arange(75), np.arange(75, 150)), (np.arange(75, 150), np.arange(75))]
    with pytest.raises(
        ModalityError, match="modality 'all': missing in all training rows of an inner fold"
    ):
        run(np.arange(150) < 75, splits)


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


def test_one_group_cannot_be_split():
    with pytest.raises(ValueError, match="all samples are of one group"):
        make_splits(LateFusionClassifier([]), np.tile([0, 1], 5), np.zeros(10))
