"""The folds that all models are scored on."""

import numpy as np
from sklearn.model_selection import check_cv

from skmm._validation import Integral
from skmm.fusion._folds import make_folds


def make_outer_folds(cv, X, y, groups, *, classifier):
    """Split once, for all models.

    Parameters
    ----------
    cv, X, y, groups : as in :func:`~skmm.model_selection.compare_fusions`
    classifier : bool
        Whether a number of folds is stratified.

    Returns
    -------
    folds : list of (train, test)
        Positions of rows.

    Raises
    ------
    ValueError
        If there are fewer than two.
    """
    everything = np.arange(len(y))  # splits given one by one may be masks
    folds = [
        (everything[train], everything[test])
        for train, test in check_cv(cv, y, classifier=classifier).split(X, y, groups)
    ]
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed to compare")
    return folds


def make_search_folds(cv, X, y, groups, *, classifier):
    """As :func:`make_outer_folds`; a number of folds keeps groups whole, and None is five shuffled.

    Raises
    ------
    ValueError
        If not even two folds can be made.
    """
    if cv is None or isinstance(cv, Integral):
        cv = make_folds(y, groups, stratified=classifier, n_folds=cv, way_out="give more samples")
    return make_outer_folds(cv, X, y, groups, classifier=classifier)


def measure_test_over_train(folds):
    """Size of the test folds over the size of their training sets."""
    return sum(len(test) for _, test in folds) / sum(len(train) for train, _ in folds)


def name_score(scoring, classifier):
    """What the score is called in plots."""
    if scoring is None:
        return "accuracy" if classifier else "R2"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
