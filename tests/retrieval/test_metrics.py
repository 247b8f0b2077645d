"""Ranking metrics against scikit-learn and published values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import (
    average_precision_score,
    label_ranking_average_precision_score,
    top_k_accuracy_score,
)

from skmm.retrieval import (
    mean_average_precision,
    mean_reciprocal_rank,
    median_rank,
    recall_at_k,
)
from skmm.retrieval._metrics import ranks_of_matches
from tests.retrieval.toys import LABELS, S1

METRICS = [recall_at_k, median_rank, mean_reciprocal_rank, mean_average_precision]
PAIRS = np.arange(4)


@pytest.fixture
def scores(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=(30, 12))


@pytest.fixture
def matches(global_random_seed):
    drawn = np.random.default_rng(global_random_seed + 1).random((30, 12)) < 0.2
    drawn[np.arange(30), np.arange(30) % 12] = True
    return drawn


@pytest.mark.parametrize(
    ("S", "ranks", "at_1", "at_2", "middle", "reciprocal", "precision"),
    [
        (S1, [1, 1, 2, 4], 0.5, 0.75, 1.5, 0.6875, 0.645833),
        (S1.T, [3, 2, 1, 2], 0.25, 0.75, 2.0, 0.583333, 0.666667),
    ],
    ids=["rows", "columns"],
)
def test_values_are_the_published_ones(S, ranks, at_1, at_2, middle, reciprocal, precision):
    assert ranks_of_matches(PAIRS, S).tolist() == ranks
    assert recall_at_k(PAIRS, S, k=1) == at_1
    assert recall_at_k(PAIRS, S, k=2) == at_2
    assert median_rank(PAIRS, S) == middle
    assert_allclose(mean_reciprocal_rank(PAIRS, S), reciprocal, atol=1e-6)
    same = LABELS[:, np.newaxis] == LABELS
    assert_allclose(mean_average_precision(same, S), precision, atol=1e-6)


@pytest.mark.parametrize("k", [1, 3, 11])
def test_recall_is_scikit_learns_top_k_accuracy(scores, k):
    positions = np.arange(30) % 12
    expected = top_k_accuracy_score(positions, scores, k=k, labels=np.arange(12))
    assert recall_at_k(positions, scores, k=k) == expected


def test_average_precision_is_scikit_learns(scores, matches):
    expected = np.mean([average_precision_score(*row) for row in zip(matches, scores, strict=True)])
    assert_allclose(mean_average_precision(matches, scores), expected, rtol=1e-12)


def test_average_precision_takes_ties_as_scikit_learn_does(scores, matches):
    rounded = np.round(scores)
    expected = np.mean(
        [average_precision_score(*row) for row in zip(matches, rounded, strict=True)]
    )
    assert_allclose(mean_average_precision(matches, rounded), expected, rtol=1e-12)


def test_reciprocal_rank_is_scikit_learns_label_ranking_of_one_match(scores):
    one_hot = np.eye(12, dtype=int)[np.arange(30) % 12]
    expected = label_ranking_average_precision_score(one_hot, scores)
    assert_allclose(mean_reciprocal_rank(one_hot, scores), expected)


def test_of_several_matches_the_best_one_counts(scores, matches):
    order = np.argsort(-scores, axis=1)
    expected = [1 + np.flatnonzero(hit[row])[0] for hit, row in zip(matches, order, strict=True)]
    assert ranks_of_matches(matches, scores).tolist() == expected


def test_ties_are_broken_in_favor_of_the_match():
    assert ranks_of_matches([2, 0], np.zeros((2, 3))).tolist() == [1, 1]
    assert recall_at_k([2, 0], np.zeros((2, 3)), k=1) == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_positions_and_a_matrix_say_the_same(metric, scores):
    positions = np.arange(30) % 12
    assert metric(positions, scores) == metric(np.eye(12)[positions], scores)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([0, 1], "matches of 2 queries, and y_score has 4 rows"),
        ([0, 1, 2, 4], "match of query 3 is .*4.*from 0 to 3"),
        ([0, 1, 2, 0.5], "match of query 3 is .*0.5"),
        (np.ones((4, 3)), r"shape \(4, 3\), and y_score \(4, 4\)"),
        (2 * np.eye(4), r"a matrix of booleans"),
        (np.diag([1, 1, 0, 1]), "query 2 has no match"),
    ],
)
def test_matches_that_do_not_fit_are_refused(metric, y_true, message):
    with pytest.raises(ValueError, match=message):
        metric(y_true, S1)


@pytest.mark.parametrize("metric", METRICS)
def test_a_score_of_nan_is_refused(metric):
    scores = S1.copy()
    scores[1, 2] = np.nan
    with pytest.raises(ValueError, match="y_score contains NaN"):
        metric(PAIRS, scores)


@pytest.mark.parametrize("k", [0, 1.5])
def test_k_is_a_positive_integer(k):
    with pytest.raises(ValueError, match=f"k={k}; give the number of results"):
        recall_at_k(PAIRS, S1, k=k)
