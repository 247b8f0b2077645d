"""Class posteriors against scikit-learn's pipeline of a scaler and logistic regression."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.retrieval._semantic import ClassPosteriors


@pytest.fixture
def features():
    rng = np.random.default_rng(0)
    return {"image": rng.normal(size=(60, 4)) * 10, "text": rng.normal(size=(60, 3))}


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_logistic_regression(features, n_classes):
    y = np.arange(60) % n_classes
    posteriors = ClassPosteriors().fit(features, dict.fromkeys(features, y))
    for name, rows in features.items():
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(rows, y)
        assert_allclose(posteriors.embed(name, rows), model.predict_proba(rows), atol=1e-12)


def test_a_class_that_one_modality_never_saw_has_probability_0_there(features):
    y = np.arange(60) % 3
    seen = y < 2
    features["text"] = features["text"][seen]
    posteriors = ClassPosteriors().fit(features, {"image": y, "text": y[seen]})
    probabilities = posteriors.embed("text", features["text"])
    assert probabilities.shape == (40, 3)
    assert not probabilities[:, 2].any()
    assert_allclose(probabilities.sum(axis=1), 1)


def test_a_row_does_not_depend_on_its_companions(features):
    y = np.arange(60) % 3
    posteriors = ClassPosteriors().fit(features, dict.fromkeys(features, y))
    whole = posteriors.embed("image", features["image"])
    for row in (0, 7, 59):
        assert_array_equal(posteriors.embed("image", features["image"][[row]])[0], whole[row])
