import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from skmm.fusion._folds import (
    as_splitter,
    group_folds,
    make_folds,
    measure_test_over_train,
    split_rows,
)

Y = np.tile([0, 1], 10)


def make(y=Y, groups=None, stratified=True, n_folds=None):
    return make_folds(y, groups, stratified=stratified, n_folds=n_folds, way_out="go home")


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("with_groups", [False, True])
def test_the_kind_of_folds_follows_from_strata_and_groups(stratified, with_groups):
    kinds = {
        (False, False): KFold,
        (False, True): GroupKFold,
        (True, False): StratifiedKFold,
        (True, True): StratifiedGroupKFold,
    }
    groups = np.arange(20) // 2 if with_groups else None
    folds = make(groups=groups, stratified=stratified)
    assert type(folds) is kinds[stratified, with_groups]
    assert folds.n_splits == 5
    if with_groups:
        assert type(folds) is group_folds(stratified)


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize(
    ("y", "groups", "stratified", "n_splits"),
    [
        (np.repeat([0, 1, 2], 4), None, True, 4),
        (np.repeat([0, 1, 2], [1, 1, 3]), None, True, 3),
        (Y, np.arange(20) % 3, True, 3),
        (Y, np.arange(20) % 2, False, 2),
        (np.arange(3.0), None, False, 3),
        (np.repeat([0, 1, 2], 4), np.arange(12) % 6, True, 4),
    ],
)
def test_what_there_is_little_of_makes_fewer_folds(y, groups, stratified, n_splits):
    folds = make(y, groups, stratified)
    assert folds.n_splits == n_splits
    assert len(list(folds.split(y, y, groups))) == n_splits


def test_a_number_of_folds_is_taken_as_it_is():
    assert make(np.repeat([0, 1], 3), n_folds=8).n_splits == 8


@pytest.mark.parametrize(
    ("y", "groups", "stratified", "message"),
    [
        (np.arange(10), None, True, "no class has two samples, and cross-validation.*; go home"),
        (Y, np.zeros(20), True, "all samples are of one group"),
        (np.ones(1), None, False, "there is one sample"),
    ],
)
def test_where_two_folds_cannot_be_made_it_says_why(y, groups, stratified, message):
    with pytest.raises(ValueError, match=message):
        make(y, groups, stratified)


@pytest.mark.parametrize("stratified", [False, True])
def test_the_folds_of_nobodys_choice_are_shuffled_the_same_way_each_time(stratified):
    kind = StratifiedKFold if stratified else KFold
    for n_folds, expected in [
        (None, kind(5, shuffle=True, random_state=0)),
        (5, kind(5)),
    ]:
        folds = make(stratified=stratified, n_folds=n_folds)
        for found, wanted in zip(folds.split(Y, Y), expected.split(Y, Y), strict=True):
            assert np.array_equal(found[1], wanted[1])


@pytest.mark.parametrize(
    ("y", "stratified", "kind"),
    [
        (Y, True, StratifiedGroupKFold),
        (Y, False, GroupKFold),
        (np.linspace(0, 1, 20), True, GroupKFold),
        (np.eye(20)[:, :2], True, GroupKFold),  # several targets
    ],
)
@pytest.mark.parametrize("cv", [None, 4])
def test_a_number_keeps_groups_whole_and_is_stratified_where_there_are_classes(
    cv, y, stratified, kind
):
    folds = as_splitter(cv, y, np.arange(20) // 2, stratified=stratified, way_out="go home")
    assert type(folds) is kind
    assert folds.n_splits == (cv or 5)


def test_a_splitter_stays_what_it_is():
    cv = GroupShuffleSplit(2)
    assert as_splitter(cv, Y, None, stratified=True, way_out="go home") is cv
    splits = [(np.arange(10), np.arange(10, 20))]
    given = as_splitter(splits, Y, None, stratified=True, way_out="go home")
    assert list(given.split()) == splits


def split(cv, groups=None):
    return split_rows(cv, np.zeros((20, 1)), Y, groups, stratified=True, way_out="go home")


def test_masks_become_positions():
    mask = np.arange(20) < 6
    [(train, test), _] = split([(mask, ~mask), (~mask, mask)])
    assert train.tolist() == list(range(6))
    assert test.tolist() == list(range(6, 20))


def test_a_number_of_splits_keeps_groups_whole():
    groups = np.arange(20) // 4
    for train, test in split(5, groups):
        assert not set(groups[train]) & set(groups[test])


def test_the_ratio_of_sizes_is_that_of_all_folds_together():
    folds = split(TimeSeriesSplit(3))
    assert [len(train) for train, _ in folds] == [5, 10, 15]
    assert measure_test_over_train(folds) == 15 / 30
