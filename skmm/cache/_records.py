"""One row of features as bytes that can be trusted: no pickle, and a checksum."""

import struct
from functools import lru_cache
from zlib import crc32

import numpy as np

_HEAD = struct.Struct("<IBB")  # checksum, length of the name of the dtype, number of dimensions


def pack_row(key, row):
    """Turn a row into bytes.

    Parameters
    ----------
    key : bytes
        What the row is kept under; part of the checksum, so that rows cannot change places.
    row : ndarray of numbers

    Returns
    -------
    record : bytes
    """
    row = np.asarray(row, order="C")
    name = row.dtype.str.encode()
    body = name + struct.pack(f"<{row.ndim}Q", *row.shape) + row.tobytes()
    sizes = bytes([len(name), row.ndim])
    return struct.pack("<I", crc32(body, crc32(key + sizes))) + sizes + body


def unpack_row(key, record):
    """Turn bytes back into a row.

    Returns
    -------
    row : ndarray, read-only, or None
        None if the bytes are not those that :func:`pack_row` made for this key.
    """
    if len(record) < _HEAD.size:
        return None
    checksum, n_name, n_dimensions = _HEAD.unpack_from(record)
    body = memoryview(record)[_HEAD.size :]
    if crc32(body, crc32(key + record[4 : _HEAD.size])) != checksum:
        return None
    start = _HEAD.size + n_name + 8 * n_dimensions
    dtype, shape = _read_form(record[_HEAD.size : start], n_name)
    return np.frombuffer(record, dtype, offset=start).reshape(shape)


@lru_cache  # rows of one extractor have one form
def _read_form(form, n_name):
    shape = np.frombuffer(form, "<u8", offset=n_name)
    return np.dtype(form[:n_name].decode("ascii")), tuple(shape.tolist())
