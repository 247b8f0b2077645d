"""The columns of X that belong to one member of a fusion."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from skmm._input import select_columns
from skmm._tensor import TensorArray
from skmm._validation import Integral, ModalityError
from skmm.frame import presence_mask


def column_names(members):
    """Names of the columns that members ask for, each once; None if some ask by position."""
    names = {}
    for modality, _, *columns in members:
        wanted = columns[0] if columns else modality
        wanted = wanted if isinstance(wanted, list | tuple) else [wanted]
        if not all(isinstance(name, str) for name in wanted):
            return None
        names.update(dict.fromkeys(wanted))
    return list(names)


class Column(NamedTuple):
    """What one member is given: its values, and in which rows there are any."""

    values: object  # TensorArray, ndarray, sparse matrix, Series or DataFrame of n rows
    present: np.ndarray  # (n,) bool
    complete: np.ndarray  # (n,) bool; of several columns some may be null

    def as_floats(self):
        """The same column, with the whole numbers of a matrix as floats; tensors keep their type."""
        values = self.values
        if isinstance(values, pd.DataFrame):
            values = frame_to_matrix(values)
        is_matrix = isinstance(values, np.ndarray) or issparse(values)
        if is_matrix and values.dtype.kind in "biu":
            values = values.astype(np.float64)
        return self._replace(values=values)

    def rows(self, where):
        """Values at the positions or mask `where`, as scikit-learn's transformers take them."""
        values = self.values
        if isinstance(values, TensorArray):
            return values.tensor[where]
        return values.iloc[where] if hasattr(values, "iloc") else values[where]


def frame_to_matrix(frame):
    """Values of a frame as an ndarray; numbers of several types, or with gaps, become floats."""
    values = frame.to_numpy()
    if values.dtype == object and all(map(pd.api.types.is_numeric_dtype, frame.dtypes)):
        return frame.to_numpy(np.float64, na_value=np.nan)
    return values


def read_column(X, member, n_members):
    """Pick the column or columns of `member` out of X, which :meth:`_read_X` has checked.

    Parameters
    ----------
    X : DataFrame, ndarray or CSR matrix of n rows
    member : Member
    n_members : int
        How many members there are: an only member may take a whole matrix.

    Returns
    -------
    column : Column
    """
    columns = member.columns
    if isinstance(columns, np.ndarray | pd.Index):
        columns = columns.tolist()
    names = [columns] if isinstance(columns, str) else columns
    by_name = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if isinstance(columns, str) and isinstance(X, pd.DataFrame) and columns in X.columns:
        return _single_column(X[columns])
    if by_name and isinstance(X, pd.DataFrame):
        values = select_columns(X, names)
    elif by_name:
        _refuse_names(member, n_members)
        values = X
    else:
        values = _take_by_position(X, columns, member.modality)
        if isinstance(columns, Integral) and isinstance(X, pd.DataFrame):
            return _single_column(values.iloc[:, 0])
    return _several_columns(values)


def _refuse_names(member, n_members):
    """Without names in X, only a single member that names no columns of its own can have them all."""
    if n_members > 1 or member.columns != member.modality:
        raise ValueError(
            f"modality {member.modality!r} asks for column {member.columns!r}, but X is a matrix "
            "without names; give the columns by number: "
            f"({member.modality!r}, estimator, [0, 1]) or slice(0, 2)"
        )


def _take_by_position(X, columns, modality):
    n_columns = X.shape[1]
    _check_positions(columns, modality)
    if not isinstance(columns, slice):
        columns = [columns] if isinstance(columns, Integral) else list(columns)
        for column in columns:
            if not -n_columns <= column < n_columns:
                raise ValueError(
                    f"modality {modality!r} asks for column {column}, but X has {n_columns} feature(s)"
                )
    elif len(range(*columns.indices(n_columns))) == 0:
        raise ValueError(
            f"modality {modality!r} asks for columns {columns}, but X has {n_columns} feature(s)"
        )
    return X.iloc[:, columns] if isinstance(X, pd.DataFrame) else X[:, columns]


def _check_positions(columns, modality):
    parts = (columns.start, columns.stop, columns.step) if isinstance(columns, slice) else columns
    parts = parts if isinstance(parts, list | tuple) else [parts]
    allowed = (Integral, type(None)) if isinstance(columns, slice) else Integral
    if not all(isinstance(part, allowed) for part in parts):
        raise ValueError(
            f"modality {modality!r} asks for columns {columns!r}; give a name, a number, a slice of "
            "numbers, or a list of names or of numbers"
        )


def _several_columns(values):
    if issparse(values):  # no entry is null
        everywhere = np.ones(values.shape[0], dtype=bool)
        return Column(values, everywhere, everywhere)
    if isinstance(values, np.ndarray) and values.dtype.kind in "biu":
        known = np.ones(values.shape, dtype=bool)
    else:
        is_array = isinstance(values, np.ndarray)
        known = ~np.isnan(values) if is_array else presence_mask(values).to_numpy()
    return Column(values, known.any(axis=1), known.all(axis=1))


def _single_column(series):
    present = presence_mask(series).to_numpy()
    if series.dtype == object:
        series = _stack_equal_arrays(series)
    if isinstance(series.array, TensorArray):
        return Column(series.array, present, present)
    if pd.api.types.is_numeric_dtype(series.dtype):  # one number per sample: a block of width 1
        return Column(series.to_numpy(float, na_value=np.nan)[:, None], present, present)
    return Column(series, present, present)


def _stack_equal_arrays(series):
    """An object column of arrays of one shape as the tensor column it could have been."""
    present = series[presence_mask(series)]
    if len(present) == 0 or not isinstance(present.iloc[0], np.ndarray):
        return series
    try:
        return pd.Series(TensorArray._from_sequence(series.array), series.index, copy=False)
    except (TypeError, ValueError):  # arrays of several shapes are for the member to read
        return series


def refuse_null(column, modality, index, way_out):
    """Raise a ModalityError with the `way_out` if the column has a null cell."""
    if not column.complete.all():
        row = np.flatnonzero(~column.complete)[0]
        raise ModalityError(
            f'the cell is null (or its numbers are NaN), and missing="error"; {way_out}',
            modality=modality,
            row=row,
            index=None if index is None else index[row],
        )


def refuse_absent(column, modality):
    """Raise a ModalityError if there is no sample to fit a member on."""
    if not column.present.any():
        raise ModalityError(
            'missing in every sample, so there is nothing to fit; set it to "drop"',
            modality=modality,
        )
