"""Score models that are fitted on training folds, with or without all modalities."""

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.parallel import Parallel, delayed

from skmm._validation import (
    _check_method_params,
    _routing_enabled,
    _safe_indexing,
)
from skmm.fusion._folds import measure_test_over_train, split_rows
from skmm.fusion._groups import add_groups
from skmm.inspection._coalitions.game import check_finite, score_coalitions
from skmm.inspection._coalitions.intervals import Scores
from skmm.inspection._coalitions.restricted import restrict
from skmm.inspection._coalitions.scoring import score_blockwise


def score_folds(estimator, samples, rules, cv, params, n_jobs):
    """Fit the model on training folds, and score it on test folds.

    Returns
    -------
    scores : Scores

    Raises
    ------
    ValueError
        If there is one fold only.
    """
    options = {"stratified": is_classifier(estimator), "way_out": "give other folds as cv"}
    folds = split_rows(cv, samples.X, samples.y, samples.groups, **options)
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed")
    params = dict(params or {})
    if not _routing_enabled() or _requests_groups(estimator):
        params = add_groups(params, estimator, samples.groups)
    play = _refit_fold if rules.removal == "refit" else _play_fold
    results = Parallel(n_jobs=n_jobs)(
        delayed(play)(estimator, samples, rules, train, test, params) for train, test in folds
    )
    values = np.stack(results, axis=1)
    check_finite(values[:, :, np.newaxis], rules)
    return Scores(values, test_over_train=measure_test_over_train(folds))


def _requests_groups(estimator):
    return bool(get_routing_for_object(estimator).consumes("fit", ["groups"]))


def _play_fold(estimator, samples, rules, train, test, params):
    """Scores of all coalitions, (n_coalitions,)."""
    fitted = _fit(clone(estimator), samples.X, samples, train, params)
    values = score_coalitions(fitted, samples.take(test), rules, None, None)
    return values[:, :, 0].mean(axis=1)


def _refit_fold(estimator, samples, rules, train, test, params):
    """As :func:`_play_fold`, with a model of its own for each coalition."""
    scores = []
    for coalition in rules.coalitions:
        absent = rules.absent(coalition)
        model, X = restrict(estimator, samples.X, rules.modalities, absent)
        fitted = _fit(model, X, samples, train, params)
        tested = samples._replace(X=X).take(test)
        scored = score_blockwise(rules.scorer, fitted, tested.X, tested.y, weight=tested.weight)
        scores.append(scored[0])
    return np.array(scores)


def _fit(model, X, samples, train, params):
    if isinstance(model, DummyClassifier | DummyRegressor):
        params = {name: values for name, values in params.items() if name == "sample_weight"}
    params = _check_method_params(samples.X, params, indices=train)
    return model.fit(_safe_indexing(X, train), _safe_indexing(samples.y, train), **params)
