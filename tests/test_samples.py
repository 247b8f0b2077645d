"""A column of raw samples in any container."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmm import ModalityError, make_frame
from skmm._samples import read_samples
from skmm.frame import TensorArray
from tests.tiny_extractors import CELLS, Lengths


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("text", ValueError, "iterable over raw samples expected, string object received"),
        ([], ValueError, "modality 'numbers': found 0 samples"),
        (make_frame(a=[[1]], b=[[2]]), ValueError, r"one column is expected.*\['a', 'b'\]"),
        (sparse.csr_array(np.eye(2)), TypeError, "got a sparse matrix"),
        ({"a": [1]}, TypeError, r"make_frame\(\*\*X\)"),
    ],
)
def test_a_container_that_is_no_column_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        Lengths().fit(X)


@pytest.mark.parametrize(
    "X",
    [
        np.arange(6).reshape(3, 2),
        TensorArray(np.arange(6).reshape(3, 2)),
        list(np.arange(6).reshape(3, 2)),
        pd.Series(TensorArray(np.arange(6).reshape(3, 2))),
        make_frame(a=np.arange(6).reshape(3, 2)),
    ],
)
def test_every_container_of_arrays_is_read_alike(X):
    samples = read_samples(X, "numbers")
    assert_array_equal(np.stack(list(samples.cells)), [[0, 1], [2, 3], [4, 5]])
    assert samples.present.all()


def test_the_name_of_a_column_is_the_modality():
    assert read_samples(make_frame(heart=[[1]]), "numbers").name == "heart"
    assert read_samples([[1]], "numbers").name == "numbers"


@pytest.mark.parametrize(
    "X",
    [Path("a.wav"), b"bytes", None, 3, {1, 2}, (cell for cell in CELLS)],
    ids=lambda X: type(X).__name__,
)
def test_what_is_no_column_at_all_is_refused(X):
    with pytest.raises((TypeError, ValueError), match="modality 'numbers': .*expected"):
        Lengths().fit(X)


def test_a_matrix_of_one_column_of_cells_is_the_column():
    cells = make_frame(a=CELLS).to_numpy(dtype=object)
    assert_array_equal(Lengths().fit_transform(cells), Lengths().fit_transform(CELLS))
    with pytest.raises(ValueError, match="one column is expected, got 2 columns"):
        Lengths().fit(np.hstack([cells, cells]))


def test_rows_are_taken_with_their_places():
    samples = read_samples(pd.Series(TensorArray(np.arange(8).reshape(4, 2)), list("abcd")), "x")
    for rows in ([1, 2], [0, 3], [2]):
        chunk = samples.take(np.array(rows))
        assert_array_equal(chunk.cells, samples.cells[rows])
        assert [chunk.place(k)["index"] for k in range(len(rows))] == ["abcd"[row] for row in rows]
        assert [chunk.place(k)["row"] for k in range(len(rows))] == rows


def test_neighboring_rows_are_taken_without_a_copy():
    samples = read_samples(np.arange(8).reshape(4, 2), "x")
    assert np.shares_memory(samples.take(np.array([1, 2])).cells, samples.cells)


def test_a_masked_cell_is_refused():
    with pytest.raises(ModalityError, match="row 1: the cell is a masked array"):
        Lengths().transform([[1], np.ma.masked_array([1, 2], [0, 1])])


def test_a_sample_for_which_there_is_no_memory_is_named_and_can_be_passed_over():
    class Large(Lengths):
        def _read(self, cell):
            return np.empty((2**28, 2**28)) if isinstance(cell, str) else [cell]

    with pytest.raises(
        ModalityError, match=r"'a' takes more memory .*Unable to allocate"
    ) as caught:
        Large().transform([1, "a"])
    assert (caught.value.row, caught.value.__cause__, caught.value.__context__) == (1, None, None)
    with pytest.warns(UserWarning, match="1 of 2 samples"):
        block = Large(on_error="missing").transform([1, "a"])
    assert_array_equal(block, [[1, 1], [np.nan] * 2])
