import numpy as np
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression

from skmm.fusion._late.final_estimator import FinalLogisticRegression


def test_of_several_classes_it_is_logistic_regression():
    rng = np.random.default_rng(0)
    X, y, weights = rng.normal(size=(40, 3)), rng.integers(3, size=40), rng.random(40)
    found = FinalLogisticRegression(C=0.1).fit(X, y, sample_weight=weights)
    expected = LogisticRegression(C=0.1).fit(X, y, sample_weight=weights)
    assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


def test_of_one_class_it_is_certain():
    model = FinalLogisticRegression().fit(np.zeros((5, 2)), np.full(5, "a"))
    assert model.classes_.tolist() == ["a"]
    assert_array_equal(model.predict_proba(np.ones((3, 2))), np.ones((3, 1)))
