"""What the fusions of blocks make of y, which may be numbers or classes."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.multiclass import type_of_target

MOST_CLASSES = 20  # that are floats; of other types there may be any number


def read_y(y):
    """Return y as an ndarray, flat if it has one column."""
    y = y.toarray() if issparse(y) else np.asarray(y)
    return y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y


def holds_numbers(y):
    """Tell whether an ndarray of targets is to be read as numbers, and not as classes.

    Floats are numbers, unless they are whole and take few values. What scikit-learn does, whole floats
    are classes, would make hundreds of them of prices or of a progression that was measured in steps.
    """
    if y.dtype.kind != "f":
        return False
    return bool((y != np.floor(y)).any()) or len(np.unique(y)) > MOST_CLASSES


def encode_targets(y):
    """Return the targets as columns of floats.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_targets)

    Returns
    -------
    columns : ndarray of shape (n_samples, n_columns)
        Numbers and labels of 0 and 1 as they are, of classes one column of zeros and ones each.
    """
    y = read_y(y)
    kind = type_of_target(y, raise_unknown=True)
    if y.ndim == 1:
        y = y[:, np.newaxis]
    are_labels = kind == "multilabel-indicator" and bool(np.isin(y, (0, 1)).all())
    if are_labels or holds_numbers(y):
        return y.astype(np.float64)
    return np.hstack([column[:, np.newaxis] == np.unique(column) for column in y.T]).astype(float)
