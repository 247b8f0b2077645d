"""Pickles hold weights as arrays and nothing of torch or skorch; loading checks them."""

import copy
import io
import pickle
import pickletools

import joblib
import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch import nn

from skmm.nn import DeepFusionClassifier, DeepFusionRegressor
from skmm.nn._training.state import FORMAT, load_weights, weights_of

QUICK = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}


@pytest.fixture
def fitted(toy):
    X, y = toy
    return DeepFusionClassifier(**QUICK, early_stopping=True).fit(X, y), X


def by_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize(
    "copied", [lambda m: pickle.loads(pickle.dumps(m)), by_joblib, copy.deepcopy, copy.copy]
)
@pytest.mark.parametrize("estimator", [DeepFusionClassifier, DeepFusionRegressor])
def test_a_copy_predicts_the_same(toy, estimator, copied):
    X, y = toy
    model = estimator(**QUICK).fit(X, y)
    again = copied(model)
    assert_array_equal(again.predict(X), model.predict(X))
    assert again.history_.equals(model.history_)
    assert set(vars(again)) == set(vars(model))


def test_an_unfitted_model_survives_pickling():
    again = pickle.loads(pickle.dumps(DeepFusionClassifier(**QUICK)))
    assert vars(again) == vars(DeepFusionClassifier(**QUICK))


def test_weights_mapped_from_a_file_predict_the_same(fitted, tmp_path):
    model, X = fitted
    joblib.dump(model, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib", mmap_mode="r")
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_a_pickle_names_neither_torch_nor_skorch(fitted):
    strings = {
        arg for _, arg, _ in pickletools.genops(pickle.dumps(fitted[0])) if isinstance(arg, str)
    }
    modules = {string for string in strings if string.split(".")[0] in ("torch", "skorch")}
    assert modules <= {"torch"}  # the key of its version
    assert not any(isinstance(value, bytes) for value in fitted[0].__getstate__().values())


def test_a_pickle_is_hardly_larger_than_the_weights():
    X, y = np.random.default_rng(0).normal(size=(20, 2000)), np.arange(20) % 2
    model = DeepFusionClassifier(max_epochs=1, embed_dim=256).fit(X, y)
    size = sum(array.nbytes for array in weights_of(model.net_.module_).values())
    assert len(pickle.dumps(model)) < 1.2 * size


def test_parameters_set_after_fit_do_not_break_loading(fitted):
    model, X = fitted
    expected = model.predict_proba(X)
    model.set_params(embed_dim=99, fusion="concat", precision="float64", optimizer="nonsense")
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), expected)


def reload_with(model, **changes):
    state = model.__getstate__() | changes
    again = DeepFusionClassifier.__new__(DeepFusionClassifier)
    again.__setstate__(state)
    return again


def test_other_versions_are_warned_about(fitted):
    versions = fitted[0].__getstate__()["_versions"]
    with pytest.warns(UserWarning, match=r"saved with {'torch': '1.0.0'} and is loaded with"):
        reload_with(fitted[0], _versions=versions | {"torch": "1.0.0"})


@pytest.mark.parametrize("versions", [None, {"format": FORMAT + 1}, {}])
def test_an_unknown_format_is_refused(fitted, versions):
    with pytest.raises(ValueError, match=r"saved state has format .*, and skmm .* reads format 1"):
        reload_with(fitted[0], _versions=versions)


def test_a_model_of_a_gpu_loads_on_the_cpu_with_one_warning(fitted):
    model, X = fitted
    with pytest.warns(UserWarning, match="The model is loaded on the CPU") as caught:
        again = reload_with(model, device="cuda:99")
    assert len(caught) == 1
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w.pop("head.0.bias"),
        lambda w: w.update({"head.0.bias": np.zeros(3, dtype=np.float32)}),
        lambda w: w.update({"head.0.bias": w["head.0.bias"].astype(float)}),
        lambda w: w.update({"head.0.bias": w["head.0.bias"] * np.nan}),
        lambda w: w.update({"head.0.bias": "weights"}),
        lambda w: w.update({"stranger": np.zeros(3)}),
    ],
    ids=["absent", "shape", "dtype", "nan", "type", "stranger"],
)
def test_weights_that_do_not_fit_are_listed(fitted, spoil):
    module = fitted[0].net_.module_
    weights = weights_of(module)
    spoil(weights)
    with pytest.raises(ValueError, match=r"do not fit the network: \['(head.0.bias|stranger)'\]"):
        load_weights(module, weights)


class Causal(nn.Module):
    """A user's encoder that attends to earlier steps only, by a mask of -inf."""

    def __init__(self, n_steps=6):
        super().__init__()
        self.register_buffer("mask", torch.full((n_steps, n_steps), -torch.inf).triu(1))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, ids):
        steps = self.scale * ids.float().unsqueeze(2)
        return (torch.softmax(self.mask, dim=1) @ steps).squeeze(2)


def test_a_module_with_infinite_buffers_is_loaded_and_trained_further(toy):
    X, y = toy
    model = DeepFusionClassifier(**QUICK, encoders={"text": Causal()}).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert model.partial_fit(X, y).n_iter_ == 3


def test_infinite_weights_are_refused_where_the_module_has_finite_ones():
    module = Causal()
    for name, place in [("mask", (1, 0)), ("scale", 0)]:
        weights = weights_of(module)
        weights[name][place] = -np.inf
        with pytest.raises(ValueError, match=rf"do not fit the network: \['{name}'\]"):
            load_weights(module, weights)
