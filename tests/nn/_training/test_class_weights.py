"""Weights of classes against scikit-learn's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.utils import compute_class_weight

from skmm.nn._training.class_weights import class_weights

Y, CLASSES = np.array([0, 0, 0, 1, 2]), np.arange(3)


@pytest.mark.parametrize("given", [None, "balanced", {1: 2.0}])
def test_weights_are_those_of_scikit_learn(given):
    expected = compute_class_weight(given, classes=CLASSES, y=Y)
    assert_allclose(class_weights(given, CLASSES, Y, np.ones(5)), expected)


def test_a_class_without_weight_does_not_count():
    weight = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    balanced = class_weights("balanced", CLASSES, Y, weight)
    assert_allclose(balanced[:2], compute_class_weight("balanced", classes=CLASSES[:2], y=Y[:4]))


@pytest.mark.parametrize("weight", [np.nan, -1.0, np.inf])
def test_weights_must_be_finite_and_not_negative(weight):
    with pytest.raises(ValueError, match="class_weight=.* must hold finite numbers, at least 0"):
        class_weights({0: weight}, CLASSES, Y, np.ones(5))
