"""Folds within the training rows."""

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier
from skmm.model_selection._folds.inner_folds import (
    InnerFolds,
    follows_time,
    make_late_cv,
    set_late_cv,
)

N = 60
X = np.zeros((N, 1))
y = np.arange(N) % 3
GROUPS = np.arange(N) // 5  # twelve groups


def split(cv, inner_cv=None, groups=None, *, fold=-1, stratified=True, y=y):
    outer = [(np.asarray(a), np.asarray(b)) for a, b in cv.split(X, y, groups)]
    inner = InnerFolds(cv, inner_cv, outer, stratified=stratified)
    train = outer[fold][0]
    folds = inner.split(X, y, groups, train)
    for inner_train, inner_test in folds:
        assert set(inner_train) | set(inner_test) <= set(train)  # never the outer test rows
        assert not set(inner_train) & set(inner_test)
    return train, folds


def test_by_default_there_are_five_shuffled_folds_with_each_class_in_its_share():
    train, folds = split(StratifiedKFold(3))
    assert len(folds) == 5
    assert sorted(np.concatenate([test for _, test in folds])) == sorted(train)
    for _, test in folds:
        assert np.ptp(np.bincount(y[test])) <= 1
    assert any((np.diff(test) > 5).any() for _, test in folds)  # shuffled


def test_numbers_are_not_stratified():
    train, folds = split(KFold(3), stratified=False, y=np.linspace(0, 1, N))
    assert sorted(np.concatenate([test for _, test in folds])) == sorted(train)


@pytest.mark.parametrize("inner_cv", [None, 3, GroupKFold(3)])
def test_groups_are_kept_together(inner_cv):
    train, folds = split(GroupKFold(4), inner_cv, GROUPS)
    assert len(folds) == (5 if inner_cv is None else 3)
    for inner_train, test in folds:
        assert not set(GROUPS[inner_train]) & set(GROUPS[test])
    assert sorted(np.concatenate([test for _, test in folds])) == sorted(train)


def test_there_are_no_more_folds_than_groups():
    groups = np.arange(N) // 20  # three groups, two of them to train on
    assert len(split(GroupKFold(3), None, groups)[1]) == 2


@pytest.mark.parametrize("inner_cv", [None, 2])
def test_time_is_kept(inner_cv):
    _, folds = split(TimeSeriesSplit(4), inner_cv)
    assert len(folds) == (5 if inner_cv is None else 2)
    for train, test in folds:
        assert train.max() < test.min()


def test_the_gap_is_kept():
    _, folds = split(TimeSeriesSplit(4, gap=3))
    assert all(test.min() - train.max() == 4 for train, test in folds)


def test_time_is_known_by_the_folds_whoever_made_them():
    class Rolling:
        def split(self, X, y=None, groups=None):
            for start in (0, 15, 30):
                yield np.arange(start, start + 20), np.arange(start + 20, start + 30)

    _, folds = split(Rolling())
    assert all(train.max() < test.min() for train, test in folds)


def test_a_given_splitter_is_asked():
    train, folds = split(KFold(3), KFold(7))
    assert len(folds) == 7
    assert folds[0][1].tolist() == train[: len(folds[0][1])].tolist()


def test_what_follows_time_is_told_from_what_does_not():
    assert follows_time(list(TimeSeriesSplit(3).split(X)))
    assert not follows_time(list(KFold(3).split(X)))


def test_too_few_groups_say_what_to_give():
    folds = InnerFolds(KFold(3), None, [([2], [0]), ([0, 1], [2])], stratified=False)
    with pytest.raises(ValueError, match="all samples are of one group.*give inner_cv"):
        folds.split(X[:3], y[:3], np.zeros(3), np.array([0, 1]))


def test_late_fusions_follow_time_where_the_outer_folds_do():
    cv = TimeSeriesSplit(3, gap=2)
    late_cv = make_late_cv(cv, list(cv.split(X)))
    assert (late_cv.n_splits, late_cv.gap) == (5, 2)
    assert make_late_cv(KFold(3), list(KFold(3).split(X))) is None


@pytest.mark.parametrize(
    ("cv", "n_rows", "n_folds"),
    [
        (TimeSeriesSplit(9), 40, 3),  # four rows are trained on at first
        (TimeSeriesSplit(2, gap=2), 27, 4),  # seven rows, and with five folds none before the gap
    ],
)
def test_the_smallest_training_set_has_its_inner_folds(cv, n_rows, n_folds):
    folds = list(cv.split(X[:n_rows]))
    late_cv = make_late_cv(cv, folds)
    assert late_cv.n_splits == n_folds
    for train, _ in folds:
        assert len(list(late_cv.split(train))) == n_folds


def test_a_random_splitter_gives_the_same_folds_whoever_asks_first():
    random = np.random.RandomState(0)
    inner = InnerFolds(
        KFold(2), KFold(3, shuffle=True, random_state=random), [([0], [1])], stratified=True
    )
    one, same = (inner.split(X, y, None, np.arange(N)) for _ in range(2))
    for (_, test), (_, expected) in zip(one, same, strict=True):
        assert test.tolist() == expected.tolist()
    assert random.randint(1000) == np.random.RandomState(0).randint(1000)


def test_late_fusions_have_their_inner_folds_set_wherever_they_stand():
    own, cv = KFold(3), TimeSeriesSplit(4)
    frozen = FrozenEstimator(LateFusionClassifier([]))
    model = make_pipeline(LateFusionClassifier([("a", LateFusionClassifier([], cv=own))]), frozen)
    assert set_late_cv(model, None)[0].cv is None
    assert set_late_cv(model, cv) is model
    assert model[0].cv is cv
    assert model[0].estimators[0][1].cv is own
    assert frozen.estimator.cv is None  # is not copied by clone
