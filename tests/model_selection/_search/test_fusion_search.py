"""The search as an estimator."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skmm import ModalityError, make_frame
from skmm.audio import MFCCExtractor
from skmm.datasets import (
    make_keypad_digits,
    make_multimodal_classification,
    make_multimodal_regression,
)
from skmm.image import HOGExtractor, PixelExtractor
from skmm.model_selection import FusionComparisonDisplay, FusionSearchCV
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

FEATURES = [("a", "passthrough"), ("b", "passthrough")]
LINEAR = [("linear", LogisticRegression())]
TWO = [*LINEAR, ("tree", DecisionTreeClassifier(max_depth=3))]


@pytest.fixture(scope="module")
def data():
    return make_multimodal_classification(120, modalities={"a": 8, "b": 5}, random_state=0)


def make_search(**options):
    options = {"strategies": ["early", "late"], "learners": LINEAR, "random_state": 0} | options
    return FusionSearchCV(FEATURES, **options)


def test_what_is_chosen_is_scored_as_by_cross_val_score_and_fitted_on_all_rows(data):
    X, y = data
    cv = StratifiedKFold(3)
    search = make_search(cv=cv).fit(X[:90], y[:90])
    model = clone(search.best_estimator_)
    scores = cross_val_score(model, X[:90], y[:90], cv=cv)
    assert_allclose(search.comparison_.scores[search.best_strategy_], scores)
    assert_allclose(search.best_score_, scores.mean())
    expected = model.fit(X[:90], y[:90])
    assert_array_equal(search.predict_proba(X[90:]), expected.predict_proba(X[90:]))
    assert_array_equal(search.predict(X[90:]), expected.predict(X[90:]))
    assert search.score(X[90:], y[90:]) == np.mean(search.predict(X[90:]) == y[90:])


def test_the_evidence_is_kept(data):
    search = make_search(cv=3).fit(*data)
    table = search.comparison_.table
    assert set(table["kind"]) == {"fusion", "single modality", "best single modality"}
    assert search.best_strategy_ in table.index
    results = search.cv_results_.set_index("strategy")
    assert list(results.index[:3]) == ["a", "b", "early standard"]
    for name, row in table.iterrows():
        assert_allclose(results.loc[name, "mean_test_score"], row["mean_score"])
        assert results.loc[name, "status"] == "complete"


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_seed_makes_it_repeatable(data, n_jobs):
    X, y = data
    options = {"learners": TWO, "strategies": ["late"], "cv": 2}
    expected = make_search(**options).fit(X, y)
    found = make_search(**options, n_jobs=n_jobs).fit(X, y)
    timeless = [c for c in expected.cv_results_ if "time" not in c]
    pd.testing.assert_frame_equal(found.cv_results_[timeless], expected.cv_results_[timeless])
    assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


def test_noise_beside_a_modality_does_not_hurt(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    y = np.arange(150) % 3
    X = make_frame(
        a=rng.normal(size=(150, 4)) + 1.5 * np.eye(3, 4)[y], b=rng.normal(size=(150, 60))
    )
    search = make_search(cv=5).fit(X, y)
    table = search.comparison_.table
    if search.best_strategy_ != "a":  # then it was better by more than its standard error
        gains = search.comparison_.scores[search.best_strategy_] - search.comparison_.scores["a"]
        assert gains.mean() > np.sqrt((1 / 5 + 1 / 4) * gains.var())
    assert search.best_score_ >= table.loc["a", "mean_score"]


def test_without_time_it_ends_with_single_modalities_and_says_so(data):
    search = make_search(time_budget=1e-9).fit(*data)
    status = search.cv_results_.set_index("strategy")["status"]
    assert status[["a", "b"]].eq("complete").all()
    assert status.drop(["a", "b"]).eq("out of time").all()
    assert search.best_strategy_ in ("a", "b")
    assert search.predict(data[0]).shape == (120,)


def test_regression_is_a_task():
    X, y = make_multimodal_regression(80, modalities={"a": 8, "b": 5}, random_state=0)
    search = FusionSearchCV(
        FEATURES,
        task="regression",
        strategies=["early", "late"],
        learners=[("ridge", Ridge())],
        cv=3,
    ).fit(X[:60], y[:60])
    assert search.score(X[60:], y[60:]) == search.best_estimator_.score(X[60:], y[60:])
    assert search.comparison_.score_name == "R2"
    assert is_regressor(search)
    assert not hasattr(search, "predict_proba")
    assert not hasattr(search, "classes_")


def test_the_task_is_known_before_fit():
    assert is_classifier(make_search())
    assert hasattr(make_search(), "predict_proba")
    assert not hasattr(make_search(), "classes_")
    assert is_regressor(make_search(task="regression"))


def test_the_default_learners_are_of_three_kinds():
    X, y = make_multimodal_classification(60, modalities={"a": 5, "b": 4}, random_state=0)
    search = FusionSearchCV(FEATURES, strategies=["early"], cv=2, random_state=0).fit(X, y)
    names = search.cv_results_["strategy"]
    assert {name.split(", ")[1] for name in names} == {"linear", "svm", "forest"}


def test_any_score_can_be_asked_for(data):
    X, y = data
    X = make_frame(**{name: X[name].array.tensor.astype(float) for name in X})
    learners = [*LINEAR, ("svm", SVC())]  # the latter without probabilities
    search = make_search(scoring="neg_log_loss", learners=learners, cv=2).fit(X, y)
    assert (search.cv_results_["status"] != "failed").all()
    assert_allclose(search.score(X, y), -log_loss(y, search.predict_proba(X)))


def test_missing_modalities_are_borne():
    X, y = make_multimodal_classification(
        120, modalities={"a": 8, "b": 5}, missing=0.2, random_state=0
    )
    search = make_search(cv=2).fit(X, y)
    nothing = X[:3].assign(a=None, b=None)
    assert np.isfinite(search.predict_proba(nothing)).all()


@pytest.fixture(scope="module")
def digits():
    return make_keypad_digits(60, random_state=0)


RAW = [
    ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(8, 8))),
    ("audio", MFCCExtractor(5, sampling_rate=8000)),
    ("text", BagOfWordsVectorizer(analyzer="char")),
]


def test_raw_samples_are_fused_by_networks_too(digits):
    X, y = digits
    tree = [("tree", DecisionTreeClassifier(max_depth=4))]
    search = FusionSearchCV(RAW, strategies=["deep"], learners=tree, cv=2, random_state=0)
    results = search.fit(X, y).cv_results_.set_index("strategy")
    assert results.loc[["deep gated", "deep low_rank"], "status"].eq("complete").all()
    assert results.loc["deep gated", "mean_test_score"] > 0.2
    assert search.predict_proba(X).shape == (60, 10)


def test_networks_can_have_features_of_their_own(digits):
    X, y = digits
    deep = [("image", PixelExtractor(size=(8, 8))), ("text", TokenSequenceVectorizer())]
    search = FusionSearchCV(
        RAW[::2],
        strategies=["deep"],
        learners=[("tree", DecisionTreeClassifier(max_depth=4))],
        deep_features=deep,
        cv=2,
        random_state=0,
    ).fit(X, y)
    results = search.cv_results_.set_index("strategy")
    assert results.loc["deep gated", "status"] == "complete"


def test_parameters_of_features_can_be_searched(digits):
    X, y = digits
    tree = [("tree", DecisionTreeClassifier(max_depth=4))]
    search = FusionSearchCV(RAW, strategies=["early"], learners=tree, cv=2, random_state=0)
    grid = {"image__orientations": [4, 9], "audio": ["drop"]}
    found = GridSearchCV(search, grid, cv=2).fit(X, y % 2)
    assert [member.modality for member in found.best_estimator_.features_] == ["image", "text"]


def test_metadata_routing_brings_groups(data):
    X, y = data
    groups = np.arange(120) // 10
    search = make_search(strategies=["early"], cv=2)
    options = {"cv": GroupKFold(2), "params": {"groups": groups}}
    expected = cross_validate(search, X, y, groups=groups, **options)
    with sklearn.config_context(enable_metadata_routing=True):
        found = cross_validate(search, X, y, **options)
    assert_allclose(found["test_score"], expected["test_score"])


def test_it_can_be_kept(data):
    X, y = data
    search = make_search(cv=2).fit(X, y)
    loaded = pickle.loads(pickle.dumps(search))
    assert_array_equal(loaded.predict_proba(X), search.predict_proba(X))
    pd.testing.assert_frame_equal(loaded.comparison_.table, search.comparison_.table)


def test_it_can_be_drawn(data):
    import matplotlib as mpl

    mpl.use("Agg")
    search = make_search(cv=2).fit(*data)
    display = FusionComparisonDisplay.from_estimator(search, kind="cost")
    names = [text.get_text() for text in display.ax_.texts if text.get_text()]  # others are lines
    assert names == search.comparison_.table.index.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"learners": [("r", Ridge())]}, "learner 'r' is Ridge"),
        ({"strategies": ["fast"]}, "strategies holds 'fast'"),
        ({"time_budget": 0}, "'time_budget' parameter"),
        ({"task": "ranking"}, "'task' parameter"),
        ({"cv": 200}, "n_splits=200"),
    ],
)
def test_what_cannot_be_is_refused(data, options, message):
    with pytest.raises(ValueError, match=message):
        make_search(**options).fit(*data)


def test_several_targets_are_refused(data):
    X, y = data
    with pytest.raises(ValueError, match="y has 2 targets, and FusionSearchCV takes one"):
        make_search().fit(X, np.column_stack([y, y]))


def test_a_bad_sample_is_named(digits):
    X, y = digits
    bad = X.assign(image=pd.Series([*X["image"][:-1], "nowhere.png"], dtype=object))
    search = FusionSearchCV(RAW, strategies=[], learners=LINEAR, cv=2)
    with pytest.raises(ModalityError, match="modality 'image', row 59.*nowhere.png"):
        search.fit(bad, y)


def test_a_number_that_is_missing_among_others_is_refused():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 4)), columns=list("abcd"))
    y = np.arange(30) % 2
    search = FusionSearchCV(
        [("one", "passthrough", ["a", "b"]), ("two", "passthrough", ["c", "d"])],
        learners=LINEAR,
        strategies=[],
        cv=2,
    ).fit(X, y)
    X.loc[3, "a"] = np.nan
    for method in (search.predict, lambda X: search.fit(X, y)):
        with pytest.raises(
            ModalityError, match=r"modality 'one', row 3 \(index 3\): some of its num"
        ):
            method(X)
    X.loc[3, "b"] = np.nan  # now the modality is missing
    assert search.fit(X, y).predict(X).shape == (30,)
