"""Build and ask frames with one column per modality."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from scipy.sparse import issparse

from skmm._tensor import TensorArray, TensorDtype, refuse_mask
from skmm._validation import ModalityError, Real, is_null, make_rng, refuse_dict

__all__ = [
    "TensorArray",
    "TensorDtype",
    "check_frame",
    "drop_modalities",
    "make_frame",
    "modality_names",
    "presence_mask",
]


def make_frame(**modalities):
    """Build a DataFrame with one column per modality.

    Rows are samples, and a null cell (``None``, ``NaN``, ``pd.NA``) is a missing modality.

    Parameters
    ----------
    **modalities : array-like of n_samples cells
        The samples of each modality, by its name:

        - a numeric array of shape ``(n_samples, ...)`` in at least two dimensions becomes a
          :class:`~skmm.frame.TensorArray`. It is not copied, and writing to the frame does not
          change it;
        - a list of arrays of one shape and dtype, some of which may be null, is stacked into a
          :class:`~skmm.frame.TensorArray`;
        - a list of anything else (file paths, strings, arrays of several shapes, lists of tokens)
          stays a list of cells;
        - numbers in one dimension become an ordinary numeric column;
        - a Series is taken by position: its index labels are ignored.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_modalities)
        Its index counts the samples from 0.

    Raises
    ------
    TypeError
        If a modality is not a sequence of cells, or no modality is given; if the cells are masked
        arrays, some of whose values are masked: the masks would be lost.
    ValueError
        If the modalities differ in length.

    See Also
    --------
    presence_mask : Which modalities are present in which sample.
    drop_modalities : Make present modalities missing.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> images = np.zeros((3, 8, 8), dtype="uint8")
    >>> clips = [np.zeros(100), np.zeros(150), None]
    >>> X = make_frame(image=images, audio=clips, text=["a cat", None, "a dog"])
    >>> X.dtypes
    image    tensor[uint8, 8x8]
    audio                object
    text                    str
    dtype: object
    >>> X.isna().to_numpy().tolist()
    [[False, False, False], [False, False, True], [False, True, False]]
    """
    if not modalities:
        raise TypeError("no modalities given; name at least one, as in make_frame(text=texts)")
    columns = {name: _as_column(name, cells) for name, cells in modalities.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name}={length}" for name, length in lengths.items())
        raise ValueError(f"the modalities differ in length: {counts}; give one cell per sample")
    return pd.DataFrame(columns, copy=False)


def _as_column(name, cells):
    """The cells of one modality as an array that pandas takes for a column."""
    _refuse_what_is_not_cells(name, cells)
    if isinstance(cells, (pd.Series, pd.Index)):
        cells = cells.array
    if isinstance(cells, TensorArray):
        return TensorArray(cells.tensor, cells.present)
    if isinstance(cells, pd.arrays.NumpyExtensionArray):
        cells = cells.to_numpy()
    if isinstance(cells, ExtensionArray):
        return cells.copy()
    if hasattr(cells, "__array__"):
        return _from_array(name, np.asarray(cells))
    return _from_cells(name, list(cells))


def _from_array(name, array):
    if array.ndim == 1:
        return array.copy() if array.dtype.kind in "biufc" else _from_cells(name, list(array))
    try:
        return TensorArray(array)
    except TypeError as error:
        raise TypeError(f"modality {name!r}: {error}") from error


def _from_cells(name, cells):
    for row, cell in enumerate(cells):
        if isinstance(cell, np.ma.MaskedArray):
            what = f"modality {name!r}: the cell in row {row}"
            refuse_mask(cell, what, "fill it first, as in cell.filled(0)")
    kinds = {_kind(cell) for cell in cells if not is_null(cell)}
    if len(kinds) == 1 and None not in kinds:
        return TensorArray._from_sequence(cells)
    if all(pd.api.types.is_scalar(cell) for cell in cells):
        return _from_scalars(cells)
    return _object_array(cells)


def _from_scalars(cells):
    try:
        return pd.Series(cells).array
    except UnicodeEncodeError:  # pyarrow, where it is installed, takes no lone surrogates
        return pd.Series(cells, dtype=object)


def _kind(cell):
    """Shape and dtype of an array that can be stacked with others like it, else None."""
    is_tensor = isinstance(cell, np.ndarray) and cell.ndim > 0 and cell.dtype.kind in "biufc"
    return (cell.shape, cell.dtype) if is_tensor else None


def _object_array(cells):
    column = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells):  # `column[:] = cells` would look inside arrays and lists
        column[row] = cell
    return column


def _refuse_what_is_not_cells(name, cells):
    is_table = isinstance(cells, (pd.DataFrame, Mapping)) or issparse(cells)
    refuse_mask(cells, f"modality {name!r}", "give TensorArray(data, present=~mask)")
    if is_table or not pd.api.types.is_list_like(cells, allow_sets=False):
        raise TypeError(
            f"modality {name!r} is a {type(cells).__name__}; give a sequence with one cell per "
            "sample: a list, an array or a Series"
        )


def check_frame(X):
    """Raise an error unless X is a frame whose columns are modalities.

    Parameters
    ----------
    X : object
        Anything given as X.

    Raises
    ------
    TypeError
        If X is a dict or not a DataFrame.
    ValueError
        If two columns have the same name.
    ModalityError
        If a column is corrupt, as ``X["image"] = array4d`` makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.frame import TensorArray, check_frame, make_frame
    >>> X = make_frame(text=["a cat", "a dog"])
    >>> X["image"] = TensorArray(np.zeros((2, 8, 8)))
    >>> check_frame(X)
    """
    refuse_dict(X)
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            f"X is a {type(X).__name__}; give a DataFrame with one column per modality, as "
            "make_frame(image=images, text=texts) builds it"
        )
    repeated = X.columns[X.columns.duplicated()]
    if len(repeated):
        raise ValueError(f"X has several columns named {repeated[0]!r}; give each its own name")
    for position, name in enumerate(X.columns):
        _check_column(X.iloc[:, position], name)


def _check_column(column, name):
    # pandas 3 takes an array of several dimensions for a column, and stores it transposed.
    if len(column.shape) > 1:
        raise ModalityError(
            f"the column is corrupt: pandas keeps an array of shape {column.shape} in it instead of "
            f"{len(column)} cells, as X[{name!r}] = array makes it; write "
            f"X[{name!r}] = TensorArray(array), or use make_frame",
            modality=name,
        )


def modality_names(X):
    """Return the names of the modalities of a frame.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_modalities)
        One column per modality.

    Returns
    -------
    names : list of str
        The names of the columns, in their order.

    Raises
    ------
    TypeError, ValueError, ModalityError
        If X is no frame of modalities, see :func:`check_frame`.

    See Also
    --------
    presence_mask : Which modalities are present in which sample.

    Examples
    --------
    >>> from skmm.frame import make_frame, modality_names
    >>> modality_names(make_frame(text=["a cat", "a dog"], weight=[4.1, 22.0]))
    ['text', 'weight']
    """
    check_frame(X)
    return list(X.columns)


def presence_mask(X):
    """Tell which cells hold a sample.

    A null cell (``None``, ``NaN``, ``pd.NA``, ``pd.NaT``) is a missing modality. An empty string, an
    empty array or an array full of NaN is not null: it is present.

    Parameters
    ----------
    X : DataFrame, Series or ndarray
        Cells; an ndarray is what ``BaggingClassifier`` makes of a frame.

    Returns
    -------
    present : DataFrame, Series or ndarray of bool
        True where a cell is not null, in the shape and with the labels of X.

    Raises
    ------
    TypeError
        If X is something else.
    ModalityError
        If a column is corrupt, see :func:`check_frame`.

    See Also
    --------
    drop_modalities : Make present modalities missing.

    Examples
    --------
    >>> from skmm.frame import make_frame, presence_mask
    >>> presence_mask(make_frame(text=["a cat", None, ""], weight=[4.1, 22.0, None]))
        text  weight
    0   True    True
    1  False    True
    2   True   False
    """
    if isinstance(X, pd.Series):
        _check_column(X, X.name)
    elif not isinstance(X, np.ndarray):
        check_frame(X)
    return pd.notna(X)


def drop_modalities(X, modalities=None, *, rate=1.0, keep_one=True, random_state=None):
    """Make modalities missing, as broken sensors and lost files do.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_modalities)
        One column per modality. It is left as it is.
    modalities : str or list of str, default=None
        The modalities to drop; None stands for all.
    rate : float in [0, 1], default=1.0
        Share of cells to drop. At 1 the modalities are dropped in all samples, below it in samples
        drawn independently for each modality.
    keep_one : bool, default=True
        Whether each sample keeps at least one of its present modalities when they are dropped at
        random (`rate` below 1), so that the share in fact dropped is a little lower.
    random_state : int, RandomState instance or None, default=None
        Decides which cells are dropped. With the same int, what is dropped at one rate is also
        dropped at any higher one.

    Returns
    -------
    X_dropped : DataFrame of shape (n_samples, n_modalities)
        A new frame with null cells; columns of tensors share their pixels with X. The null is
        ``None`` in columns of tensors and objects and the null of the dtype elsewhere; columns of
        integers become float, because integers have none, and columns of booleans become object.

    Raises
    ------
    ValueError
        If a modality is not in X, `rate` is not in [0, 1], or nothing would be left of any sample:
        `rate` is 1 for all modalities, and `keep_one` is True.
    TypeError
        If X is not a DataFrame.

    See Also
    --------
    presence_mask : Which modalities are present in which sample.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.frame import drop_modalities, make_frame, presence_mask
    >>> X = make_frame(image=np.zeros((4, 8, 8)), text=["a", "b", "c", "d"])
    >>> presence_mask(drop_modalities(X, "image"))
       image  text
    0  False  True
    1  False  True
    2  False  True
    3  False  True
    >>> presence_mask(drop_modalities(X, rate=0.5, random_state=0)).sum(axis=1).tolist()
    [2, 2, 1, 1]
    """
    check_frame(X)
    present = presence_mask(X)
    chosen = _choose(list(X.columns), modalities)
    if not (isinstance(rate, Real) and 0 <= rate <= 1):
        raise ValueError(f"rate={rate!r} is not a share of the cells; give a number from 0 to 1")
    if keep_one and rate == 1 and set(chosen) == set(X.columns):
        raise ValueError(
            "rate=1.0 for all modalities leaves nothing of any sample; name the modalities to drop, "
            "lower the rate, or set keep_one=False"
        )
    dropped = _draw_cells(present, chosen, rate, keep_one and rate < 1, random_state)
    columns = {
        name: _with_nulls(X.iloc[:, position], dropped[:, position])
        for position, name in enumerate(X.columns)
    }
    return pd.DataFrame(columns, index=X.index, columns=X.columns, copy=False)


def _choose(names, modalities):
    chosen = [modalities] if isinstance(modalities, str) else modalities
    chosen = names if chosen is None else list(chosen)
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise ValueError(f"X has no modality {unknown[0]!r}; its modalities are {names}")
    return chosen


def _draw_cells(present, chosen, rate, keep_one, random_state):
    """Which cells to drop, as a bool ndarray of the shape of `present`."""
    # One draw per cell, whatever the rate: what is dropped grows with the rate.
    draws = make_rng(random_state).uniform(size=present.shape)
    droppable = present.to_numpy() & present.columns.isin(chosen)
    dropped = droppable & (draws < rate)
    if keep_one:
        emptied = np.flatnonzero(dropped.any(axis=1) & (dropped == present.to_numpy()).all(axis=1))
        last = np.where(droppable, draws, -1.0).argmax(axis=1)
        dropped[emptied, last[emptied]] = False
    return dropped


def _with_nulls(column, dropped):
    if isinstance(column.array, TensorArray):
        return TensorArray(column.array.tensor, column.array.present & ~dropped)
    return column.mask(dropped, None).array
