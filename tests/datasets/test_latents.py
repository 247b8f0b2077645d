"""Dials for redundant, unique and synergistic information, each proven by learners."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.frame import presence_mask

PAIR = {"left": 10, "right": 6}
MAKERS = [make_multimodal_classification, make_multimodal_regression]

linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
products = make_pipeline(PolynomialFeatures(2), StandardScaler(), LogisticRegression(C=0.1))


def flat(X, *modalities):
    return np.hstack([X[m].array.tensor.reshape(len(X), -1) for m in modalities]).astype(float)


def accuracy(learner, X, y, *modalities):
    return cross_val_score(learner, flat(X, *modalities), y, cv=3).mean()


def make(n_samples=600, modalities=PAIR, redundant=0, unique=0, synergistic=0, noise=0.3, **more):
    return make_multimodal_classification(
        n_samples,
        modalities=modalities,
        redundant=redundant,
        unique=unique,
        synergistic=synergistic,
        noise=noise,
        **more,
    )


def test_redundant_information_is_in_every_modality(global_random_seed):
    X, y = make(redundant=1, random_state=global_random_seed)
    alone = [accuracy(linear, X, y, modality) for modality in PAIR]
    assert min(alone) > 0.8
    assert accuracy(linear, X, y, *PAIR) < max(alone) + 0.06


def test_unique_information_is_in_the_named_modality_only(global_random_seed):
    X, y = make(unique={"right": 1}, random_state=global_random_seed)
    assert accuracy(linear, X, y, "right") > 0.8
    assert accuracy(SVC(), X, y, "left") < 0.45


def test_unique_information_of_all_modalities_adds_up(global_random_seed):
    X, y = make(unique=1, random_state=global_random_seed)
    alone = [accuracy(linear, X, y, modality) for modality in PAIR]
    assert min(alone) > 0.45
    assert accuracy(linear, X, y, *PAIR) > max(alone) + 0.15


def test_synergistic_information_is_in_no_single_modality(global_random_seed):
    X, y = make(n_classes=2, synergistic=1, random_state=global_random_seed)
    for modality in PAIR:
        assert accuracy(products, X, y, modality) < 0.62
        assert accuracy(SVC(), X, y, modality) < 0.62
    assert accuracy(linear, X, y, *PAIR) < 0.62
    assert accuracy(products, X, y, *PAIR) > 0.8


def test_synergistic_information_is_in_no_two_of_three_modalities(global_random_seed):
    trio = {"a": 4, "b": 4, "c": 4}
    cube = make_pipeline(
        PolynomialFeatures(3, interaction_only=True), StandardScaler(), LogisticRegression(C=0.1)
    )
    X, y = make(1000, trio, n_classes=2, synergistic=1, noise=0.1, random_state=global_random_seed)
    assert accuracy(cube, X, y, "a", "b") < 0.6
    assert accuracy(SVC(), X, y, "a", "c") < 0.6
    assert accuracy(cube, X, y, *trio) > 0.8


def test_noise_blurs_the_modality_it_is_given_for(global_random_seed):
    noise = {"left": 3.0, "right": 0.3}
    X, y = make(redundant=1, noise=noise, random_state=global_random_seed)
    assert accuracy(linear, X, y, "left") < accuracy(linear, X, y, "right") - 0.15


def test_without_noise_the_target_is_a_linear_function_of_the_blocks(global_random_seed):
    X, y = make_multimodal_regression(
        50, modalities=PAIR, redundant=2, unique=0.5, noise=0, random_state=global_random_seed
    )
    assert RidgeCV(alphas=[1e-9]).fit(flat(X, *PAIR), y).score(flat(X, *PAIR), y) > 1 - 1e-6


def test_without_noise_the_synergy_is_a_product_of_the_blocks(global_random_seed):
    X, y = make_multimodal_regression(
        200,
        modalities=PAIR,
        redundant=0,
        unique=0,
        synergistic=1,
        noise=0,
        random_state=global_random_seed,
    )
    left, right = flat(X, "left"), flat(X, "right")
    pairs = np.einsum("ni,nj->nij", left, right).reshape(len(X), -1)
    solution = np.linalg.lstsq(pairs, y, rcond=1e-5)[0]  # rank 16 of 60
    assert_allclose(pairs @ solution, y, atol=1e-4)


def test_the_variance_of_the_target_is_the_sum_of_the_squared_dials(global_random_seed):
    _, y = make_multimodal_regression(
        50_000,
        modalities={"a": 4, "b": 4},
        redundant=2,
        unique={"a": 3},
        synergistic=1.5,
        random_state=global_random_seed,
    )
    assert_allclose(y.mean(), 0, atol=0.1)
    assert_allclose(y.var(), 4 + 9 + 2.25, rtol=0.03)


def test_signal_and_noise_of_a_block_have_the_documented_size(global_random_seed):
    options = {"modalities": {"a": (5, 8), "b": 30}, "random_state": global_random_seed}
    signal, _ = make_multimodal_regression(5000, noise=0, **options)
    noisy, _ = make_multimodal_regression(5000, noise={"a": 2.0}, **options)
    assert_allclose(flat(signal, "a").var(axis=0).mean(), 1, rtol=0.05)
    assert_allclose((flat(noisy, "a") - flat(signal, "a")).std(), 2, rtol=0.02)
    assert_array_equal(flat(noisy, "b"), flat(signal, "b"))


@pytest.mark.parametrize("maker", MAKERS)
def test_dials_change_the_target_and_leave_the_frame(maker):
    X, y = maker(50, random_state=0)
    same_X, other_y = maker(50, unique=0, synergistic=2, random_state=0)
    pd.testing.assert_frame_equal(X, same_X)
    assert (y != other_y).any()


@pytest.mark.parametrize("maker", MAKERS)
def test_blocks_have_the_shapes_asked_for(maker):
    X, y = maker(7, modalities={"image": (3, 6, 5), "audio": [4, 2], "vector": 9}, random_state=0)
    shapes = {name: X[name].array.tensor.shape for name in X}
    assert shapes == {"image": (7, 3, 6, 5), "audio": (7, 4, 2), "vector": (7, 9)}
    assert all(X[name].array.tensor.dtype == np.float32 for name in X)
    assert y.shape == (7,)


@pytest.mark.parametrize("maker", MAKERS)
def test_missing_rates_are_reached(maker, global_random_seed):
    X, _ = maker(200, modalities=PAIR, missing={"left": 0.35}, random_state=global_random_seed)
    assert_allclose(1 - presence_mask(X).mean(axis=0), [0.35, 0])


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_seed_gives_the_same_data_and_another_seed_other_data(maker):
    X, y = maker(20, missing=0.3, random_state=1)
    same_X, same_y = maker(20, missing=0.3, random_state=1)
    pd.testing.assert_frame_equal(X, same_X)
    assert_array_equal(y, same_y)
    assert not X.equals(maker(20, missing=0.3, random_state=2)[0])


@pytest.mark.parametrize("maker", MAKERS)
def test_with_a_seed_the_global_random_state_is_untouched(maker):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    maker(20, random_state=0)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("shape", [3, (1, 3), (2, -2), (8, 0), 7.5, "wide", ()])
@pytest.mark.parametrize("maker", MAKERS)
def test_a_shape_that_cannot_hold_the_latents_is_refused(maker, shape):
    with pytest.raises(ValueError, match=r"modality 'b' has the shape .*; expected at least 4"):
        maker(modalities={"a": 10, "b": shape})


@pytest.mark.parametrize("maker", MAKERS)
def test_no_modalities_are_refused(maker):
    with pytest.raises(ValueError, match="modalities is empty"):
        maker(modalities={})


@pytest.mark.parametrize("maker", MAKERS)
def test_a_target_that_depends_on_nothing_is_refused(maker):
    with pytest.raises(ValueError, match="y would not depend on X"):
        maker(redundant=0, unique={})


@pytest.mark.parametrize("maker", MAKERS)
def test_synergy_of_a_single_modality_is_refused(maker):
    with pytest.raises(ValueError, match="the single modality 'a'; it needs at least two"):
        maker(modalities={"a": 10}, synergistic=1)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("parameter", ["unique", "noise", "missing"])
def test_an_unknown_modality_is_named(maker, parameter):
    with pytest.raises(ValueError, match=f"{parameter} names the modality 'smell'"):
        maker(**{parameter: {"smell": 0.5}})
