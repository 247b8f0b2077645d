"""Score a model on all rows and without each block of them, from one prediction."""

from functools import wraps

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import check_scoring
from sklearn.pipeline import Pipeline

from skmm._validation import _BaseScorer, _safe_indexing
from skmm.inspection._coalitions.modalities import searched
from skmm.inspection._coalitions.removal import REFUSALS, explain_nulls
from skmm.inspection._coalitions.row_scores import leave_out_blocks

RESPONSES = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def read_scoring(estimator, scoring):
    """Return a scorer, and what to call its scores.

    Parameters
    ----------
    estimator : estimator
    scoring : str, callable or None
        None is the method ``score`` of the estimator; where that is the one of all classifiers or
        regressors, or a search scores by what needs predictions only, it is that scorer.

    Returns
    -------
    scorer : callable
    name : str
    """
    if scoring is None:
        scoring = _own_scoring(estimator)
    scorer = check_scoring(estimator, scoring)
    if isinstance(scoring, str):
        return scorer, scoring
    return scorer, "score" if scoring is None else _name(scoring)


def _own_scoring(estimator):
    """What the method ``score`` of an estimator computes; None if it must be asked."""
    if isinstance(estimator, Pipeline):
        return _own_scoring(estimator.steps[-1][1])
    if searched(estimator) is estimator:
        usual = {ClassifierMixin.score: "accuracy", RegressorMixin.score: "r2"}
        return usual.get(getattr(type(estimator), "score", None))
    scoring = estimator.scoring
    if scoring is None:
        is_fitted = hasattr(estimator, "best_estimator_")
        return _own_scoring(estimator.best_estimator_ if is_fitted else estimator.estimator)
    if isinstance(scoring, dict):
        scoring = scoring.get(estimator.refit)
    elif isinstance(scoring, list | tuple | set):
        scoring = estimator.refit
    return scoring if isinstance(scoring, str | _BaseScorer) else None


def _name(scoring):
    """The name of a scorer: that of its function, with "neg_" where small values of it are good."""
    if not isinstance(scoring, _BaseScorer):
        return getattr(scoring, "__name__", "score")
    name = getattr(scoring._score_func, "__name__", "score")
    return name if scoring._sign > 0 else f"neg_{name}"


def needs_samples(scorer):
    """Whether a scorer might look at X, or at the model; those of scikit-learn look at predictions."""
    return not isinstance(scorer, _BaseScorer)


def score_blockwise(scorer, estimator, X, y, *, weight=None, blocks=None, is_masked=False):
    """Score a fitted estimator on all rows, and on all but each block of rows.

    Parameters
    ----------
    scorer : callable
    estimator : fitted estimator
    X : object
        What the estimator predicts from.
    y : ndarray or DataFrame of shape (n_samples,) or (n_samples, n_targets)
    weight : ndarray of shape (n_samples,), default=None
    blocks : ndarray of shape (n_samples,), int, default=None
        The block of each row, numbered from 0.
    is_masked : bool, default=False
        Whether cells of X were made null, so that an error may come from that.

    Returns
    -------
    scores : ndarray of shape (1 + n_blocks,)
    """
    model = estimator
    if not needs_samples(scorer):
        model, X = Replay(estimator, X, is_masked), np.arange(len(y))
    total = _score(scorer, model, X, y, weight, is_masked)
    if blocks is None:
        return np.array([total])
    if not needs_samples(scorer):
        quickly = leave_out_blocks(scorer, model, X, y, weight, blocks)
        if quickly is not None:
            return np.append(total, quickly)
    scores = [total]
    for block in range(blocks.max() + 1):
        rows = np.flatnonzero(blocks != block)
        part = (
            _safe_indexing(X, rows),
            _safe_indexing(y, rows),
            None if weight is None else weight[rows],
        )
        scores.append(_score(scorer, model, *part, is_masked))
    return np.array(scores)


class Replay:
    """A fitted estimator that predicts once; what it takes for X are numbers of rows."""

    def __init__(self, estimator, X, is_masked):
        self._estimator = estimator
        self._X = X
        self._is_masked = is_masked
        self._responses = {}

    def __getattr__(self, name):
        value = getattr(self._estimator, name)
        if name not in RESPONSES:
            return value

        @wraps(value)
        def replay(rows):
            if name not in self._responses:
                with explain_nulls(self._estimator, self._is_masked):
                    self._responses[name] = value(self._X)
            response = self._responses[name]
            if isinstance(response, list):  # one array per target
                return [part[rows] for part in response]
            return response[rows]

        return replay


def _score(scorer, model, X, y, weight, is_masked):
    given = {} if weight is None else {"sample_weight": weight}
    if isinstance(model, Replay):
        return scorer(model, X, y, **given)
    try:
        return scorer(model, X, y, **given)
    except REFUSALS:
        if is_masked and hasattr(model, "predict"):
            with explain_nulls(model, is_masked):
                model.predict(X)  # where this works, the error is the scorer's own
        raise
