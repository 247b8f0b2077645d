"""LateFusionClassifier against scikit-learn's own voting and stacking on the same columns."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    KFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skmm import LateFusionClassifier, make_frame

COLUMNS = {"sepal": [0, 1], "petal": [2, 3]}
MODELS = {"sepal": GaussianNB(), "petal": LogisticRegression()}
FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


class Oracle(ClassifierMixin, BaseEstimator):
    """Predict the probabilities that its column holds."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return self.classes_[np.asarray(X).argmax(axis=1)]


@pytest.fixture
def iris():
    X, codes = load_iris(return_X_y=True)
    return X, np.array(["setosa", "versicolor", "virginica"])[codes]


@pytest.fixture
def frame(iris):
    return make_frame(**{name: iris[0][:, columns] for name, columns in COLUMNS.items()})


def members():
    return list(MODELS.items())


def on_columns():
    """The same members as scikit-learn writes them: pipelines that select their columns."""
    return [
        (name, make_pipeline(ColumnTransformer([("select", "passthrough", COLUMNS[name])]), model))
        for name, model in MODELS.items()
    ]


@pytest.mark.parametrize("weights", [None, [3, 1]])
def test_mean_is_soft_voting(iris, frame, weights):
    X, y = iris
    voting = VotingClassifier(on_columns(), voting="soft", weights=weights).fit(X, y)
    late = LateFusionClassifier(members(), rule="mean", weights=weights).fit(frame, y)
    assert_allclose(late.predict_proba(frame), voting.predict_proba(X), rtol=0, atol=1e-12)
    assert_array_equal(late.predict(frame), voting.predict(X))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("final", [LogisticRegression(), GaussianNB()])
def test_stacking_is_scikit_learns_on_the_same_folds(iris, n_classes, final):
    X, y = iris
    X, y = X[: 50 * n_classes], y[: 50 * n_classes]
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    stacking = StackingClassifier(on_columns(), final, cv=FOLDS, stack_method="predict_proba").fit(
        X, y
    )
    late = LateFusionClassifier(members(), rule="stacking", final_estimator=final, cv=FOLDS)
    late.fit(frame, y)
    assert_allclose(late.predict_proba(frame), stacking.predict_proba(X), rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_default_stacking_is_logistic_regression_on_log_probabilities(iris, n_classes):
    X, y = iris
    X, y = X[: 50 * n_classes], y[: 50 * n_classes]
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    late = LateFusionClassifier(members(), rule="stacking", cv=FOLDS).fit(frame, y)

    def features(of):
        logs = [np.log(np.clip(of(name), 1e-3, 1)) for name in COLUMNS]
        return np.hstack([log[:, 1:] - log[:, :1] if n_classes == 2 else log for log in logs])

    def out_of_fold(name):
        part = X[:, COLUMNS[name]]
        return cross_val_predict(MODELS[name], part, y, cv=FOLDS, method="predict_proba")

    final = LogisticRegression(C=0.1, max_iter=1000).fit(features(out_of_fold), y)
    meta = features(lambda name: late.named_estimators_[name].predict_proba(X[:, COLUMNS[name]]))
    assert_allclose(late.predict_proba(frame), final.predict_proba(meta), rtol=0, atol=1e-12)


def test_product_is_the_normalized_product(iris, frame):
    late = LateFusionClassifier(members(), rule="product").fit(frame, iris[1])
    parts = [late.named_estimators_[n].predict_proba(frame[n].array.tensor) for n in COLUMNS]
    odds = np.maximum(parts[0], 1e-12) * np.maximum(parts[1], 1e-12)
    assert_allclose(late.predict_proba(frame), odds / odds.sum(axis=1, keepdims=True), atol=1e-12)


def test_greedy_is_never_worse_than_the_best_member_out_of_fold(global_random_seed):
    for seed in range(5):
        X, y = make_classification(120, 8, n_informative=3, random_state=global_random_seed + seed)
        frame = make_frame(a=X[:, :2], b=X[:, 2:5], c=X[:, 5:])
        late = LateFusionClassifier(
            [(name, GaussianNB()) for name in frame], rule="greedy", cv=FOLDS
        )
        late.fit(frame, y)
        probabilities = {
            name: cross_val_predict(
                GaussianNB(), frame[name].array.tensor, y, cv=FOLDS, method="predict_proba"
            )
            for name in frame
        }
        mixture = sum(late.weights_[name] * p for name, p in probabilities.items())
        errors = [np.count_nonzero(p.argmax(axis=1) != y) for p in probabilities.values()]
        assert np.count_nonzero(mixture.argmax(axis=1) != y) <= min(errors)
        assert_allclose(sum(late.weights_.values()), 1)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("mean", [0.35, 0.4, 0.25]), ("product", np.array([0.06, 0.15, 0.04]) / 0.25)],
)
def test_a_missing_modality_does_not_vote(rule, expected):
    rows = {"a": [0.6, 0.3, 0.1], "b": [0.1, 0.5, 0.4], "c": [0.2, 0.2, 0.6]}
    frame = make_frame(**{name: np.tile(row, (3, 1)) for name, row in rows.items()})
    late = LateFusionClassifier([(name, Oracle()) for name in rows], rule=rule).fit(
        frame, [0, 1, 2]
    )
    frame.loc[0, "c"] = None
    assert_allclose(late.predict_proba(frame)[0], expected)


@pytest.mark.parametrize("rule", ["mean", "product", "stacking", "greedy"])
def test_a_row_without_any_modality_gets_the_class_shares(iris, frame, rule):
    keep = np.r_[0:50, 50:75, 100:125]
    frame, y = frame.iloc[keep].reset_index(drop=True), iris[1][keep]
    late = LateFusionClassifier(members(), rule=rule).fit(frame, y)
    frame.loc[3, ["sepal", "petal"]] = None
    probabilities = late.predict_proba(frame)
    assert_allclose(probabilities[3], [0.5, 0.25, 0.25])
    assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("rule", ["mean", "product", "stacking", "greedy"])
def test_missing_cells_in_fit_and_in_predict_in_patterns_not_seen_in_fit(iris, frame, rule):
    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    assert_allclose(late.predict_proba(frame).sum(axis=1), 1)
    unseen = frame.copy()
    unseen.loc[1, "petal"] = None
    assert late.score(unseen, iris[1]) > 0.85


@pytest.mark.parametrize("junk", [np.nan, 1e6])
@pytest.mark.parametrize("rule", ["mean", "stacking", "greedy"])
def test_what_lies_in_a_missing_cell_never_counts(iris, junk, rule):
    X, y = iris
    present = np.arange(150) % 4 != 0

    def probabilities(fill):
        sepal = np.where(present[:, None], X[:, :2], fill)
        frame = make_frame(petal=X[:, 2:], sepal=sepal)
        frame["sepal"] = type(frame["sepal"].array)(sepal, present)
        return LateFusionClassifier(members(), rule=rule).fit(frame, y).predict_proba(frame)

    assert_array_equal(probabilities(0.0), probabilities(junk))


def test_a_class_that_a_member_never_saw_gets_probability_zero_from_it(iris, frame):
    frame.loc[100:, "sepal"] = None  # no virginica
    late = LateFusionClassifier(members()).fit(frame, iris[1])
    assert late.named_estimators_["sepal"].classes_.tolist() == ["setosa", "versicolor"]
    seen = late.predict_proba(
        make_frame(sepal=iris[0][:5, :2], petal=[None] * 4 + [np.array([1.0, 0.2])])
    )
    assert_array_equal(seen[:4, 2], np.zeros(4))


def test_stacking_with_gaps_in_training_adds_a_presence_column(iris, frame):
    frame.loc[::2, "sepal"] = None
    late = LateFusionClassifier(members(), rule="stacking").fit(frame, iris[1])
    assert late.final_estimator_.n_features_in_ == 2 * 3 + 1


def test_a_member_without_probabilities_is_named(iris, frame):
    late = LateFusionClassifier([("sepal", LinearSVC())])
    with pytest.raises(
        ValueError, match="modality 'sepal': LinearSVC has no predict_proba.*Calibrated"
    ):
        late.fit(frame, iris[1])


def test_one_class_is_an_error_that_names_it(frame):
    with pytest.raises(ValueError, match="1 class: 'setosa'"):
        LateFusionClassifier(members()).fit(frame, ["setosa"] * 150)


def test_a_plain_matrix_is_split_by_column_numbers(iris, frame):
    X, y = iris
    triples = [(name, MODELS[name], COLUMNS[name]) for name in COLUMNS]
    by_number = LateFusionClassifier(triples).fit(X, y).predict_proba(X)
    by_name = LateFusionClassifier(members()).fit(frame, y).predict_proba(frame)
    assert_allclose(by_number, by_name)
    named = pd.DataFrame(X, columns=list("pqrs"))
    triples = [("sepal", MODELS["sepal"], ["p", "q"]), ("petal", MODELS["petal"], ["r", "s"])]
    assert_allclose(LateFusionClassifier(triples).fit(named, y).predict_proba(named), by_number)


def test_unshuffled_folds_over_ordered_classes_still_align(iris, frame):
    late = LateFusionClassifier(members(), rule="greedy", cv=KFold(3)).fit(frame, iris[1])
    assert late.classes_.tolist() == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize("rule", ["mean", "product", "greedy"])
def test_an_only_modality_decides_by_itself(iris, frame, rule):
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    expected = late.named_estimators_["petal"].predict_proba(iris[0][:, 2:])
    frame["sepal"] = None
    assert_allclose(late.predict_proba(frame), expected, atol=1e-10)


def test_a_final_estimator_without_probabilities_is_refused(iris, frame):
    late = LateFusionClassifier(members(), rule="stacking", final_estimator=LinearSVC())
    with pytest.raises(ValueError, match=r"final_estimator=LinearSVC\(\) has no predict_proba"):
        late.fit(frame, iris[1])
