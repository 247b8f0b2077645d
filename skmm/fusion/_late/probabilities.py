"""What a classifier says about the classes, in whatever way it can."""

import numpy as np
from scipy.special import expit, softmax

ROUNDING = 1e-5  # of a sum of probabilities in float32


def has_scores(estimator):
    """Tell whether a classifier gives more than its decision."""
    return hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function")


def predict_probabilities(estimator, rows, targets):
    """Return the probabilities of the classes of all targets, side by side.

    A classifier without ``predict_proba`` is asked for its ``decision_function``, which a logistic
    function or a softmax brings to [0, 1], and one without both for its decision, which is certain.

    Parameters
    ----------
    estimator : fitted classifier
    rows : object
        What it takes for X.
    targets : Targets
        Classes that the estimator never saw get probability 0.

    Returns
    -------
    probabilities : ndarray of shape (n_samples, n_outputs)
    """
    if not has_scores(estimator):
        decided = np.asarray(estimator.predict(rows))
        columns = np.reshape(decided, (len(decided), -1)).T
        pairs = zip(columns, targets.classes, strict=True)
        return np.hstack([column[:, None] == classes for column, classes in pairs]).astype(float)
    given = _scores(estimator, rows, targets)
    if not targets.are_several:
        return _align(np.asarray(given), estimator.classes_, targets.classes[0])
    if isinstance(given, list):
        triples = zip(given, estimator.classes_, targets.classes, strict=True)
        return np.hstack([_align(np.asarray(p), seen, classes) for p, seen, classes in triples])
    _check_labels(estimator, given, targets)
    return np.stack([1 - given, given], axis=2).reshape(len(given), -1)


def _scores(estimator, rows, targets):
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(rows)
    values = np.asarray(estimator.decision_function(rows), dtype=np.float64)
    if targets.are_several:
        return expit(values)
    _refuse_pairs(estimator, values)
    if values.ndim == 1:
        positive = expit(values)
        return np.column_stack([1 - positive, positive])
    return softmax(values, axis=1)


def _refuse_pairs(estimator, values):
    """Of three classes there are three pairs, whose scores would pass for those of the classes."""
    shapes = [
        value for name, value in estimator.get_params().items() if name.endswith("_function_shape")
    ]
    if values.ndim == 2 and "ovo" in shapes:
        raise ValueError(
            "gives scores of pairs of classes, and one score per class is expected; set "
            'decision_function_shape="ovr"'
        )


def _align(probabilities, seen, classes):
    """Put columns for the classes that were seen among those of all classes."""
    if probabilities.shape != (len(probabilities), len(seen)):
        raise ValueError(
            f"gives scores of shape {probabilities.shape} for {len(seen)} classes; one column per "
            "class is expected"
        )
    if probabilities.dtype == np.float32:  # as from features of that dtype: they sum to 1 + 1e-7
        probabilities = probabilities.astype(np.float64)
        total = probabilities.sum(axis=1, keepdims=True)
        probabilities /= np.where(np.abs(total - 1) < ROUNDING, total, 1)
    if len(seen) == len(classes):
        return probabilities
    aligned = np.zeros((len(probabilities), len(classes)))
    aligned[:, np.searchsorted(classes, seen)] = probabilities
    return aligned


def _check_labels(estimator, given, targets):
    """An array for several targets can only mean: the probability of each label."""
    if not targets.are_labels or np.shape(given)[1:] != (len(targets.classes),):
        raise ValueError(
            f"{type(estimator).__name__} gives scores of shape {np.shape(given)} for "
            f"{len(targets.classes)} targets of several classes; a list with one array per target is "
            "expected: wrap it, MultiOutputClassifier(estimator)"
        )
