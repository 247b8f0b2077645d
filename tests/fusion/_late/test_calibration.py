"""Calibration against scikit-learn's on the same folds, and the golden temperature."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from skmm.fusion._late.calibration import (
    METHODS,
    calibrate,
    calibrate_out_of_fold,
    fit_calibrators,
)

P = np.array([[0.9, 0.1], [0.8, 0.2], [0.95, 0.05], [0.3, 0.7]])
CODES = np.array([[0], [0], [1], [1]])
ONE = [slice(0, 2)]
FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


def data(n_classes):
    return make_classification(
        200, 6, n_informative=4, n_classes=n_classes, flip_y=0.2, random_state=0
    )


def test_the_temperature_is_the_golden_one():
    [calibrator] = fit_calibrators(P, CODES, ONE, "temperature")
    beta = calibrator.model.calibrated_classifiers_[0].calibrators[0].beta_
    assert_allclose([1 / beta, beta], [5.329652, 0.187630], atol=1e-6)
    assert_allclose(log_loss(CODES, calibrator.apply(P)), 0.675877, atol=1e-6)
    assert_allclose(log_loss(CODES, P), 0.920228, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "model", "n_classes"),
    [
        ("temperature", LogisticRegression(), 2),
        ("temperature", LogisticRegression(), 3),
        ("temperature", GaussianNB(), 3),
        ("sigmoid", LogisticRegression(), 2),
        ("isotonic", GaussianNB(), 2),
        ("isotonic", GaussianNB(), 3),
    ],
)
def test_it_is_scikit_learns_on_the_same_folds(method, model, n_classes):
    X, y = data(n_classes)
    slices, codes = [slice(0, n_classes)], y[:, None]
    given = cross_val_predict(model, X, y, cv=FOLDS, method="predict_proba")
    calibrators = fit_calibrators(given, codes, slices, method)
    found = calibrate(calibrators, model.fit(X, y).predict_proba(X), slices)
    peer = CalibratedClassifierCV(model, method=method, cv=FOLDS, ensemble=False).fit(X, y)
    assert_allclose(found, peer.predict_proba(X), atol=1e-5)  # both end an iteration at 1e-6


@pytest.mark.parametrize("n_classes", [2, 4])
def test_temperature_keeps_the_decision_and_lowers_the_loss(n_classes, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    given = rng.dirichlet(np.full(n_classes, 0.3), size=100)
    codes, slices = rng.integers(n_classes, size=(100, 1)), [slice(0, n_classes)]
    found = calibrate(fit_calibrators(given, codes, slices, "temperature"), given, slices)
    assert_array_equal(found.argmax(axis=1), given.argmax(axis=1))
    labels = np.arange(n_classes)
    assert log_loss(codes, found, labels=labels) <= log_loss(codes, given, labels=labels)


@pytest.mark.parametrize("method", METHODS)
def test_each_target_is_calibrated_by_itself(method):
    slices = [slice(0, 2), slice(2, 4)]
    both = np.hstack([P, P[::-1]])
    codes = np.hstack([CODES, CODES[::-1]])
    found = calibrate(fit_calibrators(both, codes, slices, method), both, slices)
    alone = calibrate(fit_calibrators(P, CODES, ONE, method), P, ONE)
    assert_allclose(found, np.hstack([alone, alone[::-1]]), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_class_that_was_not_seen_keeps_its_probability(method):
    given = np.column_stack([P * 0.9, np.full(4, 0.1)])
    found = calibrate(fit_calibrators(given, CODES, [slice(0, 3)], method), given, [slice(0, 3)])
    assert_allclose(found[:, 2], 0.1)
    alone = calibrate(fit_calibrators(P, CODES, ONE, method), P, ONE)
    assert_allclose(found[:, :2], 0.9 * alone, atol=1e-9)


def test_one_class_leaves_probabilities_as_they_are():
    calibrators = fit_calibrators(P, np.zeros((4, 1), dtype=int), ONE, "isotonic")
    assert calibrators == [None]
    assert_array_equal(calibrate(calibrators, P, ONE), P)


def test_each_fold_is_calibrated_by_the_others():
    X, y = data(2)
    given = cross_val_predict(GaussianNB(), X, y, cv=FOLDS, method="predict_proba")
    folds = np.empty(200, dtype=int)
    for fold, (_, test) in enumerate(FOLDS.split(X, y)):
        folds[test] = fold
    found = calibrate_out_of_fold(given, y[:, None], ONE, "sigmoid", folds)
    here = folds == 2
    fitted = fit_calibrators(given[~here], y[~here, None], ONE, "sigmoid")
    assert_array_equal(found[here], calibrate(fitted, given[here], ONE))
    assert_array_equal(
        calibrate_out_of_fold(given, y[:, None], ONE, "sigmoid", np.zeros(200)), given
    )


def test_isotonic_probabilities_of_members_that_round_above_one_are_at_most_one():
    rows = np.array([[1 + 2e-16 - 1e-9, 1e-9]] * 20 + [[0.2, 0.8]] * 20 + [[0.9, 0.1]] * 5)
    assert (rows.sum(axis=1) > 1).any()
    codes = np.repeat([0, 1, 0], [20, 20, 5])[:, None]
    found = calibrate(fit_calibrators(rows, codes, ONE, "isotonic"), rows, ONE)
    assert found.max() == 1


def test_sigmoids_of_several_classes_are_those_of_log_odds_one_against_the_rest():
    """Platt's sigmoid per class, found here by a general optimizer, and scaled to sum 1."""
    rng = np.random.default_rng(0)
    given = rng.dirichlet(np.ones(3), size=90)
    codes = np.array([rng.choice(3, p=row) for row in given])
    expected = np.empty_like(given)
    for label in range(3):
        odds = logit(given[:, label])
        n_in, n_out = np.sum(codes == label), np.sum(codes != label)
        wanted = np.where(codes == label, (n_in + 1) / (n_in + 2), 1 / (n_out + 2))

        def loss(ab, odds=odds, wanted=wanted):
            scores = -(ab[0] * odds + ab[1])
            return np.sum(np.logaddexp(0, scores) - wanted * scores)

        a, b = minimize(loss, [-1.0, 0.0], tol=1e-12).x
        expected[:, label] = expit(-(a * odds + b))
    expected /= expected.sum(axis=1, keepdims=True)
    slices = [slice(0, 3)]
    found = calibrate(fit_calibrators(given, codes[:, None], slices, "sigmoid"), given, slices)
    assert_allclose(
        found, expected, atol=1e-4
    )  # scikit-learn's optimizer ends at a gradient of 1e-6
