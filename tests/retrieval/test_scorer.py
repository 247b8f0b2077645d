"""Scorers in scikit-learn's tools, against the metrics over all scores at once."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion
from skmm.retrieval import (
    CrossModalRetriever,
    mean_average_precision,
    mean_reciprocal_rank,
    median_rank,
    recall_at_k,
    retrieval_scorer,
)

RANKED = {
    "recall_at_k": lambda *scores: recall_at_k(*scores, k=3),
    "mean_reciprocal_rank": mean_reciprocal_rank,
    "neg_median_rank": lambda *scores: -median_rank(*scores),
}


@pytest.fixture
def retriever(pairs):
    return CrossModalRetriever().fit(pairs)


def similarities(retriever, X):
    return retriever.embed(X, "image") @ retriever.embed(X, "text").T


@pytest.mark.parametrize("metric", RANKED)
def test_a_score_is_the_mean_of_both_directions(metric, retriever, others):
    S, partners = similarities(retriever, others), np.arange(60)
    expected = np.mean([RANKED[metric](partners, scores) for scores in (S, S.T)])
    assert_allclose(retrieval_scorer(metric, k=3)(retriever, others), expected)


def test_average_precision_takes_equal_y_for_matches(retriever, others):
    S, y = similarities(retriever, others), np.arange(60) % 5
    same = y[:, np.newaxis] == y
    expected = np.mean([mean_average_precision(same, scores) for scores in (S, S.T)])
    score = retrieval_scorer("mean_average_precision")(retriever, others, y)
    assert_allclose(score, expected, rtol=1e-6)


def test_average_precision_needs_y(retriever, others):
    with pytest.raises(ValueError, match="give y"):
        retrieval_scorer("mean_average_precision")(retriever, others)


def test_a_y_of_another_length_is_refused(retriever, others):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        retrieval_scorer("mean_average_precision")(retriever, others, [0, 1])


def test_what_finds_nothing_has_no_score(others):
    with pytest.raises(TypeError, match="a Ridge finds nothing; give a fitted CrossModalRetriever"):
        retrieval_scorer()(Ridge(), others)


def test_a_retriever_is_found_in_pipelines_and_searches(pairs, others):
    score = retrieval_scorer("mean_reciprocal_rank")
    expected = score(CrossModalRetriever().fit(pairs), others)
    search = GridSearchCV(CrossModalRetriever(), {"n_components": [64]}, cv=2)
    blocks = MultimodalFusion([(name, "passthrough") for name in pairs], fusion=None)
    for model in (
        make_pipeline(CrossModalRetriever()),
        make_pipeline(blocks, CrossModalRetriever()),
        make_pipeline(blocks, search),
        GridSearchCV(make_pipeline(search), {"gridsearchcv__cv": [2]}, cv=2),
    ):
        assert_allclose(score(model.fit(pairs), others), expected)


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="'metric' parameter.*'nonsense'"):
        retrieval_scorer("nonsense")


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_searches_and_cross_validation_take_scorers_and_none(pairs, n_jobs):
    scorer = pickle.loads(pickle.dumps(retrieval_scorer("mean_reciprocal_rank")))
    scores = cross_val_score(CrossModalRetriever(), pairs, cv=3, scoring=scorer, n_jobs=n_jobs)
    assert np.isfinite(scores).all()
    grid = {"crossmodalretriever__n_components": [2, 4]}
    features = [("image", "passthrough"), ("text", "passthrough")]
    model = make_pipeline(MultimodalFusion(features, fusion=None), CrossModalRetriever())
    for scoring in (scorer, None):
        search = GridSearchCV(model, grid, cv=3, scoring=scoring, n_jobs=n_jobs).fit(pairs)
        two, four = search.cv_results_["mean_test_score"]
        assert four > two or (scoring is None and four == two == 1)
