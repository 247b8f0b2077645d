"""Bring the probabilities of a member closer to how often it is right.

The calibrators are those of :class:`sklearn.calibration.CalibratedClassifierCV`, fitted on
out-of-fold predictions that are there already: so folds may keep groups or time apart, and nothing is
fitted twice.
"""

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from skmm.fusion._late.rules import SMALLEST

METHODS = ("sigmoid", "isotonic", "temperature")


class Calibrator(NamedTuple):
    """Calibrates the probabilities of those classes that it was fitted on."""

    model: CalibratedClassifierCV
    seen: np.ndarray  # (n_seen,) int, among the classes of the target

    def apply(self, probabilities):
        """Return calibrated probabilities; those of classes that were not seen stay as they are."""
        calibrated = probabilities.copy()
        mass = _mass_of(probabilities, self.seen)
        calibrated[:, self.seen] = mass * self.model.predict_proba(
            probabilities[:, self.seen] / mass
        )
        return calibrated


def fit_calibrators(probabilities, codes, slices, method):
    """Fit one calibrator per target.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_outputs)
        Out-of-fold predictions of one member.
    codes : ndarray of shape (n_samples, n_targets), int
        The true classes by position.
    slices : list of slice
        The columns of each target.
    method : {"sigmoid", "isotonic", "temperature"}

    Returns
    -------
    calibrators : list of Calibrator or None
        None for a target of which the samples show one class only.
    """
    targets = zip(codes.T, slices, strict=True)
    return [_fit(probabilities[:, part], column, method) for column, part in targets]


def calibrate(calibrators, probabilities, slices):
    """Apply the calibrators of one member, target by target."""
    calibrated = probabilities.copy()
    for calibrator, part in zip(calibrators, slices, strict=True):
        if calibrator is not None:
            calibrated[:, part] = calibrator.apply(probabilities[:, part])
    return calibrated


def calibrate_out_of_fold(probabilities, codes, slices, method, folds):
    """Calibrate the predictions of each fold by a calibrator that is fitted on the other folds.

    Parameters
    ----------
    probabilities, codes, slices, method
        As in :func:`fit_calibrators`.
    folds : ndarray of shape (n_samples,), int
        In which fold each sample is tested.

    Returns
    -------
    calibrated : ndarray of shape (n_samples, n_outputs)
    """
    calibrated = probabilities.copy()
    for fold in np.unique(folds):
        here = folds == fold
        if here.all():
            break
        fitted = fit_calibrators(probabilities[~here], codes[~here], slices, method)
        calibrated[here] = calibrate(fitted, probabilities[here], slices)
    return calibrated


def _fit(probabilities, codes, method):
    seen, codes = np.unique(codes, return_inverse=True)
    if len(seen) < 2:
        return None
    mass = _mass_of(probabilities, seen)
    given = (_LogOdds() if method == "sigmoid" else _Probabilities()).fit(None, codes)
    everything = np.arange(len(codes))
    model = CalibratedClassifierCV(
        FrozenEstimator(given), method=method, cv=[(everything, everything)]
    )
    model.fit(probabilities[:, seen] / mass, codes)
    model.cv = None  # as long as the data, and done with
    return Calibrator(model, seen)


def _mass_of(probabilities, seen):
    """What the classes that were seen have of each row: all of it where they are all, rounding aside."""
    if len(seen) == probabilities.shape[1]:
        return 1.0
    return np.maximum(probabilities[:, seen].sum(axis=1, keepdims=True), SMALLEST)


class _Given(ClassifierMixin, BaseEstimator):
    """A classifier whose samples are what another one predicted for them."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return X.argmax(axis=1)


class _Probabilities(_Given):
    def predict_proba(self, X):
        return X


class _LogOdds(_Given):
    """The scale on which Platt's sigmoid is fitted."""

    def decision_function(self, X):
        odds = np.log(np.maximum(X, SMALLEST)) - np.log(np.maximum(1 - X, SMALLEST))
        return odds[:, 1] if odds.shape[1] == 2 else odds
