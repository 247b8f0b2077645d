"""What the classes of a target count in the loss."""

import numpy as np
from sklearn.utils import compute_class_weight


def class_weights(given, classes, y, weight):
    """Weights of the classes; one without any sample of positive weight does not matter.

    Parameters
    ----------
    given : dict, "balanced" or None
        As in scikit-learn.
    classes : ndarray of shape (n_classes,)
    y : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    weights : ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If a weight is negative or not finite.
    """
    if isinstance(given, dict):
        if not all(np.isfinite(value) and value >= 0 for value in given.values()):
            raise ValueError(f"class_weight={given} must hold finite numbers, at least 0")
        return compute_class_weight(given, classes=classes, y=y)
    counts = weight > 0
    seen = np.isin(classes, y[counts])
    weights = np.ones(len(classes))
    weights[seen] = compute_class_weight(
        given, classes=classes[seen], y=y[counts], sample_weight=weight[counts]
    )
    return weights
