"""Models that never knew some of the modalities."""

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline

from skmm._validation import _BaseSearchCV, _get_column_indices
from skmm.inspection._coalitions.modalities import fusion_in, member_columns, owners


def restrict(estimator, X, modalities, absent):
    """Make an unfitted model that does without some modalities, and X for it.

    Members of a fusion are dropped; a ColumnTransformer gets fewer columns; any other model gets X
    without them; a search gets such a model. Without any modality nothing is left but the class
    shares, or the mean.

    Parameters
    ----------
    estimator : estimator
    X : DataFrame or ndarray
    modalities : dict {name: ndarray of int}
    absent : list of names

    Returns
    -------
    restricted : estimator
    X : DataFrame or ndarray

    Raises
    ------
    ValueError
        If a member reads columns of several modalities, a search replaces the whole fusion, or nothing
        is known of y without any modality.
    """
    positions = np.array([j for name in absent for j in modalities[name]], dtype=int)
    if not absent:
        return clone(estimator), X
    if isinstance(estimator, _BaseSearchCV):
        return _restrict_search(estimator, X, modalities, absent)
    if fusion_in(estimator) is not None:
        return _drop_members(estimator, X, modalities, absent)
    if isinstance(_first_step(estimator)[1], ColumnTransformer):
        return _take_columns_away(estimator, X, positions)
    kept = np.setdiff1d(np.arange(X.shape[1]), positions)
    if not len(kept):
        return _guess(estimator, X)
    return clone(estimator), X.iloc[:, kept] if isinstance(X, pd.DataFrame) else X[:, kept]


def _restrict_search(search, X, modalities, absent):
    model, X_restricted = restrict(search.estimator, X, modalities, absent)
    if isinstance(model, DummyClassifier | DummyRegressor):
        return model, X_restricted
    before, after = search.estimator.get_params(), model.get_params()
    lost = {n for n in before if n not in after or (_is_drop(after[n]) and not _is_drop(before[n]))}
    restricted = clone(search).set_params(estimator=model)
    for parameter in {"param_grid", "param_distributions"} & vars(search).keys():
        grid = vars(search)[parameter]
        if X_restricted is X:  # so that it is the model that does without
            _check_grid(grid, search.estimator)
        restricted.set_params(**{parameter: _leave_out(lost, grid)})
    return restricted, X_restricted


def _is_drop(value):
    return isinstance(value, str) and value == "drop"


def _check_grid(grid, estimator):
    """Refuse to search what would bring back all that was taken away."""
    prefix, _ = _first_step(estimator)
    whole = {"steps", prefix[:-2], f"{prefix}transformers", f"{prefix}estimators"}
    tried = set(grid) if isinstance(grid, dict) else set().union(*grid)
    for name in whole & tried:
        raise ValueError(
            f"the search tries values of {name!r}, which would bring back the modalities that are taken "
            'away; search single parameters in it, or set another removal than "refit"'
        )


def _leave_out(names, grid):
    """A grid, or a list of them, without some parameters."""
    if not isinstance(grid, dict):
        return [_leave_out(names, part) for part in grid]
    return {name: values for name, values in grid.items() if name not in names}


def _guess(estimator, X):
    nothing = np.zeros((len(X), 1))
    if is_classifier(estimator):
        return DummyClassifier(strategy="prior"), nothing
    if is_regressor(estimator):
        return DummyRegressor(), nothing
    raise ValueError(
        f"{type(estimator).__name__} is neither a classifier nor a regressor, so that what it would know "
        'without any modality cannot be told; set another removal than "refit"'
    )


def _first_step(estimator):
    """The prefix of parameters of the first step, and the step."""
    if isinstance(estimator, Pipeline):
        return f"{estimator.steps[0][0]}__", estimator.steps[0][1]
    return "", estimator


def _drop_members(estimator, X, modalities, absent):
    prefix, fusion = _first_step(estimator)
    owner_of = owners(member_columns(fusion, X), modalities)
    if owner_of is None:
        raise ValueError(
            "a member of the fusion reads columns of several modalities, and cannot be fitted without "
            'one of them; set another removal than "refit", or other modalities'
        )
    dropped = [member for member, owner in owner_of.items() if owner in absent]
    if len(dropped) == len(owner_of):
        return _guess(estimator, X)
    return clone(estimator).set_params(**{f"{prefix}{member}": "drop" for member in dropped}), X


def _take_columns_away(estimator, X, positions):
    prefix, columns = _first_step(estimator)
    transformers = [
        (name, transformer, _remaining(X, wanted, positions))
        for name, transformer, wanted in columns.transformers
    ]
    named = np.concatenate([positions, *(_indices(X, part[2]) for part in columns.transformers)])
    has_remainder = columns.remainder != "drop" and len(np.unique(named)) < X.shape[1]
    if not has_remainder and not any(np.size(part[2]) for part in transformers):
        return _guess(estimator, X)
    transformers.append(("removed", "drop", positions))  # or they were part of the remainder
    return clone(estimator).set_params(**{f"{prefix}transformers": transformers}), X


def _remaining(X, wanted, positions):
    found = _indices(X, wanted)
    kept = found[~np.isin(found, positions)]
    if isinstance(wanted, str | int) and len(kept):
        return wanted  # one column by itself comes without its second axis
    return kept


def _indices(X, wanted):
    wanted = wanted(X) if callable(wanted) else wanted
    return np.asarray(_get_column_indices(X, wanted), dtype=int)
