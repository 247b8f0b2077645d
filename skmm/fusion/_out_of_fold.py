"""Predictions for rows that the predicting member was not fitted on."""

from functools import partial

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv
from sklearn.utils.parallel import Parallel, delayed

from skmm._validation import ModalityError
from skmm.fusion._members import run_on_present_rows


def make_splits(estimator, y, groups):
    """Splits of the training rows by the ``cv`` of `estimator`, each row tested once.

    ``cv=None`` is five folds, stratified for classifiers. With groups no group is torn apart, and
    fewer than five of them make fewer folds.

    Parameters
    ----------
    estimator : object
        Has a parameter ``cv``.
    y : ndarray of shape (n_samples,)
    groups : array-like of shape (n_samples,) or None

    Returns
    -------
    splits : list of (train, test)

    Raises
    ------
    ValueError
        If the splits do not test every row exactly once.
    """
    cv, stratified = estimator.cv, is_classifier(estimator)
    if cv is None and groups is not None:
        n_splits = min(5, len(np.unique(groups)))
        if n_splits < 2:
            raise ValueError(
                "all samples are of one group, and out-of-fold predictions need two; give a cv, or "
                "no groups"
            )
        cv = StratifiedGroupKFold(n_splits) if stratified else GroupKFold(n_splits)
    splitter = check_cv(cv, y, classifier=stratified)
    splits = list(splitter.split(np.zeros((len(y), 1)), y, groups))
    tested = np.sort(np.concatenate([test for _, test in splits]))
    if not np.array_equal(tested, np.arange(len(y))):
        raise ValueError(
            f"cv={cv!r} does not test every row exactly once, as rules that learn from out-of-fold "
            "predictions need; use KFold or one of its relatives"
        )
    return splits


def out_of_fold(members, columns, y, splits, params, *, predict, n_outputs, index, n_jobs):
    """Out-of-fold predictions of every member, zero where its modality is missing.

    All members share the splits, so no row's target reaches its own prediction by way of another
    modality.

    Parameters
    ----------
    members : list of Member
    columns : list of Column
    y : ndarray of shape (n_samples,)
    splits : list of (train, test)
    params : dict of dict
        Metadata for the ``fit`` of each member, by modality.
    predict : callable
        ``predict(fitted, rows)`` returns an array of shape (n_rows, n_outputs).
    n_outputs : int
    index : Index or None
    n_jobs : int or None

    Returns
    -------
    predictions : ndarray of shape (n_members, n_samples, n_outputs)

    Raises
    ------
    ModalityError
        If a modality is missing in all training rows of a fold.
    """
    tasks = [
        (number, _part(column, train), _part(column, test))
        for number, column in enumerate(columns)
        for train, test in splits
    ]
    for number, train, _ in tasks:
        if not train.present.any():
            raise ModalityError(
                "missing in all training rows of an inner fold; use a cv whose folds all have the "
                "modality, fewer folds, or a rule without out-of-fold predictions",
                modality=members[number].modality,
            )
    results = Parallel(n_jobs=n_jobs)(
        delayed(_fit_and_predict)(
            members[number],
            train,
            test,
            y,
            params.get(members[number].modality, {}),
            predict,
            index,
        )
        for number, train, test in tasks
    )
    predictions = np.zeros((len(members), len(y), n_outputs))
    for (number, _, test), values in zip(tasks, results, strict=True):
        if values is not None:
            predictions[number, test.present] = values
    return predictions


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


def _fit_and_predict(member, train, test, y, params, predict, index):
    fitted = run_on_present_rows(fit_member, member, train, y, params, index=index)
    member = member._replace(estimator=fitted)
    function = partial(predict_member, predict=predict)
    return run_on_present_rows(function, member, test, None, {}, index=index)
