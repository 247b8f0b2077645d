"""Name the data that a model was fitted on, by what they hold."""

from hashlib import sha256

import numpy as np
import pandas as pd

from skmm.cache._keys import hash_sample, hash_text
from skmm.frame import TensorArray, presence_mask

_PIECE = 1024  # rows to hash at a time


def hash_data(data):
    """Hash a frame, a column or an array of numbers, row by row in their order.

    Parameters
    ----------
    data : DataFrame, Series or array-like
        Files count by their paths, as they are written in the cells; the index does not count.

    Returns
    -------
    digest : str
        64 hexadecimal digits.
    """
    frame = data if isinstance(data, pd.DataFrame) else _as_frame(data)
    digest = sha256()
    for name in frame:
        _hash_column(digest, frame[name])
    return digest.hexdigest()


def _as_frame(data):
    return pd.DataFrame(data if isinstance(data, pd.Series) else np.asarray(data))


def _hash_column(digest, column):
    present = presence_mask(column).to_numpy(dtype=bool)
    digest.update(repr((str(column.name), len(column))).encode())
    digest.update(present.tobytes())
    if isinstance(column.array, TensorArray):
        tensor = column.array.tensor
        digest.update(repr((tensor.dtype.str, tensor.shape)).encode())
        for start in range(0, len(tensor), _PIECE):
            rows = slice(start, start + _PIECE)
            digest.update(np.ascontiguousarray(tensor[rows][present[rows]]))
        return
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        digest.update(column.dtype.str.encode() + column.to_numpy()[present].tobytes())
        return
    for cell in column[present]:
        digest.update(_hash_cell(cell))


def _hash_cell(cell):
    known = hash_text(cell)
    if known is None and isinstance(cell, np.ndarray | list | tuple):
        known = hash_sample(cell)
    return sha256(repr(cell).encode()).digest() if known is None else known
