"""Folds within training rows, of the same kind as those around them."""

from copy import deepcopy

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from skmm._validation import Integral, _safe_indexing
from skmm.fusion._folds import N_FOLDS, as_splitter
from skmm.fusion._groups import LATE
from skmm.model_selection._folds.extractors import parts_of


def follows_time(folds):
    """Whether every fold is tested on rows that come after all those it is trained on."""
    return all(max(train) < min(test) for train, test in folds)


def make_time_splitter(n_rows, gap, n_folds=None):
    """Return folds in the order of time; None is at most five, each with something to train on."""
    if n_folds is None:
        fits = [n for n in range(2, N_FOLDS + 1) if n < n_rows > gap + n * (n_rows // (n + 1))]
        n_folds = max(fits, default=2)
    return TimeSeriesSplit(n_folds, gap=gap)


def make_late_cv(cv, folds):
    """Inner folds for late fusions that are scored on `folds`; None leaves it to them.

    Parameters
    ----------
    cv : splitter or object
        What made the folds.
    folds : list of (train, test)
        The smallest training set decides about the number of folds.

    Returns
    -------
    splitter : TimeSeriesSplit or None
    """
    if not follows_time(folds):
        return None
    return make_time_splitter(min(len(train) for train, _ in folds), _gap_of(cv))


def set_late_cv(model, cv):
    """Give inner folds to the late fusions inside `model`, which is changed, that have none."""
    for part in parts_of(model, frozen=False):
        if cv is not None and isinstance(part, LATE) and part.cv is None:
            part.cv = cv
    return model


def _gap_of(cv):
    return cv.gap if isinstance(cv, TimeSeriesSplit) else 0


class InnerFolds:
    """Make folds of the training rows of a fold.

    Parameters
    ----------
    cv : splitter or object
        What made the outer folds; only the gap of a ``TimeSeriesSplit`` counts.
    inner_cv : int, splitter or None
        None is at most five folds. They lie in the order of time where the outer ones do; groups are
        kept whole, if there are any; and samples are shuffled otherwise.
    outer : list of (train, test)
    stratified : bool
        Whether classes are told apart.
    """

    def __init__(self, cv, inner_cv, outer, *, stratified):
        self.inner_cv = inner_cv
        self.stratified = stratified
        self.is_temporal = follows_time(outer)
        self.gap = _gap_of(cv)

    def split(self, X, y, groups, rows):
        """Split some rows of X.

        Parameters
        ----------
        X : object of n_samples rows
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        groups : array-like of shape (n_samples,) or None
        rows : ndarray of shape (n_rows,), int

        Returns
        -------
        folds : list of (train, test)
            Positions in X.
        """
        y = np.asarray(_safe_indexing(y, rows))
        groups = None if groups is None else np.asarray(_safe_indexing(groups, rows))
        splitter = self.make_splitter(y, groups)
        folds = splitter.split(_safe_indexing(X, rows), y, groups)
        return [(rows[train], rows[test]) for train, test in folds]

    def make_splitter(self, y, groups):
        """Return the splitter for rows with these targets and groups."""
        is_number = self.inner_cv is None or isinstance(self.inner_cv, Integral)
        if self.is_temporal and is_number:
            return make_time_splitter(len(y), self.gap, self.inner_cv)
        # A copy, for a random generator in it moves on, and whoever asks first must not matter.
        inner_cv = deepcopy(self.inner_cv)
        options = {"stratified": self.stratified, "way_out": "give inner_cv"}
        return as_splitter(inner_cv, y, groups, **options)
