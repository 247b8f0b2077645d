"""Scoring from one prediction."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, LogisticRegressionCV
from sklearn.metrics import f1_score, get_scorer, make_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmm.inspection._coalitions.scoring import Replay, needs_samples, read_scoring, score_blockwise

X, Y = load_iris(return_X_y=True)
BLOCKS = np.arange(150) % 5


class Counting(ClassifierMixin, BaseEstimator):
    """Counts how often it predicts."""

    def fit(self, X, y):
        self.model_ = KNeighborsClassifier().fit(X, y)
        self.classes_, self.n_calls_ = self.model_.classes_, 0
        return self

    def predict(self, X):
        self.n_calls_ += 1
        return self.model_.predict(X)

    def predict_proba(self, X):
        self.n_calls_ += 1
        return self.model_.predict_proba(X)


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (LogisticRegression(), "accuracy"),
        (make_pipeline("passthrough", LinearRegression()), "r2"),
        (make_pipeline(make_pipeline(LogisticRegression())), "accuracy"),
    ],
)
def test_the_usual_score_needs_predictions_only(estimator, name):
    scorer, found = read_scoring(estimator, None)
    assert found == name
    assert not needs_samples(scorer)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegressionCV(),
        GridSearchCV(LogisticRegressionCV(), {}),
        GridSearchCV(LogisticRegression(), {"C": [1]}, scoring=lambda estimator, X, y: 1.0),
    ],
)
def test_a_score_of_its_own_is_asked_for(estimator):
    scorer, name = read_scoring(estimator, None)
    assert name == "score"
    assert needs_samples(scorer)


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize(
    ("scoring", "refit", "name"),
    [
        (None, True, "accuracy"),
        ("f1_macro", True, "f1_macro"),
        (get_scorer("neg_log_loss"), True, "neg_log_loss"),
        (["accuracy", "f1_macro"], "f1_macro", "f1_macro"),
        ({"one": "accuracy", "two": "neg_log_loss"}, "two", "neg_log_loss"),
    ],
)
def test_the_score_of_a_search_is_the_one_it_chose_by(scoring, refit, name, fitted):
    search = GridSearchCV(LogisticRegression(), {"C": [0.01]}, scoring=scoring, refit=refit, cv=2)
    scorer, found = read_scoring(search.fit(X, Y) if fitted else search, None)
    assert found == name
    assert not needs_samples(scorer)
    search = search.fit(X, Y)
    assert scorer(search.best_estimator_, X, Y) == search.score(X, Y)


def test_a_search_of_a_search_scores_as_the_inner_one():
    inner = GridSearchCV(LogisticRegression(), {"C": [1]}, scoring="f1_macro")
    assert read_scoring(make_pipeline(GridSearchCV(inner, {})), None)[1] == "f1_macro"


def test_scores_have_names():
    assert read_scoring(LogisticRegression(), "f1_macro")[1] == "f1_macro"

    def agreement(estimator, X, y):
        return 1.0

    scorer, name = read_scoring(LogisticRegression(), agreement)
    assert name == "agreement"
    assert needs_samples(scorer)


@pytest.mark.parametrize(
    ("scorer", "name"),
    [
        (make_scorer(f1_score), "f1_score"),
        (get_scorer("neg_log_loss"), "neg_log_loss"),
        (make_scorer(partial(f1_score, average="macro")), "score"),
    ],
)
def test_a_scorer_is_named_after_its_function(scorer, name):
    assert read_scoring(LogisticRegression(), scorer) == (scorer, name)


@pytest.mark.parametrize(
    "scoring",
    ["accuracy", "neg_log_loss", "f1_macro", "roc_auc_ovr", "top_k_accuracy", "balanced_accuracy"],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_without_blocks_are_those_of_the_other_rows(scoring, weighted, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    weight = rng.uniform(0.5, 2, 150) if weighted else None
    model = Counting().fit(X + rng.normal(size=X.shape), Y)
    scorer = get_scorer(scoring)
    found = score_blockwise(scorer, model, X, Y, weight=weight, blocks=BLOCKS)
    assert model.n_calls_ == 1
    expected = []
    for kept in [BLOCKS >= 0, *(block != BLOCKS for block in range(5))]:
        given = {"sample_weight": weight[kept]} if weighted else {}
        expected.append(scorer(model, X[kept], Y[kept], **given))
    assert_allclose(found, expected, rtol=1e-12)
    assert score_blockwise(scorer, model, X, Y, weight=weight)[0] == expected[0]


def test_a_function_of_samples_is_given_samples():
    def score(estimator, X, y):
        return X[:, 0].sum() + y.sum()

    found = score_blockwise(score, Counting().fit(X, Y), X, Y, blocks=BLOCKS)
    expected = [(X[:, 0] + Y)[block != BLOCKS].sum() for block in range(5)]
    assert_allclose(found, [(X[:, 0] + Y).sum(), *expected])


@pytest.mark.parametrize("response", ["predict_proba", "decision_function"])
def test_scores_of_two_classes_are_those_of_scikit_learn(response):
    y = (Y > 0).astype(int)
    model = SVC().fit(X, y) if response == "decision_function" else KNeighborsClassifier().fit(X, y)
    scorer = make_scorer(roc_auc_score, response_method=response)
    assert score_blockwise(scorer, model, X, y)[0] == scorer(model, X, y)


def test_several_targets_are_scored():
    targets = np.column_stack([Y, Y > 0])
    model = KNeighborsClassifier().fit(X, targets)
    scorer = get_scorer("r2")
    assert score_blockwise(scorer, model, X, targets)[0] == scorer(model, X, targets)


def test_a_replay_has_what_its_estimator_has():
    replay = Replay(SVC().fit(X, Y), X, is_masked=False)
    assert not hasattr(replay, "predict_proba")
    assert replay.classes_.tolist() == [0, 1, 2]
    lists = Replay(KNeighborsClassifier().fit(X, np.column_stack([Y, Y])), X, is_masked=False)
    assert [part.shape for part in lists.predict_proba([3, 4])] == [(2, 3), (2, 3)]


@pytest.mark.parametrize("is_masked", [False, True])
def test_failures_of_a_score_are_its_own(is_masked):
    def fail(estimator, X, y):
        return estimator.predict(X).nothing

    def fail_on_predictions(y, predicted):
        raise ValueError("no score")

    model = KNeighborsClassifier().fit(X, Y)
    with pytest.raises(AttributeError, match="^'numpy.ndarray' object has no attribute 'nothing'"):
        score_blockwise(fail, model, X, Y, is_masked=is_masked)
    with pytest.raises(ValueError, match="^no score$"):
        score_blockwise(make_scorer(fail_on_predictions), model, X, Y, is_masked=is_masked)


def test_failures_on_null_cells_are_explained():
    model = KNeighborsClassifier().fit(X, Y)
    nulls = np.full_like(X, np.nan)
    for scorer in (get_scorer("accuracy"), lambda estimator, X, y: estimator.score(X, y)):
        with pytest.raises(
            ValueError, match='cannot take the null cells that removal="mask" makes'
        ):
            score_blockwise(scorer, model, nulls, Y, is_masked=True)
        with pytest.raises(ValueError, match="^Input X contains NaN"):
            score_blockwise(scorer, model, nulls, Y)
