"""The part that early stopping watches: its size, its classes, and whole groups."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.nn._hold_out import hold_out


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
