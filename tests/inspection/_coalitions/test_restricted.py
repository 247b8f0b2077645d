"""Models that never knew some modalities."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.cluster import KMeans
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.inspection._coalitions.modalities import read_modalities
from skmm.inspection._coalitions.restricted import restrict
from skmm.model_selection import FusionSearchCV
from tests.inspection.conftest import PARTS, SHAPES

FRAME = pd.DataFrame(
    {
        "age": [1.0, 4.0, 2.0, 8.0],
        "size": [3.0, 1.0, 4.0, 1.5],
        "text": ["a cat", "a dog", "the cat", "the dog"],
    }
)
Y = np.array([0, 1, 0, 1])


def fit_without(model, X, y, absent, modalities=None):
    found = read_modalities(model, X, modalities)
    restricted, X_restricted = restrict(model, X, found, absent)
    return restricted.fit(X_restricted, y), X_restricted


def test_members_of_a_fusion_are_dropped(early, samples):
    X, y = samples
    fitted, given = fit_without(early, X, y, ["image"])
    alone = make_pipeline(MultimodalFusion(PARTS[1:], missing="mean"), LogisticRegression())
    assert_array_equal(fitted.predict_proba(given), alone.fit(X, y).predict_proba(X))


def test_members_of_a_late_fusion_are_dropped(late, samples):
    X, y = samples
    fitted, given = fit_without(late, X, y, ["image", "text"])
    alone = LateFusionClassifier([("audio", LogisticRegression())], rule="mean")
    assert_array_equal(fitted.predict_proba(given), alone.fit(X, y).predict_proba(X))


def test_a_column_transformer_gets_fewer_columns():
    columns = make_column_transformer(
        (StandardScaler(), ["age", "size"]), (CountVectorizer(), "text")
    )
    model = make_pipeline(columns, LogisticRegression())
    fitted, given = fit_without(model, FRAME, Y, ["age"])
    alone = make_column_transformer((StandardScaler(), ["size"]), (CountVectorizer(), "text"))
    expected = make_pipeline(alone, LogisticRegression()).fit(FRAME, Y)
    assert_array_equal(fitted.predict_proba(given), expected.predict_proba(FRAME))
    fitted, given = fit_without(model, FRAME, Y, ["text"])
    alone = make_column_transformer((StandardScaler(), ["age", "size"]))
    expected = make_pipeline(alone, LogisticRegression()).fit(FRAME, Y)
    assert_array_equal(fitted.predict_proba(given), expected.predict_proba(FRAME))


def test_what_is_removed_is_no_remainder_either():
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector("age")), remainder="passthrough"
    )
    model = make_pipeline(columns, LogisticRegression())
    X = FRAME[["age", "size"]]
    fitted, given = fit_without(model, X, Y, ["size"])
    assert fitted[0].transform(given).shape == (4, 1)
    fitted, given = fit_without(model, X, Y, ["age"])
    assert_array_equal(fitted[0].transform(given).ravel(), X["size"])


def test_the_model_of_a_search_does_without(samples):
    X, y = samples
    grid = [
        {"logisticregression__C": [0.1, 1.0]},
        {"multimodalfusion__image": ["passthrough"]},
        {"multimodalfusion__audio__with_mean": [True, False]},
    ]
    parts = [*PARTS[:1], ("audio", StandardScaler()), *PARTS[2:]]
    model = make_pipeline(MultimodalFusion(parts, missing="mean"), LogisticRegression())
    fitted, given = fit_without(GridSearchCV(model, grid, cv=2), X, y, ["audio"])
    assert len(fitted.cv_results_["params"]) == 4  # one without the parameters of audio
    alone = MultimodalFusion([PARTS[0], PARTS[2]], missing="mean")
    expected = make_pipeline(alone, fitted.best_estimator_[1]).fit(X, y)
    assert_array_equal(fitted.predict_proba(given), expected.predict_proba(X))
    search = RandomizedSearchCV(model, grid[0], n_iter=2, cv=2)
    assert isinstance(fit_without(search, X, y, list(SHAPES))[0], DummyClassifier)
    fitted, _ = fit_without(search, X, y, ["image", "text"])
    assert [name for name, *_ in fitted.best_estimator_[0].transformers_] == ["audio"]


def test_a_search_brings_no_member_back(samples):
    X, y = samples
    late = LateFusionClassifier([(m, LogisticRegression()) for m in SHAPES], rule="mean")
    late.set_params(text="drop")
    grid = {"image": [LogisticRegression()], "text": [LogisticRegression()]}
    fitted, _ = fit_without(GridSearchCV(late, grid, cv=2), X, y, ["image"])
    assert [name for name, *_ in fitted.best_estimator_.estimators_] == ["audio", "text"]


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("name", ["multimodalfusion", "multimodalfusion__transformers", "steps"])
def test_a_search_of_whole_fusions_is_refused(early, samples, name, as_list):
    grid = {name: [None], "logisticregression__C": [1.0]}
    search = GridSearchCV(early, [{}, grid] if as_list else grid)
    modalities = read_modalities(search, samples[0])
    with pytest.raises(ValueError, match=f"the search tries values of '{name}', which would bring"):
        restrict(search, samples[0], modalities, ["audio"])


def test_a_search_of_other_steps_is_none_of_a_fusion():
    model = make_pipeline(StandardScaler(), LogisticRegression())
    search = GridSearchCV(model, {"standardscaler": ["passthrough", StandardScaler()]}, cv=2)
    fitted, _ = fit_without(search, FRAME[["age", "size"]], Y, ["age"])
    assert len(fitted.cv_results_["params"]) == 2


def test_a_search_of_columns_gets_fewer():
    columns = make_column_transformer((StandardScaler(), ["age"]), ("passthrough", ["size"]))
    model = make_pipeline(columns, LogisticRegression())
    search = GridSearchCV(model, {"logisticregression__C": [1.0]}, cv=2)
    fitted, given = fit_without(search, FRAME[["age", "size"]], Y, ["size"])
    assert fitted.best_estimator_[0].transform(given).shape == (4, 1)


def test_features_of_a_search_are_dropped(samples):
    X, y = samples
    search = FusionSearchCV(PARTS[:2], strategies=["early"], cv=2, random_state=0)
    fitted, _ = fit_without(search, X, y, ["audio"])
    assert [name for name, *_ in fitted.features_] == ["image"]


@pytest.mark.parametrize("as_matrix", [False, True])
def test_any_other_model_gets_fewer_columns(as_matrix):
    X = FRAME[["age", "size"]]
    X = X.to_numpy() if as_matrix else X
    fitted, given = fit_without(
        HistGradientBoostingClassifier(), X, Y, ["x0" if as_matrix else "age"]
    )
    assert given.shape == (4, 1)
    assert fitted.n_features_in_ == 1


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(
            MultimodalFusion([("age", "passthrough"), ("size", "passthrough")]),
            LogisticRegression(),
        ),
        LateFusionClassifier([("age", LogisticRegression()), ("size", LogisticRegression())]),
        make_pipeline(
            make_column_transformer((StandardScaler(), ["age", "size"])), LogisticRegression()
        ),
        LogisticRegression(),
    ],
    ids=["early", "late", "columns", "plain"],
)
def test_without_any_modality_the_class_shares_are_left(model):
    fitted, given = fit_without(model, FRAME[["age", "size"]], Y, ["age", "size"])
    assert isinstance(fitted, DummyClassifier)
    assert_array_equal(fitted.predict_proba(given), 0.5)


def test_without_any_modality_the_mean_is_left():
    fitted, given = fit_without(Ridge(), FRAME[["age"]], FRAME["size"], ["age"])
    assert isinstance(fitted, DummyRegressor)
    assert_array_equal(fitted.predict(given), FRAME["size"].mean())


def test_what_is_no_modality_stays():
    columns = make_column_transformer((StandardScaler(), ["age"]), remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression())
    fitted, given = fit_without(model, FRAME[["age", "size"]], Y, ["age"], ["age"])
    assert fitted[0].transform(given).shape == (4, 1)


def test_with_all_modalities_it_is_a_copy(early, samples):
    model, X = restrict(early, samples[0], read_modalities(early, samples[0]), [])
    assert X is samples[0]
    assert model is not early
    assert not hasattr(model[0], "transformers_")


def test_what_cannot_be_fitted_without_is_told(samples):
    late = LateFusionClassifier([("both", LogisticRegression(), ["age", "size"])])
    modalities = read_modalities(late, FRAME, ["age", "size"])
    with pytest.raises(
        ValueError, match='reads columns of several modalities.*another removal than "refit"'
    ):
        restrict(late, FRAME, modalities, ["age"])
    X = FRAME[["age"]]
    with pytest.raises(ValueError, match="KMeans is neither a classifier nor a regressor"):
        restrict(KMeans(), X, read_modalities(KMeans(), X), ["age"])
    assert list(SHAPES) == list(read_modalities(None, samples[0]))
