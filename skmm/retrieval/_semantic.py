"""Describe samples of any modality by the classes they may belong to."""

import numpy as np
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skmm._threads import one_thread
from skmm._validation import ModalityError
from skmm.fusion._early.row_products import row_products


class ClassPosteriors:
    """Probabilities of classes by logistic regression, one model per modality.

    Probabilities are comparable across modalities, whatever the features that they come from.
    """

    def fit(self, features, y):
        """Learn from dicts, by modality, of features (n, d) and of classes (n,)."""
        self.models = {}
        with one_thread():
            for name, rows in features.items():
                _check_classes(y[name], name)
                scaler = StandardScaler().fit(rows)
                model = LogisticRegression(max_iter=1000).fit(scaler.transform(rows), y[name])
                self.models[name] = scaler, model
        self.classes = np.unique(
            np.concatenate([model.classes_ for _, model in self.models.values()])
        )
        return self

    def embed(self, name, rows):
        """Probabilities of all classes, (n, n_classes); each row as if it were alone."""
        scaler, model = self.models[name]
        with one_thread():
            scores = row_products(scaler.transform(rows), model.coef_.T) + model.intercept_
        known = softmax(scores, axis=1)
        if len(model.classes_) == 2:
            known = np.hstack([expit(-scores), expit(scores)])
        probabilities = np.zeros((len(rows), len(self.classes)))
        probabilities[:, np.searchsorted(self.classes, model.classes_)] = known
        return probabilities


def _check_classes(y, name):
    classes = np.unique(y).tolist()
    if len(classes) < 2:
        raise ModalityError(
            f"its samples are of one class, {classes}, and classes are learned for each modality; give "
            "at least two in each, or set semantic=None",
            modality=name,
        )
