"""Folds that are made already."""

from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skmm.model_selection._folds.given_folds import GivenFolds

FOLDS = [([0, 1, 2, 3], [4, 5]), ([2, 3, 4, 5], [0, 1])]


def test_folds_are_given_back():
    splitter = GivenFolds(FOLDS)
    assert list(splitter.split([0] * 6, groups=[1] * 6)) == FOLDS
    assert splitter.get_n_splits() == 2


def test_scikit_learn_takes_them():
    X, y = [[0], [1]] * 3, [0, 1] * 3
    assert len(cross_val_score(DecisionTreeClassifier(), X, y, cv=GivenFolds(FOLDS))) == 2
