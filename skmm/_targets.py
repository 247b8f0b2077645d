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
        If a target is null or masked, samples have several of them that make no matrix, or a column holds
        strings and something else.
    """
    if isinstance(y, np.ma.MaskedArray):
        _refuse_masked(y)
    array = _as_array(y)
    if array is None:
        return
    if array.ndim == 1 and array.dtype == object:
        _refuse_several_in_one(y, array)
    values = array.reshape(len(array), -1)
    null = pd.isna(values)
    if null.any():
        row, column = np.argwhere(null)[0]
        raise ValueError(
            f"y is {values[row, column]} in {_place(y, row, column, array.ndim)}; expected a value for "
            f"each sample. Leave out the samples without: {_how_to_leave_out(y, array)}"
        )
    if values.dtype != object:
        return
    for column, cells in enumerate(values.T):
        is_string = np.fromiter((isinstance(cell, str) for cell in cells), dtype=bool)
        if is_string.any() and not is_string.all():
            row, other = is_string.argmax(), is_string.argmin()
            raise ValueError(
                f"y mixes strings with other values: {cells[row]!r} in "
                f"{_place(y, row, column, array.ndim)}, {cells[other]!r} in "
                f"{_place(y, other, column, array.ndim)}; give values of one type, as "
                f"{_how_to_make_strings(y, column, array.ndim)} makes them"
            )


def _refuse_masked(y):
    mask = np.ma.getmaskarray(y)
    if mask.any():
        row, *rest = np.argwhere(mask)[0]
        place = _place(y, row, rest[0] if rest else 0, mask.ndim)
        known = "~np.ma.getmaskarray(y)" + (".any(axis=1)" if mask.ndim == 2 else "")
        raise ValueError(
            f"y is masked in {place}, and the number below the mask "
            "would be learned; expected a value for each sample. Leave out the samples without: "
            f"known = {known}, then X[known] and y[known]"
        )


def _refuse_several_in_one(y, array):
    for row, cell in enumerate(array):
        if isinstance(cell, list | tuple | set | np.ndarray):
            raise ValueError(
                f"y is {cell!r:.60} in {_place(y, row, 0, 1)}; expected a value for each sample, or a "
                "matrix of as many for each. Labels, of which a sample may have any number, become one by "
                "MultiLabelBinarizer().fit_transform(y)"
            )


def _as_array(y):
    """The values of y in one or two dimensions; None where they cannot be null, or have another shape."""
    if issparse(y) or not hasattr(y, "__len__"):
        return None
    try:
        # numpy would make strings of NaN and numbers among strings.
        array = np.asarray(y, dtype=object if isinstance(y, list | tuple) else None)
    except (TypeError, ValueError):  # rows of several lengths
        return None
    is_one = array.dtype.kind in "fmMOUST" and array.ndim in (1, 2) and array.size > 0
    return array if is_one else None


def _place(y, row, column, ndim):
    place = f"row {row}"
    if isinstance(y, pd.Series | pd.DataFrame):
        place += f" (index {y.index[[row]].tolist()[0]!r})"
    return f"{place}, column {_name_of(y, column)!r}" if ndim == 2 else place


def _name_of(y, column):
    return y.columns[[column]].tolist()[0] if isinstance(y, pd.DataFrame) else int(column)


def _how_to_leave_out(y, array):
    """Code that does so where it is run, whatever y is."""
    known = "np.asarray(pd.notna(y))" + (".all(axis=1)" if array.ndim == 2 else "")
    if isinstance(y, list | tuple):
        make = "pd.DataFrame" if array.ndim == 2 else "pd.Series"
        return f"y = {make}(list(y)), known = {known}, then X[known] and y[known]"
    rest = "y[known]"
    if array.dtype == object and not any(isinstance(cell, str) for cell in array.flat):
        # scikit-learn knows no type of objects other than strings.
        rest += ".infer_objects()" if isinstance(y, pd.Series | pd.DataFrame) else ".tolist()"
    return f"known = {known}, then X[known] and {rest}"


def _how_to_make_strings(y, column, ndim):
    if ndim == 1:
        return "pd.Series(y).astype(str)"
    frame = "y" if isinstance(y, pd.DataFrame) else "pd.DataFrame(y)"
    return f"{frame}.astype({{{_name_of(y, column)!r}: str}})"
