"""The autoencoder; what all generative fusions share is in test_estimator.py."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from skmm import ModalityError
from skmm.frame import drop_modalities, make_frame
from skmm.generative import AutoencoderFusion
from tests.toys import shared_directions

LINEAR = {
    "hidden_dims": (),
    "modality_dropout": 0.0,
    "batch_size": -1,
    "lr": 0.01,
    "random_state": 0,
}


def scaled(X):
    """Blocks side by side, each divided by the root of its width: FUSION.md, section 4."""
    parts = [X[m].array.tensor for m in X]
    return np.hstack([StandardScaler().fit_transform(p) / np.sqrt(p.shape[1]) for p in parts])


@pytest.mark.parametrize(("n_components", "golden"), [(2, 0.941456), (3, 0.694555)])
def test_the_linear_one_loses_what_pca_loses(n_components, golden):
    X = shared_directions()
    fusion = AutoencoderFusion(n_components, max_epochs=1000, **LINEAR).fit(X)
    Z = scaled(X)
    pca = PCA(n_components).fit(Z)
    loss = np.square(Z - pca.inverse_transform(pca.transform(Z))).sum(axis=1).mean()
    assert_allclose(loss, golden, atol=1e-6)
    assert_allclose(fusion.history_["train_loss"].iloc[-1], golden, rtol=0.01)


def test_the_linear_one_reconstructs_as_pca():
    X = shared_directions()
    fusion = AutoencoderFusion(2, max_epochs=2000, **LINEAR).fit(X)
    Z = scaled(X)
    pca = PCA(2).fit(Z)
    expected = pca.inverse_transform(pca.transform(Z))
    assert_allclose(scaled_like(fusion.reconstruct(X), X), expected, atol=1e-3)


def scaled_like(X, reference):
    return np.hstack(
        [
            StandardScaler().fit(r).transform(x) / np.sqrt(x.shape[1])
            for x, r in ((X[m].array.tensor, reference[m].array.tensor) for m in reference)
        ]
    )


def test_a_hidden_modality_is_guessed_better_than_by_its_mean():
    X = shared_directions()
    X = make_frame(**{m: X[m].array.tensor * 10 + 3 for m in X})
    fusion = AutoencoderFusion(2, modality_dropout=0.5, lr=0.01, random_state=0).fit(X[:150])
    test = X[150:]
    filled = fusion.impute(test.assign(a=None))["a"].array.tensor
    truth = test["a"].array.tensor
    naive = np.square(truth - X["a"].array.tensor[:150].mean(axis=0)).mean()
    assert np.square(filled - truth).mean() < 0.8 * naive


def test_dropout_makes_up_for_missing_modalities():
    """Without it, a modality that is missing at prediction is all the more missed."""
    X = shared_directions()
    errors = {}
    for rate in (0.0, 0.5):
        fusion = AutoencoderFusion(2, modality_dropout=rate, lr=0.01, random_state=0).fit(X[:150])
        filled = fusion.impute(X[150:].assign(a=None))["a"].array.tensor
        errors[rate] = np.square(filled - X["a"].array.tensor[150:]).mean()
    assert errors[0.5] < errors[0.0]


def test_gaps_in_training_are_no_obstacle():
    X = shared_directions()
    gaps = drop_modalities(X, rate=0.3, random_state=0)
    fusion = AutoencoderFusion(2, lr=0.01, random_state=0).fit(gaps)
    filled, absent = fusion.impute(gaps), gaps["b"].isna().to_numpy()
    truth = X["b"].array.tensor[absent]
    assert np.square(filled["b"].array.tensor[absent] - truth).mean() < np.square(truth).mean()


def test_noise_shrinks_what_is_reconstructed():
    X = shared_directions()
    spread = [
        AutoencoderFusion(2, noise=noise, max_epochs=500, **LINEAR)
        .fit(X)
        .reconstruct(X)["a"]
        .array.tensor.std()
        for noise in (0.0, 2.0)
    ]
    assert spread[1] < 0.9 * spread[0]


def test_a_modality_missing_everywhere_is_named():
    with pytest.raises(ModalityError, match="modality 'b'.*missing in every"):
        AutoencoderFusion().fit(make_frame(a=np.ones((3, 2)), b=[None] * 3))
