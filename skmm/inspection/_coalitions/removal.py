"""What stands in for the cells of a modality that is taken away."""

import warnings
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd

from skmm._tensor import TensorArray
from skmm._validation import ModalityError
from skmm.frame import drop_modalities
from skmm.fusion._early.blocks import as_dtype, frame_to_blocks, is_token_ids

# What estimators raise that cannot take null cells: some see them only when they use them.
REFUSALS = (ValueError, TypeError, AttributeError)


class Removal(NamedTuple):
    """Removed cells come from the same columns of `table`, in `rows`; None is X, and all rows."""

    table: object = None  # DataFrame or ndarray
    rows: np.ndarray | None = None  # (n,) int


def make_removals(kind, X, modalities, n_repeats, random_state):
    """Say how modalities are taken away, once per repeat.

    Parameters
    ----------
    kind : {"mask", "permute", "mean"}
    X : DataFrame or ndarray of n rows
    modalities : dict {name: ndarray of int}
    n_repeats : int
        Of ``"permute"``; the others have nothing to repeat.
    random_state : RandomState

    Returns
    -------
    removals : list of Removal
    """
    if kind == "permute":
        return [Removal(rows=rows) for rows in _permutations(len(X), n_repeats, random_state)]
    if kind == "mask":
        return [Removal(_nulls(X, modalities))]
    return [Removal(_mean_row(X, modalities), np.zeros(len(X), dtype=int))]


def replace_columns(X, removal, positions):
    """X with some of its columns taken away.

    Parameters
    ----------
    X : DataFrame or ndarray
    removal : Removal
    positions : array-like of int

    Returns
    -------
    X_removed : DataFrame or ndarray
    """
    table = X if removal.table is None else removal.table
    rows = slice(None) if removal.rows is None else removal.rows
    if isinstance(X, pd.DataFrame):
        chosen = set(np.asarray(positions).tolist())
        columns = {
            name: (table.iloc[rows, j] if j in chosen else X.iloc[:, j]).array
            for j, name in enumerate(X.columns)
        }
        return pd.DataFrame(columns, index=X.index, columns=X.columns, copy=False)
    replaced = X.astype(np.result_type(X, table))
    replaced[:, positions] = table[rows][:, positions]
    return replaced


@contextmanager
def explain_nulls(estimator, is_masked):
    """Where an estimator fails on cells that were made null, name the way out.

    Raises
    ------
    ValueError
        In place of the estimator's error, if `is_masked`.
    """
    try:
        yield
    except REFUSALS as error:
        if not is_masked:
            raise
        raise ValueError(
            f'{type(estimator).__name__} cannot take the null cells that removal="mask" makes: {error}. '
            'Set removal="permute" or "mean", or give an estimator that takes missing modalities'
        ) from error


def _permutations(n_samples, n_repeats, random_state):
    """Those that scikit-learn's permutation_importance draws: each goes on where the last one ended."""
    rows, shuffled = np.arange(n_samples), np.arange(n_samples)
    for _ in range(n_repeats):
        random_state.shuffle(shuffled)
        rows = rows[shuffled]
        yield rows


def _nulls(X, modalities):
    positions = np.concatenate(list(modalities.values()))
    if isinstance(X, pd.DataFrame):
        return drop_modalities(X, list(X.columns[positions]), keep_one=False)
    return np.full_like(X, np.nan, dtype=np.result_type(X, np.float32))


def _mean_row(X, modalities):
    """A table of one row; in columns of no modality it is the first of X, which nobody looks at."""
    if not isinstance(X, pd.DataFrame):
        return _mean_of_numbers(X, np.concatenate(list(modalities.values())))
    columns = {name: X.iloc[:1, j].array for j, name in enumerate(X.columns)}
    for modality, positions in modalities.items():
        for name in X.columns[positions]:
            columns[name] = _mean_cell(X[[name]], modality)
    return pd.DataFrame(columns, columns=X.columns)


def _mean_of_numbers(X, positions):
    unknown = [j for j in positions if np.isnan(X[:, j]).all()]
    if unknown:
        raise ValueError(
            f'column {unknown[0]} of X is NaN throughout, and has no mean; set removal="mask" or "permute"'
        )
    row = X[:1].astype(np.float64)
    row[0, positions] = np.nanmean(X[:, positions], axis=0, dtype=np.float64)
    return row


def _mean_cell(frame, modality):
    """The mean of a column as a column of one row."""
    name = frame.columns[0]
    way_out = 'set removal="mask" or "permute", or make features of the samples first'
    try:
        block = frame_to_blocks(frame)[name]
    except ModalityError as error:
        raise ModalityError(
            f"the samples in column {name!r} have no mean; {way_out}", modality=modality
        ) from error
    if not block.present.any():
        raise ModalityError(
            f"column {name!r} is null throughout, and has no mean; {way_out}", modality=modality
        )
    if is_token_ids(block.values):
        raise ModalityError(
            f"column {name!r} holds token ids, which have no mean; {way_out}", modality=modality
        )
    with warnings.catch_warnings():
        # A step that is padding in every sequence stays padding.
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        mean = np.nanmean(block.values[block.present], axis=0, keepdims=True, dtype=np.float64)
    if pd.api.types.is_numeric_dtype(frame[name].dtype):
        return mean.ravel()
    return TensorArray(as_dtype(mean, block.values.dtype))
