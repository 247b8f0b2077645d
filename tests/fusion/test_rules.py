"""The golden row of FUSION: each class wins under some rule, so a swapped rule cannot pass."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.fusion._rules import mean, median, product

ROW = np.array([[[0.6, 0.3, 0.1]], [[0.1, 0.5, 0.4]], [[0.2, 0.2, 0.6]]])
ALL = np.ones((1, 3), dtype=bool)
NO_THIRD = np.array([[True, True, False]])


@pytest.mark.parametrize(
    ("rule", "present", "weights", "expected"),
    [
        (mean, ALL, [1, 1, 1], [0.300000, 0.333333, 0.366667]),
        (mean, NO_THIRD, [1, 1, 1], [0.350000, 0.400000, 0.250000]),
        (product, ALL, [1, 1, 1], [0.181818, 0.454545, 0.363636]),
        (product, ALL, [1 / 3] * 3, [0.276462, 0.375217, 0.348321]),
    ],
)
def test_rule_gives_the_golden_probabilities(rule, present, weights, expected):
    assert_allclose(rule(ROW, present, np.array(weights))[0], expected, atol=1e-6)


def test_mean_with_weights_is_the_weighted_average():
    weights = np.array([3.0, 1.0, 2.0])
    assert_allclose(mean(ROW, ALL, weights), np.average(ROW, axis=0, weights=weights))


@pytest.mark.parametrize("rule", [mean, product, median])
@pytest.mark.parametrize("junk", [np.float64(1e6), np.float64(0.0)])
def test_what_lies_in_an_absent_member_does_not_count(rule, junk):
    filled = ROW.copy()
    filled[2] = junk
    weights = np.ones(3)
    assert_allclose(rule(filled, NO_THIRD, weights), rule(ROW[:2], NO_THIRD[:, :2], weights[:2]))


def test_product_of_an_impossible_class_stays_finite():
    certain = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    assert_allclose(product(certain, np.ones((1, 2), dtype=bool), np.ones(2)), [[0.5, 0.5]])


def test_median_is_numpys_over_the_present_members():
    rng = np.random.default_rng(0)
    predictions, present = rng.normal(size=(4, 6, 1)), rng.random((6, 4)) < 0.7
    present[:, 0] = True
    expected = [np.median(predictions[here, row, 0]) for row, here in enumerate(present)]
    assert_allclose(median(predictions, present, np.ones(4))[:, 0], expected)
