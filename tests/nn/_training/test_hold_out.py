"""The part that early stopping watches: its size, its classes, and whole groups."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.nn._training.hold_out import hold_out, hold_out_groups


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_the_held_out_part_has_the_shares_of_the_whole(fraction):
    groups = np.repeat([0, 1, 2], [600, 300, 100])
    kept, held_out = hold_out(groups, fraction, seed=0)
    assert sorted([*kept, *held_out]) == list(range(1000))
    assert len(held_out) == round(1000 * fraction)
    assert_allclose(np.bincount(groups[held_out]) / len(held_out), [0.6, 0.3, 0.1], atol=0.01)


def test_every_class_keeps_a_sample_to_train_on():
    groups = np.array([0, 1, 1, 2, 2, 2])
    kept, held_out = hold_out(groups, 0.99, seed=0)
    assert set(groups[kept]) == {0, 1, 2}
    assert len(held_out) == 3


def test_at_least_one_sample_is_held_out():
    assert len(hold_out(np.zeros(5, dtype=int), 0.01, seed=0)[1]) == 1


def test_the_held_out_part_depends_on_the_seed_only():
    groups = np.arange(50) % 2
    assert hold_out(groups, 0.2, 1)[1].tolist() == hold_out(groups, 0.2, 1)[1].tolist()
    assert hold_out(groups, 0.2, 1)[1].tolist() != hold_out(groups, 0.2, 2)[1].tolist()


def test_one_sample_per_class_cannot_be_split():
    with pytest.raises(ValueError, match="4 samples are too few: one of each class"):
        hold_out(np.arange(4), 0.5, seed=0)


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_no_group_is_torn_apart(fraction):
    groups = np.repeat(np.arange(40), 5)
    kept, held_out = hold_out_groups(groups, np.arange(200) % 2, fraction, seed=0)
    assert sorted([*kept, *held_out]) == list(range(200))
    assert not set(groups[kept]) & set(groups[held_out])
    assert len(held_out) == 200 * fraction


@pytest.mark.parametrize("seed", range(12))
def test_a_large_group_is_not_held_out_where_a_small_one_will_do(seed):
    groups = np.repeat(["large", "b", "c", "d"], [85, 5, 5, 5])
    held_out = hold_out_groups(groups, np.zeros(100, dtype=int), 0.1, seed)[1]
    assert len(held_out) == 10
    assert "large" not in groups[held_out]


def test_the_smallest_group_is_held_out_where_all_are_too_large():
    groups = np.repeat(["a", "b", "c", "d"], [40, 25, 25, 10])
    classes = (groups == "d").astype(int)  # d cannot be missed
    taken = {
        tuple(np.unique(groups[hold_out_groups(groups, classes, 0.1, seed)[1]]))
        for seed in range(12)
    }
    assert taken == {("b",), ("c",)}


def test_a_class_of_one_group_is_not_held_out():
    groups = np.array(["a", "a", "b", "b", "c", "c"])
    classes = np.array([0, 0, 1, 1, 1, 1])
    for seed in range(10):
        assert "a" in groups[hold_out_groups(groups, classes, 0.4, seed)[0]]


def test_groups_that_are_all_needed_cannot_be_held_out():
    with pytest.raises(ValueError, match="none of the 2 groups can be missed"):
        hold_out_groups(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 0.5, seed=0)


def test_held_out_groups_depend_on_the_seed_only():
    groups, classes = np.arange(60) // 2, np.zeros(60, dtype=int)
    again = [hold_out_groups(groups, classes, 0.2, seed)[1].tolist() for seed in (1, 1, 2)]
    assert again[0] == again[1] != again[2]
