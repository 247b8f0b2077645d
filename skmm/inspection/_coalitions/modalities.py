"""Which columns of X belong to which modality, and which part of a model reads them."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from skmm._validation import _BaseSearchCV, _get_column_indices, refuse_dict
from skmm.frame import check_frame
from skmm.fusion._members import MemberComposition


def check_samples(X):
    """Return X as a frame, or as a matrix of numbers.

    Raises
    ------
    TypeError
        If it is neither.
    """
    refuse_dict(X)
    if isinstance(X, pd.DataFrame):
        check_frame(X)
        return X
    matrix = X if hasattr(X, "toarray") else np.asarray(X)
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
        raise TypeError(
            f"X is a {type(X).__name__}; give a DataFrame with one column per modality, or a dense "
            "matrix of numbers"
        )
    return matrix


def read_modalities(estimator, X, modalities=None):
    """Say which columns of X each modality has.

    Parameters
    ----------
    estimator : estimator
    X : DataFrame or ndarray of shape (n_samples, n_columns)
    modalities : dict {name: column or columns}, list of columns, or None
        None takes the members of the fusion that reads X, where those with a column in common are
        one, and otherwise every column. Where names of columns are integers, an integer is a name;
        otherwise it is a position.

    Returns
    -------
    positions : dict {name: ndarray of int}
        No column belongs to two modalities.

    Raises
    ------
    ValueError
        If a column is not in X, or belongs to two modalities, or there is none.
    """
    if modalities is None:
        fusion = fusion_in(estimator)
        return _every_column(X) if fusion is None else _merge(member_columns(fusion, X), X)
    if not isinstance(modalities, dict):
        modalities = {name: name for name in modalities}
    positions = {name: _find(X, columns) for name, columns in modalities.items()}
    if not positions:
        raise ValueError("modalities is empty; name at least one, or None for all")
    _check_disjoint(positions, X)
    return positions


def searched(estimator):
    """The model that a fitted search has found, or that one searches the parameters of; else itself."""
    if hasattr(estimator, "best_estimator_"):
        return searched(estimator.best_estimator_)
    return searched(estimator.estimator) if isinstance(estimator, _BaseSearchCV) else estimator


def fusion_in(estimator):
    """What has members that read X: the model itself, or its first step; None if there is none.

    A search that has members, as :class:`~skmm.model_selection.FusionSearchCV`, is such a model: what it
    found may do without some of them.
    """
    model = estimator if isinstance(estimator, MemberComposition) else searched(estimator)
    first = model.steps[0][1] if isinstance(model, Pipeline) else model
    return first if isinstance(first, MemberComposition) else None


def member_columns(fusion, X):
    """Columns of X that each member reads, by the member's name; those that are dropped read none."""
    name = fusion._members_parameter
    members = getattr(fusion, f"{name}_", getattr(fusion, name))
    return {
        modality: _positions(X, columns[0] if columns else modality)
        for modality, estimator, *columns in members
        if not (isinstance(estimator, str) and estimator == "drop")
    }


def owners(columns, modalities):
    """Say to which modality the columns of each member belong.

    Parameters
    ----------
    columns : dict {member: ndarray of int}
    modalities : dict {name: ndarray of int}

    Returns
    -------
    owners : dict {member: name or None} or None
        None for a member with columns of no modality; None altogether if a member mixes them.
    """
    owner_of = {int(j): name for name, positions in modalities.items() for j in positions}
    found = {member: {owner_of.get(int(j)) for j in own} for member, own in columns.items()}
    if any(len(names) > 1 for names in found.values()):
        return None
    return {member: names.pop() for member, names in found.items()}


def _every_column(X):
    names = X.columns if isinstance(X, pd.DataFrame) else [f"x{j}" for j in range(X.shape[1])]
    return {name: np.array([j]) for j, name in enumerate(names)}


def _find(X, columns):
    """Positions of the columns that the user names; a fusion takes integers for positions itself."""
    wanted = np.atleast_1d(np.asarray(columns, dtype=object))
    labels = X.columns if isinstance(X, pd.DataFrame) else []
    if not (_has_integer(labels) and _has_integer(wanted)):
        return _positions(X, columns)
    positions = labels.get_indexer(wanted)
    if (positions < 0).any():
        raise ValueError(
            f"{wanted[positions < 0][0]!r} is no column of X, whose columns are {list(labels)}"
        )
    return np.unique(positions)


def _has_integer(labels):
    return any(isinstance(label, Integral) and not isinstance(label, bool) for label in labels)


def _positions(X, columns):
    if isinstance(columns, str) and not isinstance(X, pd.DataFrame):
        return np.arange(X.shape[1])  # an only member may take a whole matrix
    positions = np.unique(_get_column_indices(X, columns))
    if not len(positions):
        raise ValueError(f"{columns!r} selects no column of X")
    return positions


def _merge(columns, X):
    """Members with a column in common are one modality, which has the name of that column."""
    merged = []
    for member, own in columns.items():
        own = set(own.tolist())
        touched = [entry for entry in merged if entry[1] & own]
        merged = [entry for entry in merged if entry not in touched]
        names = [name for names, _ in touched for name in names]
        merged.append(([*names, member], own.union(*(union for _, union in touched))))
    named = [(_name(names, union, X), np.array(sorted(union))) for names, union in merged]
    modalities = dict(named)
    if len(modalities) < len(named):
        raise ValueError(
            f"two modalities would have one name, of {[name for name, _ in named]}: members that share "
            "a column are named after it; name the members after their columns, or give modalities"
        )
    return modalities


def _name(members, columns, X):
    if len(members) > 1 and len(columns) == 1 and isinstance(X, pd.DataFrame):
        return X.columns[next(iter(columns))]
    return "+".join(members)


def _check_disjoint(positions, X):
    owner_of = {}
    for name, own in positions.items():
        for j in own.tolist():
            if j in owner_of:
                column = X.columns[j] if isinstance(X, pd.DataFrame) else j
                raise ValueError(
                    f"modalities {owner_of[j]!r} and {name!r} both have column {column!r}; a column "
                    "belongs to one modality"
                )
            owner_of[j] = name
