"""Bring whatever scikit-learn hands to fit and predict to one of two forms.

Either a DataFrame whose columns are modalities, or a plain numeric matrix.
"""

from numbers import Number
from pathlib import PurePath

import numpy as np
import pandas as pd

from skmm._validation import did_you_mean, is_null, refuse_dict
from skmm.frame import check_frame, make_frame, presence_mask

__all__ = ["check_names", "holds_modalities", "name_columns", "select_columns"]


def holds_modalities(X):
    """Tell whether X has cells to be read, rather than numbers only.

    Parameters
    ----------
    X : object
        Anything given as X. A dict is refused, and so are samples in a Series or in lists.

    Returns
    -------
    holds : bool
        True for a frame with a tensor, text or object column, and for the nameless matrix of such
        cells that scikit-learn's bagging makes of one.
    """
    refuse_dict(X)
    _refuse_loose_cells(X)
    if isinstance(X, pd.DataFrame):
        return any(_is_modality(X.iloc[:, position]) for position in range(X.shape[1]))
    is_object_matrix = isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 2
    return is_object_matrix and any(_holds_samples(column) for column in X.T)


def _refuse_loose_cells(X):
    """Raise a TypeError for samples without names of modalities, of which numpy would make no numbers."""
    if isinstance(X, pd.Series) and not pd.api.types.is_numeric_dtype(X.dtype):
        raise TypeError(
            "X is a Series; give a DataFrame with one column per modality: X.to_frame() of a modality, "
            "or frame.iloc[[row]] for a single sample"
        )
    if isinstance(X, list | tuple) and len(X) and _holds_samples_in_rows(X[0]):
        raise TypeError(
            f"X is a {type(X).__name__} of samples; give a DataFrame with one column per modality, as "
            "make_frame(image=images, text=texts) builds it"
        )


def _holds_samples_in_rows(row):
    cells = row if isinstance(row, list | tuple) else [row]
    return any(
        isinstance(cell, str | bytes | PurePath) or (isinstance(cell, np.ndarray) and cell.ndim > 1)
        for cell in cells
    )


def _is_modality(column):
    """Decide by the dtype, and look into cells of dtype object only: numbers there are numbers."""
    if column.dtype == object:
        present = column[presence_mask(column)]
        return len(present) == 0 or not isinstance(present.iloc[0], Number)
    return not pd.api.types.is_numeric_dtype(column.dtype)


def _holds_samples(cells):
    """Whether the first cell that is not null is a sample, and not a number."""
    first = next((cell for cell in cells if not is_null(cell)), None)
    return isinstance(first, str | bytes | PurePath | np.ndarray | list | tuple)


def name_columns(X, names):
    """Turn X into a frame; cells without names get `names` by position.

    Parameters
    ----------
    X : DataFrame, or ndarray of shape (n_samples, n_modalities) of dtype object
    names : list of str or None
        Names for the columns of an ndarray; None makes them up.

    Returns
    -------
    X : DataFrame

    Raises
    ------
    ValueError
        If an ndarray has another number of columns than `names`.
    """
    if isinstance(X, pd.DataFrame):
        check_frame(X)
        return X
    names = [f"x{column}" for column in range(X.shape[1])] if names is None else list(names)
    if X.shape[1] != len(names):
        raise ValueError(
            f"X is an array of {X.shape[1]} nameless columns of samples, and the modalities are "
            f"{names}; give a frame. BaggingClassifier takes the names away: fit it on X[{names}], "
            "and keep max_features=1.0"
        )
    return make_frame(**{name: X[:, j] for j, name in enumerate(names)})


def check_names(X):
    """Refuse modalities without names, as scikit-learn remembers no others in ``feature_names_in_``.

    Raises
    ------
    TypeError
        If a column of the frame is called by something else than a string.
    """
    if not all(isinstance(name, str) for name in X.columns):
        raise TypeError(
            f"X has the columns {list(X.columns)}, and names of modalities are strings; give some, as in "
            'X.set_axis(["image", "text"], axis=1)'
        )


def select_columns(X, names):
    """Take the columns called `names` from a frame, in this order.

    Raises
    ------
    ValueError
        If one of them is not there; the message lists what is, and the nearest name.
    """
    absent = [name for name in names if name not in X.columns]
    if absent:
        raise ValueError(
            f"X has no column {absent[0]!r}, its columns are {[str(name) for name in X.columns]}"
            + did_you_mean(absent[0], X.columns)
        )
    # To select columns takes pandas as long as it takes to describe a picture.
    return X.copy(deep=False) if list(X.columns) == list(names) else X[list(names)]
