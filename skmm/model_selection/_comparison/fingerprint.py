"""Tell by hashes whether models and data are the same as in an earlier run."""

from hashlib import sha256

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator

from skmm._public import public_module
from skmm.cache._keys import hash_sample, hash_text
from skmm.frame import TensorArray

# Results do not depend on these, whatever the estimator.
_IDLE = ("memory", "n_jobs", "verbose")


def hash_object(value):
    """Hash a model, a grid, a splitter or whatever else decides about results.

    Parameters
    ----------
    value : object
        Estimators count by the public name of their class and parameters, frozen ones by what they
        have learned, too, and functions by their name.

    Returns
    -------
    digest : str

    Raises
    ------
    ValueError
        If it holds something that cannot be told from its like, such as a lambda.
    """
    return _digest(_describe(value))


def hash_rows(X):
    """Hash the cells of X; the labels of its index do not count.

    Parameters
    ----------
    X : DataFrame, ndarray, sparse matrix or sequence
        A file counts by its path, size and time of modification, unless a cell is a text that is the
        name of no file.

    Returns
    -------
    digest : str
    """
    if not isinstance(X, pd.DataFrame):
        return joblib.hash(X)
    columns = [(str(name), _hash_column(X.iloc[:, j])) for j, name in enumerate(X.columns)]
    return _digest(columns)


def _hash_column(column):
    if isinstance(column.array, TensorArray):
        present = column.array.present
        return joblib.hash((column.array.tensor[present], present))
    if pd.api.types.is_numeric_dtype(column.dtype):
        return joblib.hash(column.to_numpy())
    return _digest([hash_sample(cell) or hash_text(cell) or joblib.hash(cell) for cell in column])


def _digest(content):
    return sha256(repr(content).encode()).hexdigest()[:32]


def _describe(value):
    """Turn a value into builtins whose repr is complete."""
    if isinstance(value, BaseEstimator) and not isinstance(value, FrozenEstimator):
        params = value.get_params(deep=False)
        kept = {name: param for name, param in params.items() if name not in _IDLE}
        return [_name(type(value)), _describe(kept)]
    if isinstance(value, dict):
        return [[str(key), _describe(value[key])] for key in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [_describe(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return _describe(value.item())
    try:
        return joblib.hash(value)
    except Exception as error:  # whatever pickling raises
        raise ValueError(
            f"{value!r} cannot be told from its like ({error}); define functions in a module, or "
            "leave resume out"
        ) from error


def _name(cls):
    return f"{public_module(cls.__module__, cls.__qualname__)}.{cls.__qualname__}"
