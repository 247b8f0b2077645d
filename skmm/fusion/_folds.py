"""Which folds an inner cross-validation has, if no splitter says so."""

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)
from sklearn.utils.multiclass import type_of_target

from skmm._validation import Integral

N_FOLDS = 5


def group_folds(stratified):
    """The class of splitters that keep groups whole."""
    return StratifiedGroupKFold if stratified else GroupKFold


def as_splitter(cv, y, groups, *, stratified, way_out):
    """Return the splitter that `cv` is, or stands for, as ``check_cv`` that keeps groups whole.

    Parameters
    ----------
    cv : int, splitter, iterable of splits or None
        A number, and None, become folds by :func:`make_folds`.
    y, groups : as in :func:`make_folds`
    stratified : bool
        Whether every fold has its share of each class, where y holds classes.
    way_out : str
        For error messages.

    Returns
    -------
    splitter : object
    """
    if cv is not None and not isinstance(cv, Integral):
        return check_cv(cv)
    stratified = stratified and type_of_target(y) in ("binary", "multiclass")
    return make_folds(y, groups, stratified=stratified, n_folds=cv, way_out=way_out)


def split_rows(cv, X, y, groups, *, stratified, way_out):
    """Split rows by what :func:`as_splitter` makes of `cv`.

    Parameters
    ----------
    cv, y, groups, stratified, way_out
        As in :func:`as_splitter`.
    X : object of n_samples rows
        For splitters that look at it.

    Returns
    -------
    folds : list of (train, test)
        Positions of rows.
    """
    splitter = as_splitter(cv, y, groups, stratified=stratified, way_out=way_out)
    everything = np.arange(len(y))  # splits given one by one may be masks
    return [(everything[train], everything[test]) for train, test in splitter.split(X, y, groups)]


def measure_test_over_train(folds):
    """Size of the test folds over the size of their training sets."""
    return sum(len(test) for _, test in folds) / sum(len(train) for train, _ in folds)


def make_folds(y, groups, *, stratified, n_folds=None, way_out):
    """Return a splitter of the training rows that keeps groups whole, if there are any.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    groups : array-like of shape (n_samples,) or None
    stratified : bool
        Whether every fold has its share of each class.
    n_folds : int, default=None
        None is five, or as many as samples, groups, and samples of the largest class allow. Samples
        are shuffled then, with a seed of 0: those that stand together in a file are often alike, and
        folds of neighbors make every model look worse than it is, some more than others.
    way_out : str
        For error messages.

    Returns
    -------
    splitter : object

    Raises
    ------
    ValueError
        If not even two folds can be made.
    """
    shuffled = {"shuffle": True, "random_state": 0} if n_folds is None else {}
    if n_folds is None:
        n_folds = min(N_FOLDS, _most_folds(y, groups, stratified, way_out))
    if groups is not None:
        return group_folds(stratified)(n_folds)
    return (StratifiedKFold if stratified else KFold)(n_folds, **shuffled)


def _most_folds(y, groups, stratified, way_out):
    limits = {"there is one sample": len(y)}
    if groups is not None:
        limits["all samples are of one group"] = len(np.unique(groups))
    if stratified:
        limits["no class has two samples"] = np.unique(y, return_counts=True)[1].max()
    for complaint, limit in limits.items():
        if limit < 2:
            raise ValueError(f"{complaint}, and cross-validation needs two; {way_out}")
    return min(limits.values())
