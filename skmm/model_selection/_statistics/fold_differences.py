"""Mean and error of the differences between two models on the same folds."""

from typing import NamedTuple

import numpy as np


class FoldDifferences(NamedTuple):
    """What the folds tell of the difference between two models."""

    mean: float
    error: float  # of the mean, widened for training sets that overlap
    n_folds: int


def summarize_differences(differences, test_over_train):
    """Mean of the differences and its standard error, corrected as Nadeau and Bengio have it.

    Parameters
    ----------
    differences : array-like of shape (n_folds,), float
        Score of one model minus score of the other, by fold; at least two.
    test_over_train : float
        Size of a test fold over the size of its training set, above 0.

    Returns
    -------
    summary : FoldDifferences

    Raises
    ------
    ValueError
        If there are fewer than two differences, one is not finite, or `test_over_train` is not a
        number above 0.
    """
    differences = np.asarray(differences, dtype=float)
    if differences.ndim != 1 or len(differences) < 2 or not np.isfinite(differences).all():
        raise ValueError(
            f"differences is {differences!r}; expected one finite number per fold, of at least two "
            "folds"
        )
    if not 0 < test_over_train < np.inf:
        raise ValueError(f"test_over_train is {test_over_train!r}; expected a number above 0")
    n_folds = len(differences)
    error = np.sqrt((1 / n_folds + test_over_train) * differences.var(ddof=1))
    return FoldDifferences(float(differences.mean()), float(error), n_folds)
