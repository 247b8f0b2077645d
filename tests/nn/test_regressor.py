"""Regression: units of the target, weights, and samples without any modality."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import r2_score

from skmm.frame import drop_modalities
from skmm.nn import DeepFusionRegressor

QUICK = {"max_epochs": 5, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}


@pytest.fixture
def numbers(toy):
    X, y = toy
    return X, 1000.0 + 50 * y + X["sensor"].array.tensor[:, 0]


@pytest.mark.parametrize("fusion", ["gated", "concat"])
def test_a_target_is_learned_from_a_frame(numbers, fusion):
    X, y = numbers
    model = DeepFusionRegressor(fusion=fusion, lr=1e-2, dropout=0.0, random_state=0)
    assert model.fit(X, y).score(X, y) > 0.9


def test_units_of_the_target_do_not_matter(numbers):
    X, y = numbers
    quick = DeepFusionRegressor(**QUICK, precision="float64")
    expected = 7 * quick.fit(X, y).predict(X) - 3
    assert_allclose(quick.fit(X, 7 * y - 3).predict(X), expected, rtol=1e-9)


def test_a_sample_without_any_modality_gets_the_weighted_mean_of_fit(numbers):
    X, y = numbers
    weight = np.arange(1.0, 41.0)
    model = DeepFusionRegressor(**QUICK).fit(X, y, sample_weight=weight)
    empty = drop_modalities(X, keep_one=False)
    assert_array_equal(model.predict(empty), np.full(40, np.average(y, weights=weight)))


def test_a_constant_target_is_predicted(numbers):
    X, _ = numbers
    prediction = DeepFusionRegressor(**QUICK).fit(X, np.full(40, 8.0)).predict(X)
    assert_allclose(prediction, 8.0, atol=1.0)


def test_early_stopping_needs_no_classes(numbers):
    X, y = numbers
    model = DeepFusionRegressor(**QUICK, early_stopping=True).fit(X, y)
    assert "valid_loss" in model.history_


def test_weights_of_zero_only_are_refused(numbers):
    X, y = numbers
    with pytest.raises(ValueError, match="at least one non-zero"):
        DeepFusionRegressor(**QUICK).fit(X, y, sample_weight=np.zeros(40))


def test_warm_start_keeps_the_units_of_the_target(numbers):
    X, y = numbers
    model = DeepFusionRegressor(**QUICK, warm_start=True).fit(X, y)
    mean = model.y_mean_
    model.fit(X, y + 10)
    assert model.y_mean_ == mean


def test_several_targets_are_learned_each_in_its_units(numbers):
    X, y = numbers
    both = np.column_stack([y, -1e-3 * y])
    model = DeepFusionRegressor(lr=1e-2, dropout=0.0, random_state=0).fit(X, both)
    assert (r2_score(both, model.predict(X), multioutput="raw_values") > 0.9).all()
    assert_allclose(model.y_mean_, both.mean(axis=0))
    assert_allclose(model.y_scale_, both.std(axis=0))


def test_one_column_is_the_vector(numbers):
    X, y = numbers
    model = DeepFusionRegressor(**QUICK)
    expected = model.fit(X, y).predict(X)
    assert_array_equal(model.fit(X, y[:, np.newaxis]).predict(X), expected[:, np.newaxis])


def test_warm_start_refuses_another_number_of_targets(numbers):
    X, y = numbers
    model = DeepFusionRegressor(**QUICK, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="net for 1 targets, and y has 2"):
        model.fit(X, np.column_stack([y, y]))
