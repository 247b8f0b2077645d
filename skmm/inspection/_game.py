"""Score a model with every coalition of modalities that a plan asks for."""

from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skmm._validation import (
    Integral,
    _check_method_params,
    _routing_enabled,
    _safe_indexing,
)
from skmm.fusion._folds import group_folds
from skmm.inspection._intervals import (
    Estimate,
    deal_into_blocks,
    fold_errors,
    jackknife,
    t_interval,
)
from skmm.inspection._modalities import LATE
from skmm.inspection._readings import Readings
from skmm.inspection._restricted import restrict
from skmm.inspection._scoring import needs_samples, score_blockwise


class Samples(NamedTuple):
    """What a model is scored on."""

    X: object  # DataFrame or ndarray
    y: object  # ndarray or DataFrame
    weight: np.ndarray | None
    groups: object

    def take(self, rows):
        weight = None if self.weight is None else self.weight[rows]
        return Samples(_safe_indexing(self.X, rows), _safe_indexing(self.y, rows), weight, None)


class Rules(NamedTuple):
    """How modalities are taken away, and how the model is scored without them."""

    modalities: dict  # name: positions of columns
    coalitions: np.ndarray  # (n_coalitions, n_modalities), bool
    removal: str
    scorer: object
    n_repeats: int
    seed: int

    def absent(self, coalition):
        return [name for name, kept in zip(self.modalities, coalition, strict=True) if not kept]


class Scores(NamedTuple):
    """The scores of all coalitions."""

    trials: np.ndarray  # (n_coalitions, n_trials): by repeat or by fold
    without_block: np.ndarray | None = None  # (n_coalitions, n_blocks), mean over repeats
    test_over_train: float | None = None  # of folds

    @property
    def means(self):
        return self.trials.mean(axis=1)


def score_fitted(estimator, samples, rules, *, with_blocks, n_jobs):
    """Score a fitted model without fitting anything.

    Returns
    -------
    scores : Scores
    """
    check_is_fitted(estimator)
    blocks = None
    if with_blocks:
        # The permutations come from another stream, which is that of scikit-learn.
        generator = check_random_state(rules.seed + 1)
        blocks = deal_into_blocks(len(samples.y), samples.groups, generator)
    values = _score_coalitions(estimator, samples, rules, blocks, n_jobs)
    _check_finite(values, rules)
    return Scores(values[:, :, 0], values[:, :, 1:].mean(axis=1) if with_blocks else None)


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
    stratified = is_classifier(estimator)
    if isinstance(cv, Integral) and samples.groups is not None:
        stratified &= type_of_target(samples.y) in ("binary", "multiclass")
        cv = group_folds(stratified)(cv)
    splitter = check_cv(cv, samples.y, classifier=stratified)
    folds = list(splitter.split(samples.X, samples.y, samples.groups))
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed")
    params = dict(params or {})
    if samples.groups is not None and _takes_groups(estimator):
        params = {"groups": samples.groups} | params
    play = _refit_fold if rules.removal == "refit" else _play_fold
    results = Parallel(n_jobs=n_jobs)(
        delayed(play)(estimator, samples, rules, train, test, params) for train, test in folds
    )
    n_train, n_test = (sum(map(len, part)) for part in zip(*folds, strict=True))
    values = np.stack(results, axis=1)
    _check_finite(values[:, :, np.newaxis], rules)
    return Scores(values, test_over_train=n_test / n_train)


def estimate(plan, scores, level):
    """Make effects of scores, and intervals if `level` is not None.

    Returns
    -------
    estimate : Estimate
    """
    trials = plan.effects(scores.trials)
    mean = trials.mean(axis=1)
    if level is None:
        return Estimate(trials, mean, np.full((len(mean), 2), np.nan))
    if scores.without_block is None:
        errors, n = fold_errors(trials, scores.test_over_train), trials.shape[1]
    else:
        errors = jackknife(plan.effects(scores.without_block))
        n = scores.without_block.shape[1]
    errors = np.hypot(errors, plan.draw_errors(scores.means))
    return Estimate(trials, mean, t_interval(mean, errors, n - 1, level))


def _takes_groups(estimator):
    if _routing_enabled():
        return bool(get_routing_for_object(estimator).consumes("fit", ["groups"]))
    return isinstance(estimator, LATE)


def _check_finite(values, rules):
    """Refuse scores that are not finite, (n_coalitions, n_trials, 1 + n_blocks)."""
    bad = np.argwhere(~np.isfinite(values))
    if not len(bad):
        return
    coalition, trial, block = bad[0]
    left = [
        m for m, kept in zip(rules.modalities, rules.coalitions[coalition], strict=True) if kept
    ]
    score = values[coalition, trial, block]
    if block:
        raise ValueError(
            f"the score is {score} without some of the rows, which are left out in turn for the intervals: "
            "perhaps a class is rare; set confidence_level=None, or another scoring"
        )
    raise ValueError(
        f"the score is {score} where the modalities {left} are left, and a finite number is expected; "
        "perhaps a class is absent from y, or from a fold: set another scoring, or stratified folds"
    )


def _score_coalitions(estimator, samples, rules, blocks, n_jobs):
    """(n_coalitions, n_repeats, 1 + n_blocks)."""
    score = partial(
        score_blockwise, rules.scorer, y=samples.y, weight=samples.weight, blocks=blocks
    )
    readings = Readings(
        estimator,
        samples.X,
        rules.modalities,
        rules.removal,
        n_repeats=rules.n_repeats,
        seed=rules.seed,
        of_samples=needs_samples(rules.scorer),
    )
    return readings.over(rules.coalitions, score, n_jobs)


def _play_fold(estimator, samples, rules, train, test, params):
    """Scores of all coalitions, (n_coalitions,)."""
    fitted = _fit(clone(estimator), samples.X, samples, train, params)
    values = _score_coalitions(fitted, samples.take(test), rules, None, None)
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
