"""From y to what a net learns, and back from its scores."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.preprocessing import StandardScaler

from skmm.nn._targets import Goal, read_classes, read_labels, read_numbers

SCORES = np.array([[2.0, -1.0], [0.5, 1.0], [3.0, 3.0]])
OCCUPIED = np.array([True, True, False])


def test_classes_are_encoded_by_position_and_decoded():
    target = read_classes(np.array(["b", "a", "b"]), np.array([1.0, 1.0, 2.0]))
    assert_array_equal(target.encode(np.array(["a", "b"])), [0, 1])
    assert_array_equal(target.prior, [0.25, 0.75])
    probabilities = target.predict_proba(SCORES, OCCUPIED)
    assert_allclose(probabilities[:2], softmax(SCORES[:2], axis=1))
    assert_array_equal(probabilities[2], target.prior)
    assert_array_equal(target.predict(SCORES, OCCUPIED), ["a", "b", "b"])


def test_labels_are_independent():
    target = read_labels(np.array([[1, 0], [1, 1], [0, 0]]), np.array([1.0, 1.0, 2.0]))
    assert_array_equal(target.prior, [0.5, 0.25])
    probabilities = target.predict_proba(SCORES, OCCUPIED)
    assert_allclose(probabilities, [*expit(SCORES[:2]), target.prior])
    assert_array_equal(target.predict(SCORES, OCCUPIED), [[1, 0], [1, 1], [0, 0]])
    assert target.predict(SCORES, OCCUPIED).dtype == int


def test_numbers_are_standardized_by_weight_and_back(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    y, weight = rng.normal(5, 3, size=(30, 2)), rng.uniform(size=30)
    scaler = StandardScaler().fit(y, sample_weight=weight)
    target = read_numbers(y, weight)
    assert_allclose(target.encode(y), scaler.transform(y))
    prediction = target.predict(SCORES, OCCUPIED)
    assert_allclose(prediction[:2], scaler.inverse_transform(SCORES[:2]))
    assert_allclose(prediction[2], scaler.mean_)


def test_a_vector_of_numbers_stays_one():
    target = read_numbers(np.array([1.0, 1.0, 1.0]), np.ones(3))
    assert target.statistics == (1.0, 1.0)
    assert_array_equal(target.predict(np.zeros((2, 1)), np.ones(2, dtype=bool)), [1.0, 1.0])


def test_weights_by_label_are_averaged_for_a_sample():
    goal = Goal(None, None, np.array([[1.0, 3.0], [0.0, 0.0]]))
    assert_array_equal(goal.weight_of_samples, [2.0, 0.0])
