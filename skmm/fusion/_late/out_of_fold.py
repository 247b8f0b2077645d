"""Predictions for rows that the predicting member was not fitted on."""

from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier
from sklearn.utils.parallel import Parallel, delayed

from skmm._validation import ModalityError
from skmm.fusion._folds import split_rows
from skmm.fusion._members import run_on_present_rows


class OutOfFold(NamedTuple):
    """What members predict for rows that they were not fitted on."""

    predictions: np.ndarray  # (n_members, n_samples, n_outputs); 0 where not known
    known: np.ndarray  # (n_samples, n_members), bool
    folds: np.ndarray  # (n_samples,), int: where a row was tested; -1 nowhere

    def take(self, rows):
        return OutOfFold(self.predictions[:, rows], self.known[rows], self.folds[rows])


def make_splits(estimator, y, groups):
    """Splits of the training rows by the ``cv`` of `estimator`, each row tested once at most.

    A number of folds is stratified for classifiers, and with groups no group is torn apart.
    ``cv=None`` is five folds, or as many as there can be.

    Parameters
    ----------
    estimator : object
        Has a parameter ``cv``.
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    groups : array-like of shape (n_samples,) or None

    Returns
    -------
    splits : list of (train, test)

    Raises
    ------
    ValueError
        If a row is tested twice, or there are too few rows, groups or samples of a class.
    """
    cv = estimator.cv
    way_out = "give a cv, or a rule without out-of-fold predictions"
    options = {"stratified": is_classifier(estimator), "way_out": way_out}
    splits = split_rows(cv, np.zeros((len(y), 1)), y, groups, **options)
    tested = np.concatenate([test for _, test in splits])
    if len(np.unique(tested)) < len(tested):
        raise ValueError(
            f"cv={cv!r} tests some rows more than once, and rules that learn from out-of-fold "
            "predictions need one per row; use KFold or one of its relatives"
        )
    return splits


def out_of_fold(
    members, columns, y, splits, params, *, predict, n_outputs, index, n_jobs, impute=None
):
    """Predict with every member the rows that it was not fitted on.

    All members share the splits, so no row's target reaches its own prediction by way of another
    modality.

    Parameters
    ----------
    members : list of Member
    columns : list of Column
        What the members are given.
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    splits : list of (train, test)
    params : dict of dict
        Metadata for the ``fit`` of each member, by modality.
    predict : callable
        ``predict(fitted, rows)`` returns an array of shape (n_rows, n_outputs).
    n_outputs : int
    index : Index or None
    n_jobs : int or None
    impute : callable, default=None
        ``impute(train)`` returns the columns with their gaps filled by what these rows tell. That is a
        copy of X, so it is made in the task that needs it, once per fold.

    Returns
    -------
    result : OutOfFold

    Raises
    ------
    ModalityError
        If a modality is missing in all training rows, or all test rows, of every fold.
    """
    numbers = range(len(members))
    shares = [[number] for number in numbers] if impute is None else [list(numbers)]
    tasks = [(share, train, test) for train, test in splits for share in shares]
    results = Parallel(n_jobs=n_jobs)(
        delayed(_run_fold)(
            [members[number] for number in share],
            [columns[number] for number in share] if impute is None else partial(impute, train),
            y,
            train,
            test,
            params,
            predict,
            index,
        )
        for share, train, test in tasks
    )
    predictions = np.zeros((len(members), len(y), n_outputs))
    known = np.zeros((len(y), len(members)), dtype=bool)
    for (share, _, _), found in zip(tasks, results, strict=True):
        for number, (rows, values) in zip(share, found, strict=True):
            if values is not None:
                predictions[number, rows] = values
                known[rows, number] = True
    for member, is_known in zip(members, known.T, strict=True):
        if not is_known.any():
            raise ModalityError(
                "missing in all training rows, or all test rows, of every inner fold; use another "
                "cv, or a rule without out-of-fold predictions",
                modality=member.modality,
            )
    folds = np.full(len(y), -1)
    for number, (_, test) in enumerate(splits):
        folds[test] = number
    return OutOfFold(predictions, known, folds)


def fit_member(member, rows, y, params):
    """A clone of the member's estimator, fitted."""
    return clone(member.estimator).fit(rows, y, **params)


def predict_member(member, rows, y, params, predict):
    """Predictions of a member's fitted estimator."""
    return predict(member.estimator, rows)


def _part(column, rows):
    """The column as if it were present in `rows` only."""
    chosen = np.zeros(len(column.present), dtype=bool)
    chosen[rows] = True
    return column._replace(present=column.present & chosen)


def _run_fold(members, columns, y, train, test, params, predict, index):
    """For each member the tested rows, (n_samples,) bool, and its predictions or None."""
    columns = columns() if callable(columns) else columns
    found = []
    for member, column in zip(members, columns, strict=True):
        tested = _part(column, test)
        own = params.get(member.modality, {})
        values = None
        if tested.present.any():
            values = _fit_and_predict(member, _part(column, train), tested, y, own, predict, index)
        found.append((tested.present, values))
    return found


def _fit_and_predict(member, train, test, y, params, predict, index):
    fitted = run_on_present_rows(_fit_in_fold, member, train, y, params, index=index)
    if fitted is None:
        return None
    member = member._replace(estimator=fitted)
    function = partial(predict_member, predict=predict)
    return run_on_present_rows(function, member, test, None, {}, index=index)


def _fit_in_fold(member, rows, y, params):
    """As :func:`fit_member`; where a fold is left with one class, that class is what is learned.

    Where one of several targets is, and the member cannot be fitted, there is none: the fold stays
    unknown.
    """
    if not is_classifier(member.estimator) or (y[1:] != y[:-1]).any(axis=0).all():
        return fit_member(member, rows, y, params)
    if y.ndim == 1:
        return DummyClassifier().fit(np.zeros((len(y), 1)), y)
    try:
        return fit_member(member, rows, y, params)
    except ValueError:
        return None
