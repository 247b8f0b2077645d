"""Scaled blocks and the way back."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from skmm.fusion._early.blocks import Block
from skmm.fusion._early.scales import undo_scale
from skmm.generative._scaling import as_cells, learn_scales, scaled_tensors


@pytest.fixture
def blocks(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    a, b = 5 * rng.normal(size=(30, 4)) + 100, rng.normal(size=(30, 9))
    a[:, 3] = 7.0
    present = np.ones((30, 2), dtype=bool)
    present[4:8, 1] = False
    return {"a": Block(a, present[:, 0]), "b": Block(b, present[:, 1])}


def test_columns_are_standardized_and_blocks_weigh_the_same(blocks):
    (a, b), present = scaled_tensors(blocks, learn_scales(blocks))
    assert a.dtype == b.dtype == torch.float32
    rows = blocks["b"].values[blocks["b"].present]
    assert_allclose(b[present[:, 1]], StandardScaler().fit_transform(rows) / 3, atol=1e-6)
    assert_allclose(b[present[:, 1]].square().sum(dim=1).mean(), 1, rtol=1e-5)
    assert not a[:, 3].any()  # the constant one


def test_missing_rows_are_zero_whatever_lies_in_them(blocks):
    scales = learn_scales(blocks)
    for junk in (np.nan, np.inf, 1e6):
        blocks["b"].values[~blocks["b"].present] = junk
        assert_array_equal(learn_scales(blocks)["b"].factor, scales["b"].factor)
        tensors, present = scaled_tensors(blocks, scales)
        assert not tensors[1][~present[:, 1]].any()


def test_the_way_back_ends_where_it_began(blocks):
    scales = learn_scales(blocks)
    (a, _), _ = scaled_tensors(blocks, scales)
    assert_allclose(undo_scale(a.numpy(), scales["a"]), blocks["a"].values, rtol=1e-5)
    assert (undo_scale(np.ones((2, 4)), scales["a"])[:, 3] == 7.0).all()


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("uint8", [0, 3, 255]), ("int16", [-4, 3, 300]), ("float32", [-4.2, 2.6, 300.0])],
)
def test_integers_are_rounded_and_keep_their_bounds(dtype, expected):
    cells = as_cells(np.array([[-4.2], [2.6], [300.0]]), (1, 1), np.dtype(dtype))
    assert cells.dtype == dtype
    assert_allclose(cells.reshape(-1), np.array(expected, dtype=dtype))
    assert cells.shape == (3, 1, 1)


def test_booleans_are_what_is_nearer():
    assert as_cells(np.array([[0.2], [0.7]]), (1,), np.dtype(bool)).ravel().tolist() == [
        False,
        True,
    ]
