"""What a net is to predict, and how its scores become predictions: classes, labels, or numbers."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit


class Classes(NamedTuple):
    """One of several classes."""

    classes: np.ndarray  # (n_classes,)
    prior: np.ndarray  # (n_classes,): share of the weight of each

    loss = "cross_entropy"
    noun = "classes"

    @property
    def n_outputs(self):
        return len(self.classes)

    def encode(self, y):
        """Positions of the labels among the classes."""
        return np.searchsorted(self.classes, y)

    def predict_proba(self, scores, occupied):
        """Probabilities of the classes; those of `prior` where a sample has no modality."""
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))  # for one row faster than softmax
        return np.where(occupied[:, np.newaxis], odds / odds.sum(axis=1, keepdims=True), self.prior)

    def predict(self, scores, occupied):
        """The most probable class."""
        return self.classes[self.predict_proba(scores, occupied).argmax(axis=1)]


class Labels(NamedTuple):
    """Any number of labels, each with a column of y that is 1 where it applies and 0 elsewhere."""

    prior: np.ndarray  # (n_labels,): share of the weight of samples with the label
    dtype: np.dtype  # of y

    loss = "binary_cross_entropy"
    noun = "labels"

    @property
    def n_outputs(self):
        return len(self.prior)

    @property
    def classes(self):
        """Columns of y."""
        return np.arange(len(self.prior))

    def encode(self, y):
        """Zeros and ones as numbers."""
        return y.astype(np.float64)

    def predict_proba(self, scores, occupied):
        """Probability of each label."""
        return np.where(occupied[:, np.newaxis], expit(scores), self.prior)

    def predict(self, scores, occupied):
        """Labels that are more probable than not."""
        return (self.predict_proba(scores, occupied) > 0.5).astype(self.dtype)


class Numbers(NamedTuple):
    """One or more numbers, which the net sees with mean 0 and standard deviation 1."""

    mean: np.ndarray  # (n_targets,)
    scale: np.ndarray  # (n_targets,); 1 for a constant target
    is_vector: bool  # whether y is a vector

    loss = "squared_error"

    @property
    def n_outputs(self):
        return len(self.mean)

    @property
    def statistics(self):
        """Mean and scale, as numbers where y is a vector."""
        if self.is_vector:
            return float(self.mean[0]), float(self.scale[0])
        return self.mean, self.scale

    def encode(self, y):
        """Standardized numbers, (n_samples, n_targets)."""
        return (y.reshape(len(y), -1) - self.mean) / self.scale

    def predict(self, scores, occupied):
        """Numbers in the units and the form of y; the mean where a sample has no modality."""
        numbers = np.where(occupied[:, np.newaxis], scores, 0.0) * self.scale + self.mean
        return numbers[:, 0] if self.is_vector else numbers


class Goal(NamedTuple):
    """A target, and what the loss compares the scores for it with."""

    target: object  # Classes, Labels or Numbers
    y: np.ndarray  # as the target encodes it
    weight: np.ndarray  # (n_samples,), or (n_samples, n_outputs) for labels

    @property
    def weight_of_samples(self):
        """Weights of the samples, (n_samples,)."""
        return self.weight if self.weight.ndim == 1 else self.weight.mean(axis=1)


def read_classes(y, weight, classes=None):
    """Collect classes and their shares.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,)
    classes : ndarray of shape (n_classes,), default=None
        All there will be, sorted; None takes those of y.

    Returns
    -------
    target : Classes
    """
    classes = np.unique(y) if classes is None else classes
    prior = np.bincount(np.searchsorted(classes, y), weight, minlength=len(classes))
    # Without any weight there are no shares, and an error soon after.
    return Classes(classes, prior / (prior.sum() or 1.0))


def read_labels(y, weight):
    """Collect the shares of labels, in an indicator matrix of shape (n_samples, n_labels)."""
    return Labels(np.average(y, axis=0, weights=weight), y.dtype)


def read_numbers(y, weight):
    """Collect weighted means and standard deviations, of shape (n_samples,) or (n_samples, n_targets)."""
    columns = y.reshape(len(y), -1)
    mean = np.average(columns, axis=0, weights=weight)
    scale = np.sqrt(np.average((columns - mean) ** 2, axis=0, weights=weight))
    return Numbers(mean, np.where(scale > 0, scale, 1.0), y.ndim == 1)
