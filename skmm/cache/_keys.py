"""Name what a row of features is made of: the configuration, and the sample."""

import os
from functools import lru_cache
from hashlib import sha256

import numpy as np

from skmm._files import is_path

_N_BYTES = 16  # of each of the two hashes
_NUMBERS = "biufc"


def hash_configuration(cls, version, params):
    """Hash the class of an extractor, the version of its features, and its parameters.

    Parameters
    ----------
    cls : type
    version : int
    params : dict
        Everything a row depends on besides the sample.

    Returns
    -------
    digest : bytes

    Raises
    ------
    TypeError
        If a parameter is of a type that cannot be told apart from its like by content.
    """
    content = [f"{cls.__module__}.{cls.__qualname__}", version]
    for name, value in sorted(params.items()):
        try:
            content += [name, _describe(value)]
        except TypeError as error:
            raise TypeError(
                f"{name}={value!r} of {cls.__name__} is a {error}, which cannot be part of the key "
                "of a cached row; set memory=None"
            ) from error
    return sha256(repr(content).encode()).digest()[:_N_BYTES]


def _describe(value):
    """Turn a parameter into builtins whose repr is complete; equal lists and tuples are equal."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return value
    if isinstance(value, np.generic):
        return _describe(value.item())
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, list | tuple):
        return [_describe(item) for item in value]
    if isinstance(value, dict):
        return [[_describe(key), _describe(item)] for key, item in value.items()]
    if isinstance(value, np.ndarray):
        return _describe(value.tolist())
    raise TypeError(type(value).__name__)


def hash_learned(learned):
    """Hash what an extractor has learned or was given, however large.

    Parameters
    ----------
    learned : dict
        Arrays by name, or what has a repr that tells it apart from its like, such as a dict of
        numbers by word.

    Returns
    -------
    digest : bytes
    """
    content = [
        (name, _hash_array("array", value) if isinstance(value, np.ndarray) else value)
        for name, value in sorted(learned.items())
    ]
    return sha256(repr(content).encode()).digest()[:_N_BYTES]


def hash_sample(cell):
    """Hash a raw sample, without reading the file it may be in.

    Parameters
    ----------
    cell : path, ndarray of numbers, or nested list of numbers
        A file counts by its absolute path, size and time of modification; an array by its dtype,
        shape and values, wherever they lie in memory.

    Returns
    -------
    digest : bytes or None
        None if the cell is something else, or no file is there.
    """
    if type(cell) in (np.ndarray, np.memmap):  # a masked array is more than its values
        return _hash_array("array", cell)
    if is_path(cell):
        return _hash_file(os.fspath(cell))
    if isinstance(cell, list | tuple):
        try:
            return _hash_array("list", np.asarray(cell))
        except (TypeError, ValueError):  # of unequal lengths: for the reader to complain about
            return None
    return None


def hash_text(cell):
    """Hash a text, or a list of words, by its characters: a string is never a path here.

    Parameters
    ----------
    cell : str, bytes, or list or tuple of str

    Returns
    -------
    digest : bytes or None
        None if the cell is something else.
    """
    if isinstance(cell, str):
        content = "text", str.__str__(cell)  # of a subclass too, whose repr may be any
    elif isinstance(cell, bytes):
        content = "bytes", bytes(cell)
    elif isinstance(cell, list | tuple) and all(isinstance(word, str) for word in cell):
        content = "words", [str.__str__(word) for word in cell]
    else:
        return None
    return sha256(repr(content).encode()).digest()[:_N_BYTES]


def _hash_file(path):
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a path may hold a null byte
        return None
    content = ("file", os.path.abspath(path), status.st_size, status.st_mtime_ns)
    return sha256(repr(content).encode()).digest()[:_N_BYTES]


def _hash_array(kind, array):
    if array.dtype.kind not in _NUMBERS:
        return None
    digest = _begin_hash(kind, array.dtype.str, array.shape).copy()
    # Folds copy rows, and a copy may be laid out differently: the layout is no part of a sample.
    digest.update(np.ascontiguousarray(array))
    return digest.digest()[:_N_BYTES]


@lru_cache  # the samples of a column mostly are of one form
def _begin_hash(*form):
    return sha256(repr(form).encode())
