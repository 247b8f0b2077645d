"""Which cells go missing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.datasets._presence import draw_presence, hide


def draw(rates, n_samples=1000, seed=0):
    presence = draw_presence(rates, n_samples, np.random.RandomState(seed))
    return np.stack(list(presence.values()), axis=1)


@pytest.mark.parametrize("rate", [0, 0.25, 1])
def test_a_single_incomplete_modality_reaches_its_rate_exactly(rate, global_random_seed):
    present = draw({"a": rate, "b": 0}, seed=global_random_seed)
    assert_array_equal((~present).mean(axis=0), [rate, 0])


def test_cells_go_missing_independently_of_each_other(global_random_seed):
    present = draw({"a": 0.3, "b": 0.5, "c": 0}, n_samples=20_000, seed=global_random_seed)
    both = (~present[:, 0] & ~present[:, 1]).mean()
    assert_allclose(both, 0.15, atol=0.01)


def test_a_row_never_loses_everything(global_random_seed):
    present = draw({"a": 1, "b": 1}, seed=global_random_seed)
    assert_array_equal(present.sum(axis=1), 1)
    assert 0.4 < present[:, 0].mean() < 0.6


def test_a_higher_rate_takes_further_cells_and_gives_none_back():
    fewer, more = draw({"a": 0.2, "b": 0}), draw({"a": 0.4, "b": 0})
    assert (fewer | ~more).all()


def test_hidden_samples_are_gone():
    column = hide(np.arange(1, 7).reshape(3, 2), np.array([True, False, True]))
    assert_array_equal(column.tensor, [[1, 2], [0, 0], [5, 6]])
    assert_array_equal(column.present, [True, False, True])
