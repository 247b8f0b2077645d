"""Members: the (modality, estimator, columns) triples inside a fusion, and what each one is given."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn import config_context
from sklearn.utils import get_tags

from skmm._input import holds_modalities, name_columns, select_columns
from skmm._tensor import TensorArray
from skmm._validation import (
    Integral,
    ModalityError,
    _BaseComposition,
    _check_method_params,
    _print_elapsed_time,
    _safe_indexing,
    validate_data,
)
from skmm.frame import presence_mask


class Member(NamedTuple):
    """One entry of ``transformers`` or ``estimators``; `columns` is the modality's name unless given."""

    modality: str
    estimator: object
    columns: object


class MemberComposition(_BaseComposition):
    """``get_params`` and ``set_params`` that reach into the members, as in ColumnTransformer.

    A subclass says in ``_members_parameter`` which of its parameters holds the members.
    """

    def get_params(self, deep=True):
        """Get the parameters, and those of the members by ``modality__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of the members.

        Returns
        -------
        params : dict
        """
        return self._get_params("_named_members", deep=deep)

    def set_params(self, **params):
        """Set parameters; ``modality=estimator`` replaces a member.

        Parameters
        ----------
        **params : dict
            Parameters by name, as :meth:`get_params` lists them.

        Returns
        -------
        self : object
        """
        if self._members_parameter in params:  # first, for the others may reach into new members
            setattr(self, self._members_parameter, params.pop(self._members_parameter))
        return self._set_params("_named_members", **params)

    @property
    def _named_members(self):
        members = getattr(self, self._members_parameter)
        try:
            return [(modality, estimator) for modality, estimator, *_ in members]
        except (TypeError, ValueError):  # nonsense is for fit to complain about
            return members

    @_named_members.setter
    def _named_members(self, pairs):
        members = getattr(self, self._members_parameter)
        renewed = [(*pair, *columns) for pair, (_, _, *columns) in zip(pairs, members, strict=True)]
        setattr(self, self._members_parameter, renewed)

    def _check_members(self, special):
        """Validate the members; return those that are not dropped.

        `special` are the strings allowed in place of an estimator, "drop" among them.
        """
        parameter = self._members_parameter
        members = getattr(self, parameter)
        if not members:
            raise ValueError(f"{parameter} is empty; give a list of (modality, estimator) pairs")
        for member in members:
            if not isinstance(member, tuple | list) or len(member) not in (2, 3):
                raise ValueError(
                    f"{parameter} holds {member!r}; every entry is (modality, estimator) or "
                    "(modality, estimator, columns)"
                )
            if isinstance(member[1], str) and member[1] not in special:
                raise ValueError(
                    f"{parameter} holds {member[1]!r} for modality {member[0]!r}; expected an "
                    f"estimator or one of {special}"
                )
        self._validate_names([member[0] for member in members])
        self._check_estimators_are_instances([member[1] for member in members])
        full = [
            Member(name, estimator, *(columns or [name])) for name, estimator, *columns in members
        ]
        kept = [member for member in full if not _is(member.estimator, "drop")]
        if not kept:
            raise ValueError(f"every modality is dropped; keep at least one entry of {parameter}")
        return kept

    def _all_members_accept(self, kind):
        """Whether every member's tags say that it takes ``"sparse"`` or ``"allow_nan"`` input."""
        try:
            estimators = [estimator for _, estimator in self._named_members]
            return all(
                isinstance(estimator, str) or getattr(get_tags(estimator).input_tags, kind)
                for estimator in estimators
            )
        except (TypeError, ValueError):  # nonsense is for fit to complain about
            return False

    def _read_X(self, X, members, *, reset, allow_nan):
        """Return X as a frame of modalities or as a numeric matrix (or frame), checked.

        Columns are selected by name, so their order and further ones do not matter. A numeric X
        has no such freedom: it must look as it did in fit, as everywhere in scikit-learn.
        """
        if not holds_modalities(X):
            finite = "allow-nan" if allow_nan else True
            checked = validate_data(
                self, X, reset=reset, accept_sparse="csr", ensure_all_finite=finite
            )
            names = getattr(self, "feature_names_in_", None)
            if names is None or issparse(checked):
                return checked
            return pd.DataFrame(checked, columns=names, copy=False)
        wanted = column_names(self.__dict__[self._members_parameter])
        X = name_columns(X, wanted)
        used = column_names(members)
        if used is not None:
            X = select_columns(X, used)
        validate_data(self, X, reset=reset, skip_check_array=True)
        return X


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

    def rows(self, where):
        """Values at the positions or mask `where`, as scikit-learn's transformers take them."""
        values = self.values
        if isinstance(values, TensorArray):
            return values.tensor[where]
        return values.iloc[where] if hasattr(values, "iloc") else values[where]


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
    names = [columns] if isinstance(columns, str) else columns
    by_name = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if by_name and isinstance(X, pd.DataFrame):
        values = select_columns(X, names)
        if isinstance(columns, str):
            return _single_column(values[columns])
    elif by_name:
        _refuse_names(member, n_members)
        values = X
    else:
        values = _take_by_position(X, columns, member.modality)
    return Column(values, _rows_with_any_value(values))


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


def _rows_with_any_value(values):
    if issparse(values):  # no entry is null
        return np.ones(values.shape[0], dtype=bool)
    present = ~np.isnan(values) if isinstance(values, np.ndarray) else presence_mask(values)
    return np.asarray(present).any(axis=1)


def _single_column(series):
    present = presence_mask(series).to_numpy()
    if series.dtype == object:
        series = _stack_equal_arrays(series)
    if isinstance(series.array, TensorArray):
        return Column(series.array, present)
    if pd.api.types.is_numeric_dtype(series.dtype):  # one number per sample: a block of width 1
        return Column(series.to_numpy(float, na_value=np.nan)[:, None], present)
    return Column(series, present)


def _stack_equal_arrays(series):
    """An object column of arrays of one shape as the tensor column it could have been."""
    present = series[presence_mask(series)]
    if len(present) == 0 or not isinstance(present.iloc[0], np.ndarray):
        return series
    try:
        return pd.Series(TensorArray._from_sequence(series.array), series.index, copy=False)
    except (TypeError, ValueError):  # arrays of several shapes are for the member to read
        return series


def refuse_null(column, modality, index):
    """Raise a ModalityError if the column has a null cell."""
    if not column.present.all():
        row = int(np.flatnonzero(~column.present)[0])
        raise ModalityError(
            'the cell is null: the modality is missing (or holds NaN), and missing="error"; choose '
            "another way of treating missing modalities",
            modality=modality,
            row=row,
            index=_label(index, row),
        )


def run_on_present_rows(function, member, column, y, params, *, index, message=None):
    """Call ``function(member, rows, y, params)`` for the rows in which the modality is present.

    This is what worker processes run. Metadata and y are cut to the same rows, and the place in a
    ModalityError is translated back to X.

    Returns
    -------
    result : object
        What `function` returns; None if the modality is missing in every row.
    """
    positions = np.flatnonzero(column.present)
    if len(positions) == 0:
        return None
    n_samples = len(column.present)
    where = slice(None) if len(positions) == n_samples else positions
    rows = column.rows(where)
    y = y if y is None else _safe_indexing(y, positions)
    params = _check_method_params(np.empty((n_samples, 0)), params, indices=positions)
    try:
        # Members give arrays whatever the user wants of the outermost transformer.
        with config_context(transform_output="default"), _print_elapsed_time("skmm", message):
            return function(member, rows, y, params)
    except ModalityError as error:
        row = None if error.row is None else int(positions[error.row])
        label = None if row is None else _label(index, row)
        place = {"modality": member.modality, "row": row, "index": label}
        raise ModalityError(error.message, **place) from error.__cause__


def refuse_absent(column, modality):
    """Raise a ModalityError if there is no sample to fit a member on."""
    if not column.present.any():
        raise ModalityError(
            'missing in every sample, so there is nothing to fit; set it to "drop"',
            modality=modality,
        )


def _label(index, row):
    label = None if index is None else index[row]
    return label.item() if isinstance(label, np.generic) else label


def _is(value, word):
    return isinstance(value, str) and value == word
