import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmm import ModalityError, make_frame
from skmm.fusion._early.blocks import (
    Block,
    as_values,
    check_finite,
    empty_block,
    fill,
    frame_to_blocks,
    spec_of,
    spread,
    to_frame,
)

PRESENT = np.array([True, False, True, True])
ROWS = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0]])
SPREAD = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.csr_matrix])
def test_spread_puts_rows_where_they_belong(make):
    values = spread(make(ROWS), PRESENT).values
    assert_array_equal(values.toarray() if sparse.issparse(values) else values, SPREAD)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_fill_writes_only_into_missing_rows_and_not_into_what_it_was_given(make):
    block = Block(make(SPREAD.copy()), PRESENT)
    filled = fill(block, np.array([7.0, 8.0]))
    expected = SPREAD.copy()
    expected[1] = [7, 8]
    values = filled.values.toarray() if sparse.issparse(filled.values) else filled.values
    assert_array_equal(values, expected)
    before = block.values.toarray() if sparse.issparse(block.values) else block.values
    assert_array_equal(before, SPREAD)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_an_empty_block_has_the_form_of_the_fitted_one(make):
    block = empty_block(spec_of(Block(make(SPREAD), PRESENT)), 5)
    assert block.values.shape == (5, 2)
    assert sparse.issparse(block.values) == sparse.issparse(make(SPREAD))
    assert not block.present.any()


def test_sparse_counts_become_floats():
    assert as_values(sparse.csr_array(np.eye(3, dtype=int)), 3).dtype == np.float64


def test_frames_and_blocks_turn_into_each_other():
    blocks = {
        "a": Block(SPREAD, PRESENT),
        "b": Block(np.ones((4, 2, 3, 3)), np.ones(4, dtype=bool)),
    }
    back = frame_to_blocks(to_frame(blocks, index=list("uvwx")))
    assert_array_equal(back["a"].present, PRESENT)
    assert_array_equal(back["a"].values[PRESENT], SPREAD[PRESENT])
    assert_array_equal(back["b"].values, blocks["b"].values)


def test_an_object_column_of_equal_arrays_is_a_block():
    frame = make_frame(a=[np.ones(2), None])
    assert_array_equal(frame_to_blocks(frame.astype(object))["a"].present, [True, False])


def test_a_column_of_ragged_arrays_is_not_a_block():
    with pytest.raises(ModalityError, match="modality 'a': not a column of arrays of one shape"):
        frame_to_blocks(make_frame(a=[np.ones(2), np.ones(3)]))


def test_trailing_nan_steps_are_padding_and_others_are_not():
    sequence = np.ones((2, 4, 2))
    sequence[0, 2:] = np.nan
    check_finite(Block(sequence, np.ones(2, dtype=bool)), "audio", None)
    sequence[1, 1] = np.nan
    with pytest.raises(ModalityError, match="modality 'audio', row 1"):
        check_finite(Block(sequence, np.ones(2, dtype=bool)), "audio", None)


def test_infinity_in_a_sparse_block_is_named():
    values = sparse.csr_array(np.array([[0.0, 1.0], [np.inf, 0.0]]))
    with pytest.raises(ModalityError, match="modality 'text', row 1"):
        check_finite(Block(values, np.ones(2, dtype=bool)), "text", None)


def test_nan_in_a_missing_row_is_nobodys_business():
    check_finite(Block(np.array([[1.0], [np.nan]]), np.array([True, False])), "a", None)
