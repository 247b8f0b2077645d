"""What a file may ask for besides types: functions that make values of plain data, and check it.

The schema of a file names them where an object of Python was. Their names and arguments are part of
the format: files that were written with them are read for as long as the format is.
"""

import base64
import math
import pickletools
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.neighbors import BallTree, KDTree

from skmm.persistence._trees import make_predictor, make_tree

_ARCHIVE = ContextVar("archive")
# What makes a pickle call, or import, something: only then is it more than a few odd bytes.
_CALLS = {"GLOBAL", "STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "REDUCE", "BUILD"}
_CALLS |= {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID"}
_FORMS = ("bsr", "coo", "csc", "csr", "dia")
_SPARSE = {
    name: getattr(sparse, name) for form in _FORMS for name in (f"{form}_matrix", f"{form}_array")
}


@contextmanager
def reading(archive):
    """The scope in which :func:`array` reads from an archive."""
    token = _ARCHIVE.set(archive)
    try:
        yield
    finally:
        _ARCHIVE.reset(token)


def array(name, dtype, shape):
    """An array that is a member of the archive."""
    return _ARCHIVE.get().read_array(name, read_dtype(dtype), shape)


def small_array(dtype, shape, order, content):
    """An array of a few bytes."""
    dtype = read_dtype(dtype)
    content = base64.b64decode(content, validate=True)
    if dtype.hasobject or len(content) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{len(content)} bytes are no array of dtype {dtype} and shape {shape}")
    if not content:
        return np.empty(shape, dtype, order)
    return np.frombuffer(content, dtype).reshape(shape, order=order).copy(order)


def scalar(dtype, content):
    """A number, or a string, of numpy."""
    return small_array(dtype, (), "C", content)[()]


def object_array(items, shape):
    """An array of strings and other values that JSON knows."""
    for _ in shape[1:]:
        items = [item for row in items for item in row]
    if not isinstance(items, list) or len(items) != math.prod(shape):
        raise ValueError(f"{len(items)} items are no array of shape {shape}")
    result = np.empty(shape, dtype=object)
    flat = result.reshape(-1)
    for position, item in enumerate(items):
        flat[position] = item
    return result


def mapping(keys, values):
    """A dict."""
    if not isinstance(keys, list) or not isinstance(values, list):
        raise ValueError("keys and values of a dict are no lists")  # a range could have any length
    return dict(zip(keys, values, strict=True))


def frozen_set(*items):
    """A frozenset."""
    return frozenset(items)


def data(content):
    """Bytes, unless somebody may want to unpickle them."""
    return refuse_pickle(base64.b64decode(content, validate=True))


def dtype(description):
    """A dtype of numpy."""
    return read_dtype(description)


def path(*parts):
    """A path."""
    return Path(*parts)


def sparse_matrix(kind, shape, parts):
    """A sparse matrix or array of scipy, whose compiled code trusts its indices."""
    shape = tuple(shape)
    if kind.startswith("coo"):
        values, *coordinates = parts
        matrix = _SPARSE[kind]((values, tuple(coordinates)), shape=shape)
    else:
        matrix = _SPARSE[kind](tuple(parts), shape=shape)
    if hasattr(matrix, "check_format"):
        matrix.check_format(full_check=True)
    return matrix


def neighbor_tree(kind, data, leaf_size, metric, params):
    """The tree in a model of neighbors, whose compiled code trusts all numbers but coordinates."""
    make = {"KDTree": KDTree, "BallTree": BallTree}[kind]
    return make(data, leaf_size, metric=metric, **params)


def tree(n_features, n_classes, n_outputs, state):
    """The nodes of a decision tree of scikit-learn."""
    return make_tree(n_features, n_classes, n_outputs, state)


def tree_predictor(state):
    """The nodes of a tree of histogram gradient boosting."""
    return make_predictor(state)


STORED = [
    f"{function.__module__}.{function.__name__}"
    for function in (
        *(array, small_array, scalar, object_array, mapping, frozen_set, data, dtype, path),
        *(sparse_matrix, neighbor_tree, tree, tree_predictor),
    )
]


def refuse_pickle(content):
    """Return bytes as they are, or raise a ValueError if they are a pickle that calls something."""
    try:
        names = {opcode.name for opcode, _, _ in pickletools.genops(content)}
    except Exception:  # what is no pickle ends in any way
        return content
    if names & _CALLS:
        raise ValueError(
            "bytes in it are a pickle, which could run code in the hands of who reads it"
        )
    return content


def read_dtype(description):
    """The dtype of what :func:`describe_dtype` returned."""
    return np.lib.format.descr_to_dtype(_with_tuples(description))


def describe_dtype(dtype):
    """Describe a dtype of numpy by values that JSON knows."""
    return np.lib.format.dtype_to_descr(dtype)


def _with_tuples(description):
    if isinstance(description, str):
        return description
    fields = []
    for name, kind, *shape in description:
        fields.append((name, _with_tuples(kind), *map(tuple, shape)))
    return fields
