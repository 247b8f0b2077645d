"""The adversarial fusion; what all generative fusions share is in test_estimator.py."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier

from skmm.frame import drop_modalities, make_frame
from skmm.generative import AdversarialFusion


@pytest.fixture(scope="module")
def X():
    """Two blocks of one width that share two directions, and do not look alike."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(300, 2))
    return make_frame(
        a=np.tanh(z @ rng.normal(size=(2, 6))) + 0.1 * rng.normal(size=(300, 6)),
        b=np.maximum(z @ rng.normal(size=(2, 6)), 0) + 0.1 * rng.normal(size=(300, 6)),
    )


@pytest.fixture(scope="module", params=["reversal", "gan"])
def fitted(request, X):
    return AdversarialFusion(2, method=request.param, lr=0.003, random_state=0).fit(X)


def test_modalities_that_can_be_told_apart_get_codes_that_cannot(fitted, X):
    raw = np.vstack([X[m].array.tensor for m in X])
    probe = MLPClassifier(random_state=0, max_iter=500, early_stopping=True)
    assert cross_val_score(probe, raw, np.repeat([0, 1], 300), cv=3).mean() > 0.9
    assert_allclose(fitted.discriminator_accuracy_, 0.5, atol=0.15)
    assert max(fitted.mode_collapse_.values()) < 0.5


def test_losses_end_near_those_of_the_balance(fitted):
    last = fitted.history_.iloc[-1]
    if fitted.method == "gan":
        assert_allclose(last["discriminator_loss"], 1.386, atol=0.15)  # with its penalty
        assert_allclose(last["generator_loss"], 0.693, atol=0.15)
    else:
        assert_allclose(last["discriminator_loss"], 0.693, atol=0.1)


def test_without_a_game_the_discriminator_wins_and_says_so(X):
    """The history of the game tells it as well."""
    fusion = AdversarialFusion(
        4, adversarial_weight=0.0, regularization=None, lr=0.003, random_state=0
    )
    with pytest.warns(
        ConvergenceWarning, match="the discriminator tells modalities with an accuracy"
    ):
        fusion.fit(X)
    assert fusion.discriminator_accuracy_ > 0.9
    assert fusion.history_["discriminator_accuracy"].iloc[-1] > 0.9


@pytest.mark.parametrize("method", ["reversal", "gan"])
def test_without_reconstruction_codes_collapse_and_it_says_so(X, method):
    fusion = AdversarialFusion(
        4, method=method, reconstruction_weight=0.0, weight_decay=1.0, lr=0.01, random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="hardly varies"):
        fusion.fit(X)
    assert max(fusion.mode_collapse_.values()) > 0.99


def test_a_missing_modality_is_generated_from_the_other(fitted, X):
    filled = fitted.impute(X.assign(b=None))["b"].array.tensor
    truth = X["b"].array.tensor
    assert np.square(filled - truth).mean() < 0.3 * truth.var(axis=0).mean()


def test_gaps_in_training_are_no_obstacle(X, fitted):
    gaps = drop_modalities(X, rate=0.3, random_state=0)
    fusion = AdversarialFusion(2, method=fitted.method, lr=0.003, random_state=0).fit(gaps)
    filled, absent = fusion.impute(gaps)["b"].array.tensor, gaps["b"].isna().to_numpy()
    truth = X["b"].array.tensor
    error = np.square(filled[absent] - truth[absent]).mean()
    assert error < 0.6 * truth.var(axis=0).mean()


def test_the_code_of_a_row_is_the_mean_of_those_of_its_modalities(fitted, X):
    alone = [fitted.transform(X.assign(**{m: None})) for m in X]
    if fitted.method == "reversal":
        assert_allclose(fitted.transform(X), (alone[0] + alone[1]) / 2, atol=1e-6)
    else:  # side by side
        assert_array_equal(fitted.transform(X), alone[0] + alone[1])
        assert not (alone[0] * alone[1]).any()


def test_a_code_of_the_game_has_a_part_for_each_modality(fitted, X):
    width = 4 if fitted.method == "gan" else 2
    assert fitted.transform(X).shape == (300, width)
    assert list(fitted.get_feature_names_out()) == [f"adversarialfusion{i}" for i in range(width)]


def test_parameters_of_the_game_count(X):
    quick = {"method": "gan", "max_epochs": 20, "lr": 0.01, "hidden_dims": (8,), "random_state": 0}
    codes = AdversarialFusion(4, **quick).fit(X).transform(X)
    for params in (
        {"adversarial_weight": 3.0},
        {"reconstruction_weight": 3.0},
        {"regularization": None},
        {"regularization": "spectral"},
        {"modality_dropout": 0.5},
        {"noise": 0.5},
    ):
        other = AdversarialFusion(4, **(quick | params)).fit(X)
        assert not np.array_equal(other.transform(X), codes), params


def test_one_modality_plays_no_game():
    X = np.random.default_rng(0).normal(size=(40, 3))
    for method in ("reversal", "gan"):
        fusion = AdversarialFusion(2, method=method, lr=0.01, random_state=0).fit(X)
        assert np.isnan(fusion.discriminator_accuracy_)
        assert list(fusion.mode_collapse_) == [None]


@pytest.mark.parametrize(
    "params",
    [
        {"method": "wgan"},
        {"adversarial_weight": -1},
        {"reconstruction_weight": -1},
        {"regularization": "l2"},
        {"modality_dropout": 1},
        {"noise": -1},
    ],
)
def test_parameters_out_of_bounds_are_refused(X, params):
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter"):
        AdversarialFusion(**params).fit(X)
