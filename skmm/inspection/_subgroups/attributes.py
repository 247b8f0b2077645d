"""Attributes of samples: which group each sample belongs to."""

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length

from skmm.frame import presence_mask

MISSING = "missing"
UNKNOWN = "unknown"
MAX_GROUPS = 50


def read_attributes(groups, n_samples, *, intersections=False):
    """Bring attributes to a frame of categories.

    Parameters
    ----------
    groups : array-like of shape (n_samples,), Series, DataFrame, dict or None
    n_samples : int
    intersections : bool, default=False
        Whether to add one attribute whose groups share the values of all others.

    Returns
    -------
    attributes : DataFrame of shape (n_samples, n_attributes)
        Categories; what is null belongs to the group "unknown".

    Raises
    ------
    ValueError
        If an attribute has too many groups, or another length than X.
    """
    if groups is None:
        return pd.DataFrame(index=range(n_samples))
    if not isinstance(groups, pd.DataFrame | dict):
        name = getattr(groups, "name", None)
        groups = {"group" if name is None else name: groups}
    columns = dict(groups)
    for values in columns.values():
        check_consistent_length(np.empty(n_samples), values)
    found = {name: _as_categories(name, values) for name, values in columns.items()}
    if intersections and len(found) > 1:
        both = [" & ".join(map(str, row)) for row in zip(*found.values(), strict=True)]
        name = " & ".join(map(str, found))
        found[name] = _as_categories(name, both)
    return pd.DataFrame(found)


def missing_patterns(X, modalities):
    """Say which modalities are missing in each sample.

    Parameters
    ----------
    X : DataFrame or ndarray
    modalities : dict {name: ndarray of int}

    Returns
    -------
    patterns : Categorical or None
        Such as "none" or "audio, text"; None if nothing is missing anywhere.
    """
    present = np.asarray(presence_mask(X))
    absent = {name: ~present[:, positions].any(axis=1) for name, positions in modalities.items()}
    if not any(rows.any() for rows in absent.values()):
        return None
    patterns = [
        ", ".join(str(name) for name, gone in zip(absent, row, strict=True) if gone) or "none"
        for row in zip(*absent.values(), strict=True)
    ]
    names = sorted(set(patterns), key=lambda name: (name != "none", name.count(","), name))
    return pd.Categorical(patterns, categories=names)


def _as_categories(name, values):
    column = pd.Series(pd.array(values) if isinstance(values, list) else values)
    column = column.reset_index(drop=True).astype("category")
    if len(column.cat.categories) > MAX_GROUPS:
        raise ValueError(
            f"attribute {name!r} has {len(column.cat.categories)} groups, more than {MAX_GROUPS}; put "
            "its values into bins, as pd.cut does"
        )
    if column.isna().any():
        if UNKNOWN not in column.cat.categories:
            column = column.cat.add_categories(UNKNOWN)
        column = column.fillna(UNKNOWN)
    return column.cat.remove_unused_categories().array
