"""Scores without each block of rows, for scores that are made of sums over rows.

Scoring twenty parts of the rows takes longer than many a prediction; sums are subtracted in no time.
"""

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
)


def leave_out_blocks(scorer, model, rows, y, weight, blocks):
    """What a scorer gives without each block of rows, if that is known to be made of sums.

    Parameters
    ----------
    scorer : scorer of scikit-learn
    model : object
        Predicts from `rows`.
    rows : ndarray of shape (n_samples,)
    y : ndarray or DataFrame
    weight : ndarray of shape (n_samples,) or None
    blocks : ndarray of shape (n_samples,), int

    Returns
    -------
    scores : ndarray of shape (n_blocks,) or None
        None where the scorer is not known here.
    """
    function = KNOWN.get(scorer._score_func)
    if function is None or scorer._kwargs or y.ndim > 1:
        return None
    weight = np.ones(len(y)) if weight is None else weight
    scores = function(model, rows, y, lambda values: _sums_without(values * weight, blocks))
    return None if scores is None else scorer._sign * scores


def _sums_without(values, blocks):
    return values.sum() - np.bincount(blocks, values)


def _mean_of(score_rows):
    """A score that is the mean of what ``score_rows(y, predicted)`` gives."""

    def score(model, rows, y, sums):
        of_rows = score_rows(y, np.reshape(model.predict(rows), y.shape)).astype(np.float64)
        return sums(of_rows) / sums(np.ones(len(y)))

    return score


def _log_loss(model, rows, y, sums):
    classes, probabilities = model.classes_, np.asarray(model.predict_proba(rows))
    if not np.array_equal(np.unique(y), classes):
        return None
    chosen = probabilities[np.arange(len(y)), np.searchsorted(classes, y)].astype(np.float64)
    smallest = np.finfo(probabilities.dtype).eps
    return sums(-np.log(np.clip(chosen, smallest, 1 - smallest))) / sums(np.ones(len(y)))


def _r2(model, rows, y, sums):
    centered = y - y.mean()  # or squares of large numbers would be subtracted
    errors = _errors(y, np.reshape(model.predict(rows), y.shape))
    spread = sums(centered**2) - sums(centered) ** 2 / sums(np.ones(len(y)))
    if not (spread > 0).all():
        return None
    return 1 - sums(errors**2) / spread


def _errors(y, predicted):
    return np.subtract(y, predicted, dtype=np.float64)  # of unsigned integers, too


KNOWN = {
    accuracy_score: _mean_of(lambda y, predicted: y == predicted),
    mean_absolute_error: _mean_of(lambda y, predicted: np.abs(_errors(y, predicted))),
    mean_squared_error: _mean_of(lambda y, predicted: _errors(y, predicted) ** 2),
    log_loss: _log_loss,
    r2_score: _r2,
}
