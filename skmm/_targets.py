"""Check targets: one, or several side by side."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from skmm._validation import _check_y

__all__ = ["check_targets", "refuse_unusable_targets"]


def check_targets(y, *, estimator, numeric=False):
    """Check one target, or several side by side.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_targets)
    estimator : object
        For error messages.
    numeric : bool, default=False
        Whether objects are made numbers.

    Returns
    -------
    y : ndarray or sparse matrix

    Raises
    ------
    ValueError
        If there is no y, or it cannot be used, see :func:`refuse_unusable_targets`.
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
    refuse_unusable_targets(y)
    return _check_y(y, multi_output=True, y_numeric=numeric, estimator=estimator)


def refuse_unusable_targets(y):
    """Refuse missing targets, and strings among other values, and say where they are.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_targets)
        Of other shapes scikit-learn has more to say.

    Raises
    ------
    ValueError
        If a target is null, or a column holds strings and something else.
    """
    values = _columns_of(y)
    if values is None:
        return
    null = pd.isna(values)
    if null.any():
        row, column = np.argwhere(null)[0]
        raise ValueError(
            f"y is {values[row, column]} in {_place(y, row)}; expected a value for each sample. Leave "
            "out the samples without: known = pd.notna(y), then X[known] and y[known]"
        )
    if values.dtype != object:
        return
    for cells in values.T:
        is_string = np.fromiter((isinstance(cell, str) for cell in cells), dtype=bool)
        if is_string.any() and not is_string.all():
            row, other = is_string.argmax(), is_string.argmin()
            raise ValueError(
                f"y mixes strings with other values: {cells[row]!r} in {_place(y, row)}, "
                f"{cells[other]!r} in {_place(y, other)}; give values of one type, as "
                "pd.Series(y).astype(str) makes them"
            )


def _columns_of(y):
    """The values of y, (n_samples, n_targets); None where they cannot be null, or have another shape."""
    if issparse(y) or not hasattr(y, "__len__"):
        return None
    values = _as_array(y)
    if values is None or values.dtype.kind not in "fOUST" or values.ndim not in (1, 2):
        return None
    return values.reshape(len(values), -1) if values.size else None


def _as_array(y):
    try:
        # numpy would make strings of NaN and numbers among strings.
        return np.asarray(y, dtype=object if isinstance(y, list | tuple) else None)
    except (TypeError, ValueError):  # rows of several lengths
        return None


def _place(y, row):
    if not isinstance(y, pd.Series | pd.DataFrame):
        return f"row {row}"
    return f"row {row} (index {y.index[[row]].tolist()[0]!r})"
