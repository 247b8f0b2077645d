"""The base class of extractors, seen through a tiny one."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.exceptions import NotFittedError

from skmm import ModalityError, make_frame
from skmm._extractor import Extractor, read_samples
from skmm.frame import TensorArray


class Lengths(Extractor):
    """Length and sum of a list of numbers, or its first entries."""

    _modality = "numbers"

    def __init__(self, first=None, *, batch_size=2, n_jobs=None, verbose=False):
        self.first = first
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _read(self, cell):
        if isinstance(cell, str):
            raise ModalityError(f"cannot read {cell!r}")
        return list(cell)

    def _extract(self, samples):
        if self.first:
            return [sample[: self.first] for sample in samples]
        return [[len(sample), sum(sample)] for sample in samples]


CELLS = [[1, 2], [3], None, [4, 5, 6], []]


def test_a_block_has_a_row_per_sample_and_nan_for_a_null_cell():
    block = Lengths().fit_transform(CELLS)
    assert_array_equal(block, [[2, 3], [1, 3], [np.nan, np.nan], [3, 15], [0, 0]])
    assert block.dtype == np.float32


def test_it_works_without_fit_and_names_columns_after_it():
    extractor = Lengths()
    assert_array_equal(extractor.transform([[1, 2]]), [[2, 3]])
    with pytest.raises(NotFittedError):
        extractor.get_feature_names_out()
    assert list(extractor.fit([[1]]).get_feature_names_out()) == ["lengths0", "lengths1"]
    assert extractor.n_features_out_ == 2


def test_a_bad_cell_is_named_with_its_place():
    column = pd.Series([[1], None, "x"], index=list("uvw"), name="heart", dtype=object)
    for n_jobs in (None, 2):
        with pytest.raises(
            ModalityError, match=r"modality 'heart', row 2 \(index 'w'\): cannot read 'x'"
        ):
            Lengths(n_jobs=n_jobs).transform(column)
    with pytest.raises(ModalityError, match="modality 'numbers', row 1: cannot read 'y'"):
        Lengths().transform([[1], "y"])


def test_a_row_of_another_shape_is_named():
    cells = [[1, 2, 3], [1, 2, 3], [1]]
    with pytest.raises(ModalityError, match=r"row 2: gives features of shape \(1,\), where \(2,\)"):
        Lengths(first=2).transform(cells)
    extractor = Lengths(first=2).fit(cells[:2])
    with pytest.raises(ModalityError, match=r"row 0: gives features of shape \(1,\), where \(2,\)"):
        extractor.transform(cells[2:])


def test_a_modality_missing_everywhere_is_an_error_in_fit_and_nan_afterwards():
    with pytest.raises(ModalityError, match="modality 'numbers': missing in every sample; drop"):
        Lengths().fit([None, None])
    with pytest.raises(ModalityError, match="missing in every sample; fit the extractor first"):
        Lengths().transform([None])
    assert np.isnan(Lengths().fit(CELLS).transform([None, None])).all()


def test_a_failed_fit_leaves_nothing_behind():
    extractor = Lengths().fit(CELLS)
    with pytest.raises(ModalityError):
        extractor.fit(["x"])
    assert extractor.block_shape_ == (2,)


def test_progress_is_shown_when_asked_for(capsys):
    Lengths(verbose=True).fit_transform(CELLS)
    assert "Lengths: 100%" in capsys.readouterr().err
    Lengths().fit_transform(CELLS)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_warning_about_samples_comes_once_per_call_with_its_count(n_jobs):
    extractor = Grumbling(n_jobs=n_jobs).fit(CELLS)
    with pytest.warns(UserWarning, match="how old") as caught:
        extractor.transform(CELLS)
    assert [str(w.message) for w in caught] == ["modality 'numbers': a list, how old (4x)"]


class Grumbling(Lengths):
    def _read(self, cell):
        warnings.warn("a list, how old", stacklevel=2)
        return super()._read(cell)


def test_a_block_of_more_dimensions_is_one_column_of_a_frame():
    class Squares(Lengths):
        def _extract(self, samples):
            return [np.full((2, 2), len(sample)) for sample in samples]

    extractor = Squares().set_output(transform="pandas")
    frame = extractor.fit_transform(pd.Series(CELLS, index=list("uvwxy")))
    assert list(frame.columns) == list(extractor.get_feature_names_out()) == ["squares"]
    assert list(frame.index) == list("uvwxy")
    assert frame["squares"].isna().tolist() == [False, False, True, False, False]


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
