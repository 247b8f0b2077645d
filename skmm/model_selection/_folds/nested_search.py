"""Choose the parameters of a model within training rows, the test rows unseen."""

from time import perf_counter
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid, cross_validate

from skmm.model_selection._folds.extractors import set_memory
from skmm.model_selection._folds.given_folds import GivenFolds


class Found(NamedTuple):
    """A model with the parameters that were chosen for it."""

    model: object
    params: dict
    candidate: int | None = None  # position in the grid; None without a search
    seconds: float = 0.0


def search_params(strategy, data, rows):
    """Choose from the grid of a strategy what scores best in folds of `rows`.

    Not by GridSearchCV, which gives groups to its splitter only, and late fusions need them too.

    Parameters
    ----------
    strategy : Strategy
    data : Data
    rows : ndarray of int
        The training rows.

    Returns
    -------
    found : Found
        With an unfitted model. Of equally good candidates it is the first.
    """
    if strategy.grid is None:
        return Found(make_candidate(strategy, {}, data.memory), {})
    start = perf_counter()
    candidates = list(ParameterGrid(strategy.grid))
    folds = data.inner_folds.split(data.X, data.y, data.groups, rows)
    means = [_mean_score(strategy, params, data, folds) for params in candidates]
    chosen = int(np.argmax(means))
    model = make_candidate(strategy, candidates[chosen], data.memory)
    return Found(model, candidates[chosen], chosen, perf_counter() - start)


def make_candidate(strategy, params, memory):
    """A clone of the model with parameters set, whose extractors share a cache."""
    # Cloned as scikit-learn's searches do: an estimator in a grid is never fitted itself.
    model = clone(strategy.model).set_params(**clone(params, safe=False))
    return set_memory(model, memory)


def _mean_score(strategy, params, data, folds):
    place = f"inner search, {params}"
    try:
        result = cross_validate(
            make_candidate(strategy, params, data.memory),
            data.X,
            data.y,
            cv=GivenFolds(folds),
            scoring=data.scoring,
            params=strategy.params,
            error_score="raise",
        )
    except Exception as error:
        raise ValueError(f"{place}: {type(error).__name__}: {error}") from error
    return read_scores(result, place).mean()


def read_scores(result, place):
    """The scores of ``cross_validate``, of which there must be one per fold, and finite.

    Parameters
    ----------
    result : dict
    place : str
        For error messages.

    Returns
    -------
    scores : ndarray of shape (n_folds,), float
    """
    if "test_score" not in result:
        several = [name.removeprefix("test_") for name in result if name.startswith("test_")]
        raise ValueError(f"{place}: scoring gives {several}; expected a single score")
    scores = np.asarray(result["test_score"], dtype=float)
    if not np.isfinite(scores).all():
        raise ValueError(
            f"{place}: the score is {scores[~np.isfinite(scores)][0]}; expected a finite number. "
            "Perhaps a class is absent from the fold: take fewer folds, or stratify them"
        )
    return scores
