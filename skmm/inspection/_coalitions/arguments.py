"""What functions that score coalitions take from the user."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import get_scorer_names
from sklearn.utils import check_consistent_length, indexable

from skmm._validation import HasMethods, Integral, Interval, Real, StrOptions
from skmm.inspection._coalitions.folds import score_folds
from skmm.inspection._coalitions.game import Rules, Samples, score_fitted
from skmm.inspection._coalitions.modalities import check_samples, read_modalities
from skmm.inspection._coalitions.scoring import read_scoring

CONSTRAINTS = {
    "estimator": [HasMethods(["fit"])],
    "modalities": [dict, list, None],
    "scoring": [StrOptions(set(get_scorer_names())), callable, None],
    "removal": [StrOptions({"mask", "permute", "mean", "refit"})],
    "n_repeats": [Interval(Integral, 1, None, closed="left")],
    "cv": ["cv_object"],
    "groups": ["array-like", None],
    "sample_weight": ["array-like", None],
    "params": [dict, None],
    "confidence_level": [Interval(Real, 0, 1, closed="neither"), None],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
}


def score_modalities(
    make_plan,
    estimator,
    X,
    y,
    *,
    modalities,
    scoring,
    removal,
    n_repeats,
    cv,
    groups,
    sample_weight,
    params,
    with_intervals,
    n_jobs,
    seed,
):
    """Check what the user gave, and score the coalitions that a plan asks for.

    Parameters
    ----------
    make_plan : callable
        Of the number of modalities.
    with_intervals : bool
    seed : int
    estimator, X, y, modalities, scoring, removal, n_repeats, cv, groups, sample_weight, params, n_jobs
        As in :func:`modality_importance`.

    Returns
    -------
    rules : Rules
    plan : Plan
    scores : Scores
    name : str
        What the scores are called.
    """
    X = check_samples(X)
    y, groups = indexable(y if isinstance(y, pd.DataFrame) else np.asarray(y), groups)
    check_consistent_length(X, y, groups, sample_weight)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if cv is None and removal == "refit":
        cv = 5
    if cv is not None:
        estimator = clone(estimator)
    modalities = read_modalities(estimator, X, modalities)
    plan = make_plan(len(modalities))
    scorer, name = read_scoring(estimator, scoring)
    rules = Rules(modalities, plan.coalitions, removal, scorer, n_repeats, seed)
    samples = Samples(X, y, weight, groups)
    if cv is not None:
        return rules, plan, score_folds(estimator, samples, rules, cv, params, n_jobs), name
    scores = score_fitted(estimator, samples, rules, with_blocks=with_intervals, n_jobs=n_jobs)
    return rules, plan, scores, name


def name_scores(rules, scores):
    """Mean scores of the coalitions, by the names of the modalities that are left."""
    return {
        tuple(name for name, kept in zip(rules.modalities, coalition, strict=True) if kept): score
        for coalition, score in zip(rules.coalitions, scores.means.tolist(), strict=True)
    }
