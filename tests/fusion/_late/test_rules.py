"""The golden row of FUSION: each class wins under some rule, so a swapped rule cannot pass."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import entropy

from skmm.fusion._late.rules import (
    CLASSIFIER_RULES,
    bayes,
    confidence_shares,
    mean,
    median,
    product,
    vote,
)

ROW = np.array([[[0.6, 0.3, 0.1]], [[0.1, 0.5, 0.4]], [[0.2, 0.2, 0.6]]])
PRIOR = np.array([0.5, 0.3, 0.2])
ALL = np.ones((1, 3), dtype=bool)
NO_THIRD = np.array([[True, True, False]])


@pytest.mark.parametrize(
    ("rule", "present", "weights", "expected"),
    [
        ("mean", ALL, [1, 1, 1], [0.300000, 0.333333, 0.366667]),
        ("product", ALL, [1, 1, 1], [0.181818, 0.454545, 0.363636]),
        ("max", ALL, [1, 1, 1], [0.352941, 0.294118, 0.352941]),
        ("min", ALL, [1, 1, 1], [0.250000, 0.500000, 0.250000]),
        ("median", ALL, [1, 1, 1], [0.222222, 0.333333, 0.444444]),
        ("vote", ALL, [1, 1, 1], [1 / 3, 1 / 3, 1 / 3]),
        ("borda", ALL, [1, 1, 1], [0.277778, 0.388889, 0.333333]),
        ("bayes", ALL, [1, 1, 1], [0.048913, 0.339674, 0.611413]),
        ("evidence", ALL, [0.8, 0.5, 0.6], [0.385742, 0.333149, 0.281108]),
        ("confidence", ALL, [1, 1, 1], [0.304376, 0.333146, 0.362478]),
        ("mean", NO_THIRD, [1, 1, 1], [0.350000, 0.400000, 0.250000]),
        ("bayes", NO_THIRD, [1, 1, 1], [0.146341, 0.609756, 0.243902]),
        ("product", ALL, [1 / 3] * 3, [0.276462, 0.375217, 0.348321]),
    ],
)
def test_rule_gives_the_golden_probabilities(rule, present, weights, expected):
    combined = CLASSIFIER_RULES[rule](ROW, present, np.array(weights), PRIOR)
    assert_allclose(combined[0], expected, atol=2e-6)  # the vote's tie break moves the sixth digit


def test_a_tied_vote_goes_to_the_class_of_the_largest_mean():
    assert vote(ROW, ALL, np.ones(3), PRIOR)[0].argmax() == 2


def test_a_vote_counts_the_weights_of_the_members_for_a_class():
    assert_allclose(vote(ROW, ALL, np.array([3.0, 1.0, 1.0]), PRIOR)[0], [0.6, 0.2, 0.2], atol=1e-5)


def test_confidence_weights_are_the_golden_gate():
    shares = confidence_shares(ROW, ALL, np.ones(3))
    assert_allclose(shares[0] / shares.sum(), [0.343288, 0.329390, 0.327321], atol=1e-6)


def test_confidence_lies_between_the_mean_and_the_most_confident_member():
    assert_allclose(confidence_shares(ROW, ALL, np.ones(3), beta=0), np.ones((1, 3)))
    shares = confidence_shares(ROW, ALL, np.ones(3), beta=1e4)[0]
    assert shares.argmax() == entropy(ROW[:, 0], axis=1).argmin()
    assert_allclose(np.delete(shares / shares.max(), shares.argmax()), 0, atol=1e-12)


def test_mean_with_weights_is_the_weighted_average():
    weights = np.array([3.0, 1.0, 2.0])
    assert_allclose(mean(ROW, ALL, weights, PRIOR), np.average(ROW, axis=0, weights=weights))


def test_bayes_with_the_weights_of_one_member_is_the_geometric_mean():
    weights = np.full(3, 1 / 3)
    assert_allclose(bayes(ROW, ALL, weights, PRIOR), product(ROW, ALL, weights, PRIOR))


@pytest.mark.parametrize("rule", CLASSIFIER_RULES.values(), ids=CLASSIFIER_RULES)
@pytest.mark.parametrize("junk", [np.float64(1e6), np.float64(0.0), np.float64(0.5)])
def test_what_lies_in_an_absent_member_does_not_count(rule, junk):
    filled = ROW.copy()
    filled[2] = junk
    weights = np.full(3, 0.7)
    expected = rule(ROW[:2], NO_THIRD[:, :2], weights[:2], PRIOR)
    assert_allclose(rule(filled, NO_THIRD, weights, PRIOR), expected)


@pytest.mark.parametrize("rule", CLASSIFIER_RULES.values(), ids=CLASSIFIER_RULES)
def test_rules_are_finite_and_sum_to_one_at_the_extremes(rule):
    certain = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    weights = np.full(2, 0.999)
    combined = rule(certain, np.ones((1, 2), dtype=bool), weights, np.array([0.5, 0.5]))
    assert_allclose(combined, [[0.5, 0.5]])
    nobody = rule(certain, np.zeros((1, 2), dtype=bool), weights, np.array([0.5, 0.5]))
    assert np.isfinite(nobody).all()


@pytest.mark.parametrize("rule", CLASSIFIER_RULES.values(), ids=CLASSIFIER_RULES)
def test_the_order_of_members_does_not_matter(rule, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    predictions, present = rng.dirichlet(np.ones(3), size=(4, 20)), rng.random((20, 4)) < 0.7
    present[:, 0] = True
    weights, order = rng.random(4), [2, 0, 3, 1]
    expected = rule(predictions, present, weights, PRIOR)
    assert_allclose(expected.sum(axis=1), 1)
    shuffled = rule(predictions[order], present[:, order], weights[order], PRIOR)
    assert_allclose(shuffled, expected, atol=1e-12)


def test_median_is_numpys_over_the_present_members():
    rng = np.random.default_rng(0)
    predictions, present = rng.normal(size=(4, 6, 1)), rng.random((6, 4)) < 0.7
    present[:, 0] = True
    expected = [np.median(predictions[here, row, 0]) for row, here in enumerate(present)]
    assert_allclose(median(predictions, present, np.ones(4), None)[:, 0], expected)
