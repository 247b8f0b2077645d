"""How much modalities count: what weights are, and which fusions have them."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from skmm.frame import drop_modalities, make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor
from skmm.nn._fusions import FUSIONS

QUICK = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}


@pytest.mark.parametrize("fusion", ["gated", "attention"])
@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor])
def test_rows_sum_to_one_and_what_is_missing_has_no_weight(toy, cls, fusion):
    X, y = toy
    X = drop_modalities(X, rate=0.3, random_state=0).set_index(np.arange(40) + 100)
    X.iloc[[7]] = drop_modalities(X.iloc[[7]], keep_one=False)
    weights = cls(fusion=fusion, **QUICK).fit(X, y).modality_weights(X)
    assert isinstance(weights, pd.DataFrame)
    assert list(weights) == list(X)
    assert_array_equal(weights.index, X.index)
    assert (weights.dtypes == np.float64).all()
    assert (weights[X.isna()].fillna(0) == 0).all(axis=None)
    assert_allclose(weights.sum(axis=1), np.arange(40) != 7, atol=1e-6)


def test_attention_is_what_the_embeddings_are_averaged_with(toy):
    X, y = toy
    model = DeepFusionClassifier(fusion="attention", **QUICK).fit(X, y)
    seen = []
    model.net_.module_.fusion.register_forward_hook(
        lambda _, args, fused: seen.append((args[0], fused))
    )
    model.predict_proba(X)
    (embeddings, fused), weights = seen[0], model.modality_weights(X).to_numpy()
    expected = np.einsum("nm,mnp->np", weights, torch.stack(list(embeddings)).numpy())
    assert_allclose(fused.numpy(), expected, atol=1e-6)


def test_columns_are_found_by_name_and_a_matrix_is_one_modality(toy):
    X, y = toy
    model = DeepFusionClassifier(**QUICK).fit(X, y)
    shuffled = X[["text", "sensor", "image"]]
    pd.testing.assert_frame_equal(model.modality_weights(shuffled), model.modality_weights(X))
    numbers = np.random.default_rng(0).normal(size=(40, 3))
    weights = DeepFusionClassifier(**QUICK).fit(numbers, y).modality_weights(numbers)
    assert_allclose(weights, np.ones((40, 1)))
    assert list(weights.index) == list(range(40))


def test_a_modality_that_says_nothing_counts_less():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    X = make_frame(
        noise=rng.normal(size=(300, 4)), strong=rng.normal(size=(300, 4)) + 2 * y[:, None]
    )
    for fusion in ["gated", "attention"]:
        model = DeepFusionClassifier(fusion=fusion, **QUICK | {"max_epochs": 60, "lr": 1e-2})
        weights = model.fit(X, y).modality_weights(X).mean()
        assert weights["strong"] > 0.6


@pytest.mark.parametrize("fusion", sorted(set(FUSIONS) - {"gated", "attention"}))
@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor])
def test_fusions_without_weights_say_which_have_them(cls, fusion):
    model = cls(fusion=fusion)
    assert not hasattr(model, "modality_weights")
    with pytest.raises(AttributeError, match="modality_weights") as caught:
        model.modality_weights(None)
    expected = f"fusion={fusion!r} has no weights of modalities; ['gated', 'attention'] have"
    assert str(caught.value.__cause__) == expected


class Equal(torch.nn.Module):
    def forward(self, embeddings, present):
        return sum(embeddings)

    def weights(self, embeddings, present):
        return present / present.sum(dim=1, keepdim=True).clamp(min=1)


def test_a_module_with_weights_has_them(toy):
    X, y = toy
    model = DeepFusionClassifier(fusion=Equal(), **QUICK).fit(X, y)
    assert_allclose(model.modality_weights(X), np.full((40, 3), 1 / 3), rtol=1e-6)
    assert not hasattr(DeepFusionClassifier(fusion=torch.nn.Identity()), "modality_weights")


class EqualTokens(Equal):
    """The same on tokens: the mean of each stream, of all that are present."""

    reads_tokens = True

    def forward(self, streams, present, valid):
        return super().forward([stream.mean(dim=1) for stream in streams], present)

    def weights(self, streams, present, valid):
        assert [stream.shape[:2] for stream in streams] == [here.shape for here in valid]
        return super().weights(streams, present)


def test_a_module_that_reads_tokens_has_weights(toy):
    X, y = toy
    model = DeepFusionClassifier(fusion=EqualTokens(), **QUICK).fit(X, y)
    assert_allclose(model.modality_weights(X), np.full((40, 3), 1 / 3), rtol=1e-6)


def test_the_fitted_net_has_weights_or_not_whatever_is_set_afterwards(toy):
    X, y = toy
    model = DeepFusionClassifier(fusion="gated", **QUICK).fit(X, y)
    expected = model.modality_weights(X)
    model.set_params(fusion="concat")
    pd.testing.assert_frame_equal(model.modality_weights(X), expected)
    assert not hasattr(model.fit(X, y).set_params(fusion="gated"), "modality_weights")


def test_an_unfitted_model_says_so():
    with pytest.raises(NotFittedError):
        DeepFusionClassifier().modality_weights(np.zeros((2, 2)))
