"""The folds that all models are scored on."""

import numpy as np

from skmm.fusion._folds import as_splitter


def make_outer_folds(cv, X, y, groups, *, classifier):
    """Split once, for all models.

    Parameters
    ----------
    cv : int, splitter, iterable of splits or None
        A number of folds keeps groups whole, and None is at most five, shuffled.
    X, y, groups : as in :func:`~skmm.model_selection.compare_fusions`
    classifier : bool
        Whether a number of folds is stratified.

    Returns
    -------
    folds : list of (train, test)
        Positions of rows.

    Raises
    ------
    ValueError
        If there are fewer than two, or cannot be as many.
    """
    splitter = as_splitter(cv, y, groups, stratified=classifier, way_out="give more samples")
    everything = np.arange(len(y))  # splits given one by one may be masks
    folds = [(everything[train], everything[test]) for train, test in splitter.split(X, y, groups)]
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed to compare")
    return folds


def measure_test_over_train(folds):
    """Size of the test folds over the size of their training sets."""
    return sum(len(test) for _, test in folds) / sum(len(train) for train, _ in folds)


def name_score(scoring, classifier):
    """What the score is called in plots."""
    if scoring is None:
        return "accuracy" if classifier else "R2"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
