"""What dump writes, load reads; what it cannot write is named before anything is written."""

import os
import pickle
import resource
import signal

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from torch import nn

import skmm
from skmm.fusion import ConcatFusion, MultimodalFusion
from skmm.nn import DeepFusionClassifier, GatedModule
from skmm.persistence import _dump
from tests.tiny_extractors import Lengths


class Scaler(StandardScaler):
    """A transformer of a user."""


def double(X):
    return 2 * X


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skmm"


def test_equal_models_make_equal_files(deep, path, tmp_path):
    skmm.dump(deep[0], path)
    skmm.dump(pickle.loads(pickle.dumps(deep[0])), tmp_path / "again.skmm")
    assert path.read_bytes() == (tmp_path / "again.skmm").read_bytes()


def test_dump_changes_nothing_of_the_model(deep, path):
    model, X = deep
    expected, before = model.predict_proba(X), set(vars(model[-1]))
    state = torch.get_rng_state()
    skmm.dump(model, str(path))
    assert_array_equal(model.predict_proba(X), expected)
    assert set(vars(model[-1])) == before
    assert torch.equal(torch.get_rng_state(), state)


# -- what cannot be kept


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (
            DeepFusionClassifier(fusion=GatedModule(2, 64)),
            "fusion holds the torch module GatedModule",
        ),
        (
            DeepFusionClassifier(encoders={"a": nn.Identity()}),
            "encoders holds the torch module Identity",
        ),
        (
            DeepFusionClassifier(encoders={"a": (nn.Linear(2, 2), {"lr": 0.1})}),
            "torch module Linear",
        ),
        (
            make_pipeline(DeepFusionClassifier(fusion=GatedModule(2, 64))),
            "deepfusionclassifier__fusion",
        ),
    ],
    ids=["fusion", "encoder", "pair", "pipeline"],
)
def test_torch_modules_are_refused_with_the_way_out(model, name, path):
    with pytest.raises(TypeError, match=rf"{name}.*fusion='gated'.*or pickle the model"):
        skmm.dump(model, path)
    assert os.listdir(path.parent) == []


def cycle():
    params = {}
    params["itself"] = params
    return DeepFusionClassifier(net_params=params)


@pytest.mark.parametrize(
    "model",
    [
        torch.zeros(3),
        DeepFusionClassifier(net_params={"x": torch.zeros(3)}),
        pd.DataFrame({"a": [1]}),
        skmm.make_frame(a=np.zeros((2, 3))),
        DeepFusionClassifier(net_params={"x": pickle.dumps(StandardScaler())}),
        cycle(),
    ],
    ids=["tensor", "tensor inside", "frame", "frame of blocks", "pickle", "cycle"],
)
def test_what_is_no_plain_value_is_refused_with_the_way_out(model, path):
    with pytest.raises(
        TypeError, match=r"cannot be kept as arrays and plain values: .*pickle the model"
    ):
        skmm.dump(model, path)
    assert os.listdir(path.parent) == []


def local_class():
    class Local(StandardScaler):
        pass

    return Local()


@pytest.mark.parametrize(
    ("step", "name"),
    [(FunctionTransformer(lambda X: X), "<lambda>"), (local_class(), "Local")],
    ids=["lambda", "local"],
)
def test_what_cannot_be_found_by_name_is_refused(step, name, path):
    with pytest.raises(
        TypeError, match=rf"holds \['[\w.]+{name}'\], which cannot be found by name"
    ):
        skmm.dump(make_pipeline(step), path)


@pytest.mark.parametrize(
    ("step", "yours"),
    [(Scaler(), Scaler), (FunctionTransformer(double), double), (Lengths(), Lengths)],
    ids=["class", "function", "extractor"],
)
def test_types_of_the_user_have_to_be_trusted_here_and_there(step, yours, path):
    name = f"{yours.__module__}.{yours.__name__}"
    with pytest.raises(
        TypeError, match=rf"types \['{name}'\], which load does not trust by itself"
    ):
        skmm.dump(make_pipeline(step), path)
    assert not path.exists()
    for trusted in ([yours], [name]):
        skmm.dump(make_pipeline(step), path, trusted=trusted)
        assert repr(skmm.load(path, trusted=trusted)) == repr(make_pipeline(step))
    with pytest.raises(TypeError, match=rf"\['{name}'\], which are not trusted"):
        skmm.load(path)


def test_descriptions_too_long_to_be_read_are_not_written(path, monkeypatch):
    monkeypatch.setattr(_dump, "LARGEST", 1000)
    model = DeepFusionClassifier(net_params={"words": ["word"] * 1000})
    with pytest.raises(TypeError, match=r"description takes \d+ bytes, and 1000 are read"):
        skmm.dump(model, path)


# -- what goes wrong while it is written


@pytest.mark.parametrize("place", ["nowhere/model.skmm", "."])
def test_a_place_that_cannot_be_written_to_is_named(deep, tmp_path, place):
    with pytest.raises(
        OSError, match=r"the model is not kept, and what was at .* is as it was: "
    ) as caught:
        skmm.dump(deep[0], tmp_path / place)
    assert type(caught.value) in (FileNotFoundError, IsADirectoryError)
    assert os.listdir(tmp_path) == []


@pytest.fixture
def full_disk():
    """No file may grow beyond some bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_old_model(deep, path, request):
    old = ConcatFusion(scaling="mfa")
    skmm.dump(old, path)
    request.getfixturevalue("full_disk")
    with pytest.raises(OSError, match="the model is not kept, and what was at"):
        skmm.dump(deep[0], path)
    assert os.listdir(path.parent) == [path.name]
    assert repr(skmm.load(path)) == repr(old)


# -- what is in a file, and what is not


def test_a_file_is_hardly_larger_than_the_weights(path):
    X, y = np.random.default_rng(0).normal(size=(20, 1000)), np.arange(20) % 2
    model = DeepFusionClassifier(max_epochs=1, embed_dim=256).fit(X, y)
    skmm.dump(model, path)
    weights = sum(value.nbytes for value in model.net_.network.state_dict().values())
    assert path.stat().st_size < 1.05 * weights


def test_training_data_are_not_in_the_file(path):
    X, y = np.random.default_rng(0).normal(size=(500, 4)), np.arange(500) % 2
    fusion = MultimodalFusion([("a", StandardScaler(), [0, 1]), ("b", StandardScaler(), [2, 3])])
    model = make_pipeline(fusion, DeepFusionClassifier(max_epochs=1, embed_dim=4, hidden_dims=(4,)))
    sizes = []
    for n_samples in (100, 500):
        skmm.dump(model.fit(X[:n_samples], y[:n_samples]), path)
        sizes.append(path.stat().st_size)
    assert abs(sizes[1] - sizes[0]) < 100  # digits of numbers


def test_of_a_cache_the_path_is_kept_only(path, tmp_path):
    from skmm.image import HOGExtractor

    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32), dtype=np.uint8)
    model = HOGExtractor(size=(32, 32), memory=skmm.cache.FeatureCache(tmp_path / "cache"))
    block = model.fit_transform(images)
    skmm.dump(model, path)
    assert path.stat().st_size < 5000 < block.nbytes
    loaded = skmm.load(path)
    assert loaded.memory.path == str(tmp_path / "cache")
    assert loaded.memory.info()["entries"] == 40
