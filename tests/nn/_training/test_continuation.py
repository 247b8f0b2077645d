"""Training that goes on: weights, moments, units, and what must not change."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm._tensor import TensorArray
from tests.nn.quick import quick


def test_warm_start_goes_on_where_fit_stopped(toy):
    X, y = toy
    params = {"dropout": 0.0, "batch_size": -1}
    twice = quick(**params, warm_start=True).fit(X, y).fit(X, y)
    assert twice.n_iter_ == 6
    assert twice.history_["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    once = quick(**params | {"max_epochs": 6}).fit(X, y)
    assert_allclose(twice.predict_proba(X), once.predict_proba(X), rtol=1e-5)


def test_warm_start_uses_the_learning_rate_of_now(toy):
    X, y = toy
    model = quick(warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(lr=1e-12, weight_decay=0.0).fit(X, y)
    assert_allclose(model.predict_proba(X), before, rtol=1e-5)


def test_warm_start_goes_on_after_loading(toy):
    X, y = toy
    model = pickle.loads(pickle.dumps(quick(warm_start=True).fit(X, y)))
    assert model.fit(X, y).n_iter_ == 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.drop(columns="text"), "no column 'text'"),
        (
            lambda X: X.assign(sensor=TensorArray(np.zeros((40, 2)))),
            r"fitted on samples of shape \(4,\)",
        ),
    ],
    ids=["columns", "shapes"],
)
def test_warm_start_refuses_another_X(toy, change, message):
    X, y = toy
    model = quick(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.fit(change(X), y)


def test_warm_start_refuses_another_width(toy):
    X, y = toy
    model = quick(warm_start=True).fit(X, y).set_params(embed_dim=9)
    with pytest.raises(ValueError, match="goes on with the fitted net, but the weights do not fit"):
        model.fit(X, y)


def test_warm_start_refuses_other_encoders(toy):
    X, y = toy
    model = quick(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="goes on with a net that reads"):
        model.set_params(encoders={"text": "vector"}).fit(X, y)


def test_a_failed_refit_leaves_the_moments_of_the_optimizer_alone(toy):
    X, y = toy
    straight = quick(warm_start=True).fit(X, y)
    failed = quick(warm_start=True).fit(X, y)
    with pytest.raises(FloatingPointError):
        failed.set_params(lr=1e18).fit(X, y)
    failed.set_params(lr=straight.lr)
    assert_array_equal(failed.fit(X, y).predict_proba(X), straight.fit(X, y).predict_proba(X))
