"""What late fusions are tested with: two modalities of iris, models for them, an observer, an oracle."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from skmm.fusion._late.rules import CLASSIFIER_RULES

COLUMNS = {"sepal": [0, 1], "petal": [2, 3]}
RULES = [*CLASSIFIER_RULES, "stacking", "greedy"]
MODELS = {"sepal": GaussianNB(), "petal": LogisticRegression()}


def members():
    return list(MODELS.items())


class Spy(ClassifierMixin, BaseEstimator):
    """Remember what it was given; predict the class shares."""

    def fit(self, X, y, sample_weight=None):
        self.seen_, self.y_, self.sample_weight_ = np.asarray(X), np.asarray(y), sample_weight
        self.classes_, self.counts_ = np.unique(y, return_counts=True)
        return self

    def predict_proba(self, X):
        return np.tile(self.counts_ / self.counts_.sum(), (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class Oracle(ClassifierMixin, BaseEstimator):
    """Predict the probabilities that its column holds."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return self.classes_[np.asarray(X).argmax(axis=1)]
