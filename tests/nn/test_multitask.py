"""Several tasks by one net: against single tasks, with missing labels, and with learned weights."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from skmm.frame import drop_modalities
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion

QUICK = {"max_epochs": 5, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}
THOROUGH = {"lr": 1e-2, "dropout": 0.0, "random_state": 0}


@pytest.fixture
def tasks(toy):
    X, y = toy
    speed = 50.0 + 10 * y + X["sensor"].array.tensor[:, 0]
    return X, pd.DataFrame({"speed": speed, "brake": np.where(y, "yes", "no")}, index=X.index)


def test_classes_and_numbers_are_learned_at_once(tasks):
    X, y = tasks
    model = MultitaskFusion(**THOROUGH).fit(X, y)
    prediction = model.predict(X)
    assert list(prediction.columns) == ["speed", "brake"]
    assert prediction.index.equals(X.index)
    expected = [r2_score(y["speed"], prediction["speed"]), (y == prediction)["brake"].mean()]
    assert min(expected) > 0.9
    assert_allclose(model.score(X, y), np.mean(expected))


@pytest.mark.parametrize("weighting", [None, {"brake": 1}])
def test_one_classification_is_the_classifier(tasks, weighting):
    X, y = tasks
    alone = DeepFusionClassifier(**QUICK).fit(X, y["brake"])
    model = MultitaskFusion(**QUICK, weighting=weighting).fit(X, y[["brake"]])
    assert_array_equal(model.predict_proba(X)["brake"], alone.predict_proba(X))
    assert_array_equal(model.predict(X)["brake"], alone.predict(X))


def test_one_regression_is_the_regressor(tasks):
    X, y = tasks
    alone = DeepFusionRegressor(**QUICK).fit(X, y["speed"])
    model = MultitaskFusion(**QUICK, weighting=None).fit(X, y["speed"].to_numpy())
    assert_array_equal(model.predict(X), alone.predict(X))


def test_a_task_of_weight_zero_is_not_learned(tasks):
    X, y = tasks
    alone = MultitaskFusion(**QUICK, weighting={"speed": 1, "brake": 0}).fit(X, y)
    flipped = y.assign(brake=y["brake"].to_numpy()[::-1])
    again = MultitaskFusion(**QUICK, weighting={"speed": 1, "brake": 0}).fit(X, flipped)
    assert_array_equal(alone.predict(X)["speed"], again.predict(X)["speed"])


def test_unknown_labels_are_left_out(tasks):
    """Whatever stands in the rows without a label, the net is the one trained with weight 0 there."""
    X, y = tasks
    gaps = y.copy()
    gaps.loc[gaps.index[:8], "brake"] = None
    weight = np.r_[np.zeros(8), np.ones(32)]
    params = QUICK | {"batch_size": -1, "precision": "float64", "dropout": 0.0}
    model = MultitaskFusion(**params, weighting=None)
    with_gaps = model.fit(X, gaps[["brake"]]).predict_proba(X)["brake"]
    without = model.fit(X, y[["brake"]], sample_weight=weight).predict_proba(X)["brake"]
    assert_allclose(with_gaps, without, rtol=1e-9)


def test_a_task_with_few_labels_is_learned_beside_another(tasks):
    X, y = tasks
    y.loc[y.index[10:], "brake"] = np.nan
    model = MultitaskFusion(**THOROUGH).fit(X, y)
    assert model.task_types_ == {"speed": "regression", "brake": "classification"}
    assert model.score(X, y) > 0.9


def test_samples_without_any_label_do_not_matter(tasks):
    X, y = tasks
    gaps = y.copy()
    gaps.iloc[:8] = None
    model = MultitaskFusion(**QUICK)
    expected = model.fit(X.iloc[8:], y.iloc[8:]).predict(X.iloc[8:])
    pd.testing.assert_frame_equal(model.fit(X, gaps).predict(X.iloc[8:]), expected, rtol=1e-4)


def test_a_task_that_cannot_be_predicted_comes_to_count_less():
    X = np.random.default_rng(0).normal(size=(400, 3))
    y = pd.DataFrame({"easy": X[:, 0], "noise": np.random.default_rng(1).normal(size=400)})
    model = MultitaskFusion(**QUICK | {"max_epochs": 40, "lr": 1e-2, "dropout": 0.0})
    weights = model.fit(X, y).task_weights_
    assert weights["easy"] > 3 * weights["noise"]


@pytest.mark.parametrize(
    ("weighting", "expected"), [(None, [1, 1]), ({"brake": 2, "speed": 3}, [3, 2])]
)
def test_weights_are_told(tasks, weighting, expected):
    X, y = tasks
    model = MultitaskFusion(**QUICK, weighting=weighting).fit(X, y)
    assert model.task_weights_ == dict(zip(["speed", "brake"], expected, strict=True))


def test_a_sample_without_any_modality_gets_mean_and_shares(tasks):
    X, y = tasks
    y.loc[y.index[0], "brake"] = None
    model = MultitaskFusion(**QUICK).fit(X, y)
    empty = drop_modalities(X, keep_one=False)
    assert_allclose(model.predict(empty)["speed"], y["speed"].mean())
    shares = y["brake"].value_counts(normalize=True)[["no", "yes"]]
    assert_allclose(model.predict_proba(empty)["brake"], np.tile(shares, (40, 1)))


def test_a_matrix_gives_a_matrix(toy):
    X, y = toy
    both = np.column_stack([y, 1 - y])
    prediction = MultitaskFusion(**THOROUGH).fit(X, both).predict(X)
    assert isinstance(prediction, np.ndarray)
    assert accuracy_score(both.ravel(), prediction.ravel()) > 0.9


def test_a_vector_has_one_array_of_probabilities(toy):
    X, y = toy
    probabilities = MultitaskFusion(**QUICK).fit(X, y).predict_proba(X)
    assert probabilities.shape == (40, 2)
    assert_allclose(probabilities.sum(axis=1), 1)


def test_regressions_have_no_probabilities(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK).fit(X, y[["speed"]])
    with pytest.raises(AttributeError, match="no attribute 'predict_proba'") as error:
        model.predict_proba(X)
    assert "the tasks ['speed'] are regressions" in str(error.value.__cause__)


def test_learned_weights_survive_a_pickle(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert again.task_weights_ == model.task_weights_ != {"speed": 1, "brake": 1}
    pd.testing.assert_frame_equal(again.predict(X), model.predict(X))


def test_training_goes_on_with_weights_and_units(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK, warm_start=True).fit(X, y)
    before = model.task_weights_
    mean = model._targets[0].mean
    model.set_params(lr=1e-12).fit(X, y.assign(speed=y["speed"] + 100))
    assert_allclose(list(model.task_weights_.values()), list(before.values()), rtol=1e-6)
    assert model._targets[0].mean is mean
    with pytest.raises(ValueError, match=r"y has the tasks \['speed'\], and the net was fitted on"):
        model.fit(X, y[["speed"]])


def test_parts_are_trained_on_one_by_one(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK)
    first, second = slice(0, 20), slice(20, 40)
    model.partial_fit(X.iloc[first], y.iloc[first])
    mean = model._targets[0].mean
    only_speed = y.iloc[second].assign(brake=None)
    model.partial_fit(X.iloc[second], only_speed)
    assert model.n_iter_ == 2
    assert model._targets[0].mean is mean
    with pytest.raises(
        ValueError, match=r"has the classes \['maybe'\], which the net does not know"
    ):
        model.partial_fit(X, y.assign(brake="maybe"))
    with pytest.raises(ValueError, match="no sample has positive weight and any modality"):
        model.partial_fit(X, y.assign(speed=np.nan, brake=None))


def test_columns_of_y_are_found_by_name(tasks):
    X, y = tasks
    model = MultitaskFusion(**THOROUGH, warm_start=True).fit(X, y)
    turned = y[["brake", "speed"]]
    score = model.score(X, y)
    assert model.score(X, turned) == score
    model.set_params(lr=1e-12).partial_fit(X, turned)
    assert list(model.task_types_) == ["speed", "brake"]
    assert_allclose(model.score(X, turned), score, atol=1e-6)
    assert model.fit(X, turned).score(X, y) > 0.9


def test_integers_may_have_gaps_later(toy):
    X, y = toy
    model = MultitaskFusion(**QUICK).fit(X, pd.DataFrame({"digit": y, "level": 0.1 * y}))
    gaps = pd.DataFrame({"digit": np.where(np.arange(40) % 3, y, np.nan), "level": 0.1 * y})
    assert model.partial_fit(X, gaps).task_types_["digit"] == "classification"
    assert model.partial_fit(X, gaps.assign(digit=np.nan)).n_iter_ == 7
    assert set(model.predict(X)["digit"]) <= {0, 1}


def test_a_task_without_labels_keeps_its_weight(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK, optimizer="sgd").fit(X, y)
    before = model.task_weights_
    model.partial_fit(X, y.assign(brake=None))
    assert model.task_weights_["brake"] == before["brake"]
    assert model.task_weights_["speed"] != before["speed"]


def test_any_numbers_may_name_classes(toy):
    X, y = toy
    params = THOROUGH | {"tasks": {"half": "classification"}}
    labels = pd.DataFrame({"half": y + 0.5})
    assert MultitaskFusion(**params).fit(X, labels).score(X, labels) > 0.9


def test_it_lives_in_scikit_learns_searches(tasks):
    X, y = tasks
    assert len(cross_val_score(MultitaskFusion(**QUICK), X, y, cv=3)) == 3
    search = GridSearchCV(MultitaskFusion(**QUICK), {"weighting": [None, "uncertainty"]}, cv=2)
    assert search.fit(X, y).score(X, y) == search.best_estimator_.score(X, y)


def test_early_stopping_watches_the_plain_sum(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK, early_stopping=True, validation_fraction=0.3).fit(X, y)
    assert (model.history_["valid_loss"] > 0).all()


@pytest.mark.parametrize(
    ("weighting", "message"),
    [
        ({"speed": 1}, r"weighting is for \['speed'\], and the tasks of y are"),
        ({"speed": 1, "brake": -1}, "must hold finite numbers"),
        ({"speed": 0, "brake": 0}, "not all 0"),
    ],
)
def test_weights_that_cannot_be_are_refused(tasks, weighting, message):
    X, y = tasks
    with pytest.raises(ValueError, match=message):
        MultitaskFusion(**QUICK, weighting=weighting).fit(X, y)


def test_score_needs_the_tasks_of_fit_and_labels(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK).fit(X, y)
    with pytest.raises(ValueError, match=r"y has the tasks \['brake'\], and the net was fitted on"):
        model.score(X, y[["brake"]])
    with pytest.raises(ValueError, match="y has no labels"):
        model.score(X, y.assign(speed=np.nan, brake=None))


def test_score_counts_known_labels_by_weight(tasks):
    X, y = tasks
    model = MultitaskFusion(**QUICK).fit(X, y)
    y.loc[y.index[::3], "speed"] = np.nan
    weight, known = np.arange(1.0, 41.0), y["speed"].notna()
    prediction = model.predict(X)
    expected = [
        r2_score(y["speed"][known], prediction["speed"][known], sample_weight=weight[known]),
        accuracy_score(y["brake"], prediction["brake"], sample_weight=weight),
    ]
    assert_allclose(model.score(X, y, sample_weight=weight), np.mean(expected))
