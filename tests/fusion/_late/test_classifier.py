"""LateFusionClassifier against scikit-learn's own voting and stacking on the same columns."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmm import LateFusionClassifier, make_frame
from tests.late_toys import COLUMNS, MODELS, RULES, Oracle, Spy, members

FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


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
@pytest.mark.parametrize("final", [None, LogisticRegression(C=10), GaussianNB()])
def test_stacking_is_scikit_learns_on_the_same_folds(iris, n_classes, final):
    X, y = iris
    X, y = X[: 50 * n_classes], y[: 50 * n_classes]
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    theirs = final or LogisticRegression(max_iter=1000)
    stacking = StackingClassifier(on_columns(), theirs, cv=FOLDS, stack_method="predict_proba").fit(
        X, y
    )
    late = LateFusionClassifier(members(), final_estimator=final, cv=FOLDS)
    late.fit(frame, y)
    assert_allclose(late.predict_proba(frame), stacking.predict_proba(X), rtol=0, atol=1e-12)


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


@pytest.mark.parametrize("rule", RULES)
def test_a_row_without_any_modality_gets_the_class_shares(iris, frame, rule):
    keep = np.r_[0:50, 50:75, 100:125]
    frame, y = frame.iloc[keep].reset_index(drop=True), iris[1][keep]
    late = LateFusionClassifier(members(), rule=rule).fit(frame, y)
    frame.loc[3, ["sepal", "petal"]] = None
    probabilities = late.predict_proba(frame)
    assert_allclose(probabilities[3], [0.5, 0.25, 0.25])
    assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("rule", RULES)
def test_missing_cells_in_fit_and_in_predict_in_patterns_not_seen_in_fit(iris, frame, rule):
    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    assert_allclose(late.predict_proba(frame).sum(axis=1), 1)
    unseen = frame.copy()
    unseen.loc[1, "petal"] = None
    assert late.score(unseen, iris[1]) > 0.85


@pytest.mark.parametrize("junk", [np.nan, 1e6])
@pytest.mark.parametrize("rule", RULES)
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
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
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
    class Silent(NearestCentroid):
        predict_proba = decision_function = property()

    late = LateFusionClassifier([("sepal", Silent())], rule="mean")
    with pytest.raises(
        ValueError, match="'sepal': Silent has neither predict_proba nor decision_function.*vote"
    ):
        late.fit(frame, iris[1])
    assert late.set_params(rule="vote").fit(frame, iris[1]).score(frame, iris[1]) > 0.7


def test_one_class_is_an_error_that_names_it(frame):
    with pytest.raises(ValueError, match="1 class: 'setosa'"):
        LateFusionClassifier(members(), rule="mean").fit(frame, ["setosa"] * 150)


def test_a_plain_matrix_is_split_by_column_numbers(iris, frame):
    X, y = iris
    triples = [(name, MODELS[name], COLUMNS[name]) for name in COLUMNS]
    by_number = LateFusionClassifier(triples, rule="mean").fit(X, y).predict_proba(X)
    by_name = LateFusionClassifier(members(), rule="mean").fit(frame, y).predict_proba(frame)
    assert_allclose(by_number, by_name)
    named = pd.DataFrame(X, columns=list("pqrs"))
    triples = [("sepal", MODELS["sepal"], ["p", "q"]), ("petal", MODELS["petal"], ["r", "s"])]
    assert_allclose(
        LateFusionClassifier(triples, rule="mean").fit(named, y).predict_proba(named), by_number
    )


def test_unshuffled_folds_over_ordered_classes_still_align(iris, frame):
    # No fold has seen the class that it is tested on.
    late = LateFusionClassifier(members(), rule="greedy", cv=KFold(3)).fit(frame, iris[1])
    assert late.member_scores_ == {"sepal": 0, "petal": 0}
    assert late.score(frame, iris[1]) > 0.7


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


@pytest.mark.parametrize("weights", [None, [3, 2]])
def test_vote_is_hard_voting_where_there_is_no_tie(iris, frame, weights):
    X, y = iris
    voting = VotingClassifier(on_columns(), voting="hard", weights=weights).fit(X, y)
    late = LateFusionClassifier(members(), rule="vote", weights=weights).fit(frame, y)
    agreed = np.ptp(voting.transform(X), axis=1) == 0
    rows = np.ones(150, dtype=bool) if weights else agreed
    assert_array_equal(late.predict(frame)[rows], voting.predict(X)[rows])
    assert 100 < agreed.sum() < 150


# -- the rule of Bayes


def naive(**options):
    return GaussianNB(var_smoothing=0, **options)


@pytest.fixture
def unsure(iris):
    """Iris with so much noise that no probability is below the smallest that rules know."""
    keep = np.r_[0:50, 50:80, 100:145]  # classes of different sizes
    X = iris[0][keep] + np.random.default_rng(0).normal(scale=2, size=(125, 4))
    return X, iris[1][keep]


def test_bayes_of_naive_members_is_naive_bayes_of_the_concatenation(unsure):
    X, y = unsure
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    late = LateFusionClassifier([(name, naive()) for name in frame], rule="bayes").fit(frame, y)
    whole = naive().fit(X, y)
    assert_allclose(late.predict_proba(frame), whole.predict_proba(X), rtol=0, atol=1e-12)
    product = late.set_params(rule="product").fit(frame, y).predict_proba(frame)
    assert np.abs(product - whole.predict_proba(X)).max() > 0.01


@pytest.mark.parametrize(
    "prior",
    [[0.1, 0.3, 0.6], [1, 3, 6], {"virginica": 6, "setosa": 1, "versicolor": 3}],
    ids=["shares", "counts", "dict"],
)
def test_a_prior_for_shifted_targets_is_that_of_naive_bayes(unsure, prior):
    X, y = unsure
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    late = LateFusionClassifier([(name, naive()) for name in frame], rule="bayes", prior=prior)
    late.fit(frame, y)
    frame.loc[0, ["sepal", "petal"]] = None
    probabilities = late.predict_proba(frame)
    whole = naive(priors=[0.1, 0.3, 0.6]).fit(X, y)
    assert_allclose(probabilities[1:], whole.predict_proba(X)[1:], rtol=0, atol=1e-12)
    assert_allclose(probabilities[0], [0.1, 0.3, 0.6])


@pytest.mark.parametrize("rule", RULES)
def test_the_prior_of_the_training_rows_changes_nothing(iris, frame, rule):
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    expected = late.predict_proba(frame)
    late.set_params(prior=late.class_prior_).fit(frame, iris[1])
    assert_allclose(late.predict_proba(frame), expected, atol=1e-12)


@pytest.mark.parametrize(
    "prior", [[0.5, 0.5], [1, -1, 1], [0, 0, 0], [np.nan, 1, 1], {"setosa": 1}, {"a": 1, "b": 2}]
)
def test_a_prior_that_does_not_fit_the_classes_is_refused(iris, frame, prior):
    with pytest.raises(ValueError, match="prior"):
        LateFusionClassifier(members(), prior=prior, rule="mean").fit(frame, iris[1])


# -- evidence


def test_evidence_believes_members_by_their_out_of_fold_accuracy(iris, frame):
    late = LateFusionClassifier(members(), rule="evidence", cv=FOLDS).fit(frame, iris[1])
    for name, columns in COLUMNS.items():
        predicted = cross_val_predict(MODELS[name], iris[0][:, columns], iris[1], cv=FOLDS)
        assert_allclose(late.weights_[name], np.mean(predicted == iris[1]))
    setosa = iris[1] == "setosa"  # which petals tell without fail
    assert late.fit(frame, setosa).weights_["petal"] == 0.999


def test_given_reliabilities_are_taken_and_must_be_below_one(iris, frame):
    late = LateFusionClassifier(members(), rule="evidence", weights={"sepal": 0.5, "petal": 0.9})
    assert late.fit(frame, iris[1]).weights_ == {"sepal": 0.5, "petal": 0.9}
    assert not hasattr(late, "member_scores_")
    with pytest.raises(ValueError, match=r"weights=\[0.5, 1\].*reliabilities"):
        late.set_params(weights=[0.5, 1]).fit(frame, iris[1])


# -- rare classes, other kinds of members


def test_a_rule_learns_from_tested_rows_of_one_class(iris, frame):
    cv = [(np.arange(50, 150), np.arange(50))]  # only setosa is tested
    late = LateFusionClassifier(members(), rule="stacking", cv=cv).fit(frame, iris[1])
    assert_array_equal(late.predict(frame), np.full(150, "setosa"))


def test_a_prior_of_zero_and_a_certain_member_give_finite_probabilities(iris, frame):
    late = LateFusionClassifier(
        [("petal", DecisionTreeClassifier())], rule="mean", prior=[0, 0, 1]
    ).fit(frame, iris[1])
    assert_allclose(late.predict_proba(frame), np.tile([0, 0, 1.0], (150, 1)))


def test_a_prior_set_after_fit_waits_for_the_next_fit(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
    before = late.predict_proba(frame)
    assert_array_equal(late.set_params(prior=[1, 1, 8]).predict_proba(frame), before)
    assert not np.allclose(late.fit(frame, iris[1]).predict_proba(frame), before)


def test_a_rare_class_in_a_fold_does_not_crash(iris):
    keep = np.r_[0:50, 50:90, 100:102]  # two virginica
    X, y = iris[0][keep], iris[1][keep]
    frame = make_frame(**{name: X[:, columns] for name, columns in COLUMNS.items()})
    for rule in ("stacking", "greedy", "evidence"):
        with pytest.warns(UserWarning, match="least populated class"):
            late = LateFusionClassifier(members(), rule=rule).fit(frame, y)
        assert late.predict_proba(frame).shape == (92, 3)


def test_a_given_final_estimator_learns_from_tested_rows_of_one_class(iris, frame):
    cv = [(np.arange(50, 150), np.arange(50))]  # only setosa is tested
    late = LateFusionClassifier(
        members(), rule="stacking", final_estimator=LogisticRegression(), cv=cv
    )
    assert_allclose(late.fit(frame, iris[1]).predict_proba(frame), np.tile([1.0, 0, 0], (150, 1)))


@pytest.mark.parametrize("rule", ["mean", "vote"])
@pytest.mark.parametrize(
    "model",
    [Ridge(), make_pipeline(Ridge()), GridSearchCV(Ridge(), {"alpha": [1]}), KMeans(2)],
    ids=["regressor", "pipeline", "search", "clusterer"],
)
def test_a_member_of_another_kind_is_refused(iris, frame, model, rule):
    kind = "clusterer" if isinstance(model, KMeans) else "regressor"
    late = LateFusionClassifier([("sepal", model)], rule=rule)
    with pytest.raises(ValueError, match=f"modality 'sepal': .* is a {kind}, and a classifier is"):
        late.fit(frame, np.arange(150) % 2)


def test_members_that_say_nothing_of_their_kind_are_taken(iris, frame):
    class Untagged(BaseEstimator):
        fit, predict, predict_proba = Spy.fit, Spy.predict, Spy.predict_proba

    class NoTags:
        """A classifier that knows nothing of scikit-learn."""

        fit, predict, predict_proba = Spy.fit, Spy.predict, Spy.predict_proba

        def get_params(self, deep=True):
            return {}

        def set_params(self, **params):
            return self

    search = GridSearchCV(make_pipeline(GaussianNB()), {"gaussiannb__var_smoothing": [1e-9]})
    models = zip(["a", "b", "c"], [Untagged(), NoTags(), search], strict=True)
    late = LateFusionClassifier([(name, model, "petal") for name, model in models], rule="mean")
    assert late.fit(frame, iris[1]).score(frame, iris[1]) > 0.9
