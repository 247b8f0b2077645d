"""Folds within training rows, of the same kind as those around them."""

import numpy as np
from sklearn.model_selection import TimeSeriesSplit, check_cv
from sklearn.utils.multiclass import type_of_target

from skmm._validation import Integral, _safe_indexing
from skmm.fusion._folds import N_FOLDS, make_folds


def follows_time(folds):
    """Whether every fold is tested on rows that come after all those it is trained on."""
    return all(max(train) < min(test) for train, test in folds)


def make_late_cv(folds):
    """Inner folds for late fusions that are scored on `folds`; None leaves it to them."""
    return TimeSeriesSplit(N_FOLDS) if follows_time(folds) else None


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
        self.gap = cv.gap if isinstance(cv, TimeSeriesSplit) else 0

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
        if self.inner_cv is not None and not isinstance(self.inner_cv, Integral):
            return check_cv(self.inner_cv)
        if self.is_temporal:
            n_folds = min(N_FOLDS, len(y) - 1) if self.inner_cv is None else self.inner_cv
            return TimeSeriesSplit(n_folds, gap=self.gap)
        kinds = ("binary", "multiclass")
        return make_folds(
            y,
            groups,
            stratified=self.stratified and type_of_target(y) in kinds,
            n_folds=self.inner_cv,
            way_out="give inner_cv",
        )
