"""A private model knows nothing of its samples but what was public."""

import warnings

import numpy as np
import pytest

from skmm import DeepFusionRegressor, make_frame
from skmm.frame import drop_modalities
from skmm.privacy import PrivacyWarning
from tests.nn.quick import private


def test_nothing_in_the_state_is_a_statistic_of_the_samples(unit_toy):
    X, y = unit_toy
    X = drop_modalities(X, rate=0.2, random_state=0)
    model = private().fit(X, y == 0)  # a third and two thirds
    np.testing.assert_array_equal(model.class_prior_, [0.5, 0.5])
    for scaler in model.net_.network.scalers:
        assert scaler.mean.eq(0).all()
        assert scaler.scale.eq(1).all()
    assert list(model.history_) == ["epoch"]


def test_labels_and_numbers_have_public_statistics(unit_toy):
    X, y = unit_toy
    labels = private().fit(X, np.column_stack([y == 0, y == 1]).astype(int))
    np.testing.assert_array_equal(labels.class_prior_, [0.5, 0.5])
    numbers = private(model=DeepFusionRegressor).fit(X, y - 0.7)
    assert (numbers.y_mean_, numbers.y_scale_) == (0.0, 1.0)


def test_tables_are_not_as_large_as_private_ids(unit_toy):
    _, y = unit_toy
    X = make_frame(text=np.random.default_rng(0).integers(1, 9, size=(120, 5)))
    with pytest.raises(
        ValueError, match="modality 'text' holds ids of tokens, and the largest one"
    ):
        private().fit(X, y)
    options = {"vectors": np.eye(20), "body": "tcn"}
    model = private(encoders={"text": ("tokens", options)}).fit(X, y)
    assert model.network_["modalities"] == {"text": ("tokens", 20)}


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_numbers_of_another_size_are_warned_of(unit_toy, factor):
    X, y = unit_toy
    X = make_frame(audio=X["audio"].array.tensor * factor, image=X["image"])
    with pytest.warns(PrivacyWarning, match="modality 'audio' has values of size.*about 1"):
        private().fit(X, y)


@pytest.mark.parametrize(("factor", "shift"), [(1e-3, 0.0), (1e3, 0.0), (1.0, 7.0)])
def test_targets_of_another_size_are_warned_of(unit_toy, factor, shift):
    X, y = unit_toy
    y = np.column_stack([y - 1.0, (y - 1.0) * factor + shift])
    with pytest.warns(PrivacyWarning, match="column 1 of y has values of size.*about 1") as record:
        private(model=DeepFusionRegressor).fit(X, y)
    assert len(record) == 1
    with pytest.warns(PrivacyWarning, match="^y has values of size"):
        private(model=DeepFusionRegressor).fit(X, y[:, 1])


def test_numbers_of_size_one_are_not_warned_of(unit_toy):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        private().fit(*unit_toy)
        private(model=DeepFusionRegressor).fit(unit_toy[0], unit_toy[1] - 1.0)
