"""The column of one modality: cells to be read, and where they are."""

import os
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_list_like
from scipy.sparse import issparse

from skmm._tensor import TensorArray
from skmm._validation import ModalityError, refuse_dict
from skmm.frame import presence_mask


class Samples(NamedTuple):
    """The column of one modality: what is in the cells, and where they are."""

    cells: np.ndarray  # (n, ...) numbers of equal shape, or (n,) objects
    present: np.ndarray  # (n,) bool
    index: pd.Index | None  # labels of the rows, if X has any
    name: str  # the modality, for error messages
    failures: list | None = (
        None  # errors of bad cells, which are then passed over; None raises them
    )

    def place(self, row):
        """Say where `row` is, as keywords of :meth:`ModalityError.at`."""
        index = None if self.index is None else self.index[row]
        return {"modality": self.name, "row": row, "index": index}

    def take(self, rows):
        """Return a chunk of the cells in `rows`, which ascend."""
        labels = None if self.index is None else self.index[rows]
        failures = None if self.failures is None else []  # its own: it may go to another process
        are_neighbors = rows[-1] - rows[0] == len(rows) - 1
        cells = self.cells[rows[0] : rows[-1] + 1] if are_neighbors else self.cells[rows]
        return Chunk(cells, rows, labels, self.name, failures)

    def read(self, read, rows):
        """Yield each of the rows, and what `read` makes of its cell, but pass over noted failures.

        If none of the cells can be read, the first failure is raised after all.
        """
        n_read = 0
        for row in rows:
            result = _read_cell(read, self.cells[row], self.place(row), self.failures)
            if result is not None:
                n_read += 1
                yield row, result
        if n_read == 0:
            raise self.failures[0]


class Chunk(NamedTuple):
    """Some cells of a column, which still know where they come from."""

    cells: np.ndarray  # (n, ...) or (n,)
    rows: np.ndarray  # (n,) int, their positions in the column
    labels: pd.Index | None
    name: str
    failures: list | None

    def place(self, position):
        """Say where the cell at `position` in the chunk is, as :meth:`Samples.place` does."""
        index = None if self.labels is None else self.labels[position]
        return {"modality": self.name, "row": self.rows[position], "index": index}


def read_samples(X, modality):
    """Take X, one column of raw samples in any container, apart into cells and presence.

    Parameters
    ----------
    X : Series, DataFrame of one column, ndarray of shape (n_samples, ...) or sequence of cells
    modality : str
        Name to use in error messages where X is not a named column.

    Returns
    -------
    samples : Samples
    """
    refuse_dict(X)
    if isinstance(X, str | bytes | os.PathLike):
        kind = "string" if isinstance(X, str) else type(X).__name__
        raise ValueError(
            f"modality {modality!r}: iterable over raw samples expected, {kind} object received; "
            "wrap a single sample in a list"
        )
    if issparse(X):
        raise TypeError(
            f"modality {modality!r}: a column of raw samples is expected, got a sparse matrix"
        )
    if not is_list_like(X, allow_sets=False) or not hasattr(X, "__len__"):
        raise TypeError(
            f"modality {modality!r}: a list, array or Series of raw samples is expected, got a "
            f"{type(X).__name__}"
        )
    X = _only_column(X, modality)
    index = X.index if isinstance(X, pd.Series) else None
    name = X.name if isinstance(X, pd.Series) and isinstance(X.name, str) else modality
    cells, present = _cells_and_presence(X)
    if len(cells) == 0:
        raise ValueError(f"modality {name!r}: found 0 samples, a minimum of 1 is required")
    return Samples(cells, present, index, name)


def _only_column(X, modality):
    """X without its second axis, if that is one of columns."""
    is_frame = isinstance(X, pd.DataFrame)
    is_matrix_of_cells = isinstance(X, np.ndarray) and X.dtype.kind in "OUST" and X.ndim == 2
    if not is_frame and not is_matrix_of_cells:
        return X
    if X.shape[1] != 1:
        columns = f"the columns {list(X.columns)}" if is_frame else f"{X.shape[1]} columns"
        raise ValueError(
            f"modality {modality!r}: one column is expected, got {columns}; select one, or use "
            "MultimodalFusion"
        )
    return X.iloc[:, 0] if is_frame else X[:, 0]


def _cells_and_presence(column):
    present = None
    if isinstance(column, pd.Series):
        present, column = presence_mask(column).to_numpy(), column.array
    if isinstance(column, TensorArray):
        return column.tensor, column.present
    if isinstance(column, np.ndarray) and column.dtype.kind in "biufc":
        return column, np.ones(len(column), dtype=bool)
    # np.array(column) would look inside cells of equal length.
    cells = np.fromiter(column, dtype=object, count=len(column))
    return cells, presence_mask(cells) if present is None else present


def read_cells(read, cells, places, failures=None):
    """Yield ``read(cell)`` of each cell, None for a bad one if there is a list for `failures`."""
    for cell, place in zip(cells, places, strict=True):
        yield _read_cell(read, cell, place, failures)


def _read_cell(read, cell, place, failures):
    """Return ``read(cell)``; a :class:`ModalityError` is told its place, and raised or noted."""
    try:
        if isinstance(cell, np.ma.MaskedArray):
            raise ModalityError(
                "the cell is a masked array, whose mask would be lost; fill it first, for "
                "instance cell.filled(0), or replace the cell by None"
            )
        return read(cell)
    except ModalityError as error:
        failure, cause = error.at(**place), error.__cause__
    except MemoryError as error:
        # Without it as a cause, whose traceback would hold on to what has taken the memory.
        failure, cause = _out_of_memory(cell, error).at(**place), None
    if failures is None:
        raise failure from cause
    failures.append(failure)
    return None


def _out_of_memory(cell, error):
    what = repr(cell) if isinstance(cell, str | os.PathLike) else "the sample"
    return ModalityError(
        f"{what} takes more memory than there is ({error or 'MemoryError'}); make it smaller, set "
        "fewer n_jobs, or replace the cell by None to mark it as missing"
    )
