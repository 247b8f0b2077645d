"""What learns from the predictions of members, unless another estimator is given."""

import numpy as np
from sklearn.linear_model import LogisticRegression


class FinalLogisticRegression(LogisticRegression):
    """Logistic regression that takes samples of one class too, and then is certain of it.

    The rows that a rule learns from may all be of one class where classes are rare, or splits leave
    rows out.
    """

    def fit(self, X, y, sample_weight=None):
        """Fit the model, or take the only class there is."""
        classes = np.unique(y)
        if len(classes) > 1:
            return super().fit(X, y, sample_weight=sample_weight)
        self.classes_, self.n_features_in_ = classes, X.shape[1]
        return self

    def predict_proba(self, X):
        """Predict probabilities, (n_samples, n_classes)."""
        return super().predict_proba(X) if len(self.classes_) > 1 else np.ones((len(X), 1))
