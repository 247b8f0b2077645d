"""scikit-learn's own checks, over the estimators as they are by default and in a strict setting."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion

# Full batches in float64 without dropout make weights and repetitions of samples the same.
STRICT = {
    "precision": "float64",
    "batch_size": -1,
    "dropout": 0.0,
    "lr": 1e-2,
    "max_epochs": 40,
    "random_state": 0,
}


def expected_failures(estimator):
    if estimator.precision == "float64":
        return {}
    return {
        "check_sample_weight_equivalence_on_dense_data": (
            "small batches and float32: a weight of 2 is not a repetition to the last digit"
        )
    }


@parametrize_with_checks(
    [
        DeepFusionClassifier(max_epochs=25, random_state=0),
        DeepFusionRegressor(max_epochs=40, random_state=0),
        DeepFusionClassifier(**STRICT),
        DeepFusionRegressor(**STRICT),
        MultitaskFusion(max_epochs=25, random_state=0),
        MultitaskFusion(**STRICT),
    ],
    expected_failed_checks=expected_failures,
    xfail_strict=True,
)
def test_scikit_learns_check_passes(estimator, check):
    name = getattr(check, "func", check).__name__
    if name == "check_methods_subset_invariance" and estimator.precision == "float32":
        pytest.skip(
            "asks for 1e-7, which float32 may miss; see test_a_row_alone_is_as_in_its_batch"
        )
    check(estimator)


@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion])
@pytest.mark.parametrize(("precision", "rtol"), [("float32", 1e-5), ("float64", 1e-13)])
def test_a_row_alone_is_as_in_its_batch(cls, precision, rtol):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 3
    model = cls(max_epochs=20, precision=precision, random_state=0).fit(X, y)
    predict = model.predict if cls is DeepFusionRegressor else model.predict_proba
    together = predict(X)
    alone = np.concatenate([predict(X[[row]]) for row in range(30)])
    assert_allclose(alone, together, rtol=rtol, atol=rtol)
