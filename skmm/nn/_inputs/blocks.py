"""Read X into blocks: one array of samples and one mask of presence per modality."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from skmm._input import holds_modalities, name_columns, select_columns
from skmm._tensor import TensorArray
from skmm._validation import ModalityError, Real, refuse_empty, validate_data
from skmm.frame import presence_mask


class Block(NamedTuple):
    """The samples of one modality."""

    tensor: np.ndarray  # (n, ...) numbers; what lies in absent rows is arbitrary
    present: np.ndarray  # (n,) bool
    name: str  # the modality
    index: pd.Index | None = None  # labels of the rows, if X has any

    def error(self, message, row=None):
        """Return the error that says what is wrong with this modality, in this row."""
        label = None if row is None or self.index is None else self.index[row]
        return ModalityError(message, modality=self.name, row=row, index=label)


def read_blocks(estimator, X, *, reset):
    """Take X apart into its modalities.

    Parameters
    ----------
    estimator : object
        If `reset` it gets ``n_features_in_``, ``feature_names_in_``, ``modalities_`` and
        ``cell_shapes_``; else X is compared with them.
    X : DataFrame of modalities, matrix of numbers, or nameless 2-D object array of samples
    reset : bool
        Whether X is what the estimator is fitted on.

    Returns
    -------
    blocks : dict of str to Block
        A matrix of numbers is one modality, called ``"X"``.
    """
    blocks = None if reset else _read_as_in_fit(estimator, X)
    if blocks is not None:
        return blocks
    is_frame = holds_modalities(X)
    if is_frame if reset else estimator.modalities_ is not None:
        blocks = _read_frame(estimator, X, reset)
    elif is_frame:
        raise ValueError(
            f"{type(estimator).__name__} was fitted on a matrix of numbers, and X is a frame of "
            "modalities; fit it on such a frame"
        )
    else:
        X = validate_data(estimator, X, reset=reset, dtype=[np.float64, np.float32])
        blocks = {"X": Block(X, np.ones(len(X), dtype=bool), "X")}
    if reset:
        estimator.modalities_ = list(blocks) if is_frame else None
        estimator.cell_shapes_ = {name: block.tensor.shape[1:] for name, block in blocks.items()}
    return blocks


def _read_as_in_fit(estimator, X):
    """Read the X that needs no help; None if it is another one, good or bad.

    To predict a row, the checks of scikit-learn and the columns of pandas take longer than the net.
    """
    names = estimator.modalities_
    if names is None:
        is_plain = (
            type(X) is np.ndarray
            and X.dtype in (np.float32, np.float64)
            and X.shape == (len(X), estimator.n_features_in_)
            and len(X) > 0
            and not hasattr(estimator, "feature_names_in_")
            and is_surely_finite(X)
        )
        return {"X": Block(X, np.ones(len(X), dtype=bool), "X")} if is_plain else None
    if type(X) is not pd.DataFrame or list(X.columns) != names or len(X) == 0:
        return None
    blocks = {}
    for name in names:
        cells = X[name].array
        shape = estimator.cell_shapes_[name]
        if type(cells) is not TensorArray or cells.tensor.shape[1:] != shape:
            return None
        if cells.tensor.dtype.kind not in "biuf" or not cells.present.any():
            return None
        blocks[name] = Block(cells.tensor, cells.present, name, X.index)
    return blocks


def is_surely_finite(array):
    """Whether no value is NaN or infinite; False may mean that their sum is too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))


def _read_frame(estimator, X, reset):
    names = None if reset else estimator.modalities_
    if not isinstance(X, pd.DataFrame) and not (isinstance(X, np.ndarray) and X.ndim == 2):
        raise TypeError(
            f"X is a {type(X).__name__}, and {type(estimator).__name__} was fitted on a frame with "
            f"the modalities {names}; use make_frame"
        )
    X = name_columns(X, names)
    if not reset:
        X = select_columns(X, names)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    refuse_empty(X)
    shapes = {} if reset else estimator.cell_shapes_
    return {name: read_block(X[name], shapes.get(name)) for name in X}


def read_block(column, shape):
    """Read one modality.

    Parameters
    ----------
    column : Series
    shape : tuple or None
        That of a sample in fit; None if this is fit.

    Returns
    -------
    block : Block
    """
    present = presence_mask(column).to_numpy(dtype=bool)
    block = Block(None, present, column.name, column.index)
    if not present.any():
        if shape is None:
            raise block.error("missing in every sample; leave the column out")
        # Integers pass for ids of tokens as well as for numbers, and nothing will look at them.
        return block._replace(tensor=np.zeros((len(column), *shape), dtype=np.int8))
    if isinstance(column.array, TensorArray):
        tensor = column.array.tensor
    elif pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "c":
        # One number per sample.
        tensor = column.to_numpy(dtype=np.float64, na_value=np.nan)[:, np.newaxis]
    else:
        tensor = _stack_cells(block, column.array)
    if tensor.dtype.kind not in "biuf":
        raise block.error(f"holds {tensor.dtype} values; give real numbers")
    if tensor[0].size == 0:
        raise block.error(f"its samples of shape {tensor.shape[1:]} are empty")
    if shape is not None and tensor.shape[1:] != shape:
        raise block.error(f"fitted on samples of shape {shape}, got samples of {tensor.shape[1:]}")
    return block._replace(tensor=tensor)


def _stack_cells(block, cells):
    rows = np.flatnonzero(block.present)
    samples = [_as_numbers(block, cells[row], row) for row in rows]
    shape = samples[0].shape
    for row, sample in zip(rows, samples, strict=True):
        if sample.shape != shape or sample.ndim == 0:
            raise block.error(
                f"a sample of shape {sample.shape}, where row {rows[0]} has {shape}; a net needs "
                "arrays of one shape, such as an extractor with a fixed output gives",
                row,
            )
    tensor = np.zeros((len(cells), *shape), dtype=np.result_type(*{s.dtype for s in samples}))
    tensor[rows] = samples
    return tensor


def _as_numbers(block, cell, row):
    if isinstance(cell, Real):  # a column of single numbers that lost its dtype
        return np.array([cell], dtype=np.float64)
    try:
        if isinstance(cell, np.ndarray | list | tuple) and np.asarray(cell).dtype.kind in "biufc":
            return np.asarray(cell)
    except ValueError:  # lists of several lengths
        pass
    raise block.error(
        f"the cell {cell!r:.60} is not an array of numbers; turn raw samples into numbers first, "
        f"with an extractor in MultimodalFusion([({block.name!r}, extractor)], fusion=None)",
        row,
    )
