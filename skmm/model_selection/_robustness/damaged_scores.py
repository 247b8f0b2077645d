"""Score fitted models on data that is damaged more and more, the same for all of them."""

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils import check_consistent_length
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skmm._validation import Real, draw_seed, make_rng
from skmm.frame import check_frame
from skmm.model_selection._folds.outer_folds import name_score


def score_damaged(estimators, X, y, levels, damage, *, scoring, n_repeats, random_state, n_jobs):
    """Score every model at every level of damage.

    Parameters
    ----------
    estimators : dict {str: estimator}
    X, y : as in :func:`~skmm.model_selection.noise_curve`
    levels : ndarray of shape (n_levels,)
    damage : callable
        ``damage(X, level, seed)`` returns another frame.
    scoring, n_repeats, random_state, n_jobs
        As in :func:`~skmm.model_selection.noise_curve`.

    Returns
    -------
    scores : DataFrame of shape (n_levels * n_repeats, n_estimators)
        Indexed by level and repeat. Undamaged data is scored once.
    """
    scorers = {name: check_scoring(model, scoring) for name, model in estimators.items()}
    random_state = make_rng(random_state)
    seeds = [draw_seed(random_state) for _ in range(n_repeats)]
    # Without damage all repeats are alike.
    tasks = [(level, seed) for level in levels for seed in (seeds if level > 0 else seeds[:1])]
    found = Parallel(n_jobs=n_jobs)(
        delayed(_score)(estimators, scorers, X, y, damage, *task) for task in tasks
    )
    by_task = dict(zip(tasks, found, strict=True))
    index = pd.MultiIndex.from_product([levels, range(n_repeats)], names=["level", "repeat"])
    rows = [by_task[level, seed if level > 0 else seeds[0]] for level in levels for seed in seeds]
    return pd.DataFrame(rows, index, columns=list(estimators))


def check_estimators(estimator):
    """Return fitted models by name; one that has none gets that of its class."""
    estimators = estimator if isinstance(estimator, dict) else {type(estimator).__name__: estimator}
    if not estimators:
        raise ValueError("estimator is an empty dict; give fitted models by name")
    for name, model in estimators.items():
        if not hasattr(model, "fit"):
            raise TypeError(f"estimator {name!r} is {model!r}; expected a fitted model")
        check_is_fitted(model)
    return estimators


def check_baseline(baseline, estimators):
    """Raise an error unless the baseline is one of the estimators, or None."""
    if baseline is not None and baseline not in estimators:
        raise ValueError(
            f"baseline is {baseline!r}; expected one of the estimators, {list(estimators)}"
        )


def check_levels(levels, parameter, highest):
    """Return levels as an array if they are numbers from 0 to `highest` that ascend."""
    array = np.asarray(levels)
    is_numeric = array.ndim == 1 and len(array) > 0 and array.dtype.kind in "iuf"
    if not is_numeric or not (
        array[0] >= 0 and array[-1] <= highest and (np.diff(array) > 0).all()
    ):
        limit = "at least 0" if highest == np.inf else f"from 0 to {highest:g}"
        raise ValueError(f"{parameter} is {levels!r}; expected ascending numbers {limit}")
    return array.astype(float)


def check_data(X, y):
    """Raise an error unless X is a frame with a target for each row."""
    check_frame(X)
    check_consistent_length(X, y)


def choose_modalities(X, modality):
    """The modalities that are meant, as a list; None is all of them."""
    if modality is None:
        return list(X.columns)
    modalities = [modality] if isinstance(modality, str) else list(modality)
    unknown = [name for name in modalities if name not in X.columns]
    if unknown or not modalities:
        raise ValueError(
            f"modality is {modality!r}; expected some of the modalities of X, {list(X.columns)}"
        )
    return modalities


def name_scores(scoring, estimators):
    """What the scores of the estimators are called."""
    models = estimators.values()
    if scoring is None and any(getattr(model, "scoring", None) is not None for model in models):
        return "score"  # a search has one of its own
    return name_score(scoring, all(map(is_classifier, models)))


def _score(estimators, scorers, X, y, damage, level, seed):
    if level > 0:
        X = damage(X, level, seed)
    return [
        _score_one(model, scorers[name], X, y, f"estimator {name!r}, level {level:g}")
        for name, model in estimators.items()
    ]


def _score_one(model, scorer, X, y, place):
    try:
        score = scorer(model, X, y)
    except Exception as error:
        raise ValueError(f"{place}: {type(error).__name__}: {error}") from error
    if not isinstance(score, Real) or not np.isfinite(score):
        raise ValueError(f"{place}: the score is {score!r}; expected a finite number")
    return float(score)
