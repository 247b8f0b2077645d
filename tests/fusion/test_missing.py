import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.fusion._blocks import Block
from skmm.fusion._missing import fill_blocks, learn_fill

PRESENT = np.array([True, True, False])


def test_nothing_is_filled_in_where_nothing_was_asked_for():
    blocks = {"a": Block(np.ones((3, 2)), PRESENT)}
    for missing in ("error", "nan"):
        assert fill_blocks(learn_fill(missing, blocks), blocks) is blocks


def test_the_mean_counts_present_rows_only():
    values = np.array([[1.0, 2.0], [3.0, 6.0], [1e6, np.nan]])
    blocks = {"a": Block(values, PRESENT)}
    filled = fill_blocks(learn_fill("mean", blocks), blocks)["a"]
    assert_array_equal(filled.values[2], [2, 4])
    assert filled.present.all()


def test_the_mean_of_sequences_ignores_padding():
    values = np.full((3, 3, 1), np.nan)
    values[0, :2, 0] = [1, 2]
    values[1, :1, 0] = [3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = learn_fill("mean", {"a": Block(values, PRESENT)})["a"]
    assert_allclose(row[:, 0], [2, 2, np.nan])


def test_zero_pads_token_ids():
    blocks = {"text": Block(np.full((3, 4), 7), PRESENT)}
    filled = fill_blocks(learn_fill("zero", blocks), blocks)["text"].values
    assert_array_equal(filled[2], np.zeros(4))
    assert filled.dtype == int


def test_what_is_learned_is_used_on_other_rows():
    learned = learn_fill("mean", {"a": Block(np.array([[2.0], [4.0]]), np.ones(2, dtype=bool))})
    filled = fill_blocks(learned, {"a": Block(np.zeros((1, 1)), np.zeros(1, dtype=bool))})
    assert_array_equal(filled["a"].values, [[3.0]])


@pytest.mark.parametrize("missing", ["mean", "zero"])
def test_blocks_given_are_not_written_to(missing):
    values = np.ones((3, 2))
    values.flags.writeable = False
    blocks = {"a": Block(values, PRESENT)}
    fill_blocks(learn_fill(missing, blocks), blocks)
    assert_array_equal(values, np.ones((3, 2)))
