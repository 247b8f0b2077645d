"""A GPU gives what the CPU gives, and is left as it was; skipped where there is none."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from skorch.callbacks import EpochScoring

import skmm
from skmm.frame import TensorArray, drop_modalities, make_frame
from skmm.generative import AdversarialFusion, AutoencoderFusion, VariationalFusion
from skmm.nn import (
    DeepFusionClassifier,
    DeepFusionRegressor,
    GradientBlending,
    MultitaskFusion,
)
from skmm.nn._fusions import FUSIONS
from skmm.nn._inputs.blocks import Block
from skmm.nn._training.batches import BlockDataset
from skmm.privacy import DPSGD
from skmm.retrieval import CrossModalRetriever
from tests.toys import shared_directions

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

QUICK = {"max_epochs": 3, "embed_dim": 8, "random_state": 0}
# Sums are taken in another order, and a few steps of training carry that on.
CLOSE = {"rtol": 5e-3, "atol": 5e-3}


@pytest.fixture
def toy():
    """X with a vector, an image, a token column and a sequence, and y with two classes."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = make_frame(
        sensor=rng.normal(size=(60, 4)) + y[:, np.newaxis],
        image=rng.normal(size=(60, 2, 8, 8)) + y[:, np.newaxis, np.newaxis, np.newaxis],
        text=rng.integers(1, 9, size=(60, 6)) + 9 * y[:, np.newaxis],
        sound=rng.normal(size=(60, 7, 3)) + y[:, np.newaxis, np.newaxis],
    )
    return drop_modalities(X, rate=0.2, random_state=0), y


def on(device, model, X, y):
    return clone(model).set_params(device=device).fit(X, y)


@pytest.mark.parametrize("fusion", sorted(set(FUSIONS) - {"embrace"}))  # which draws as it trains
def test_every_fusion_learns_what_it_learns_on_the_cpu(toy, fusion):
    X, y = toy
    model = DeepFusionClassifier(fusion=fusion, dropout=0.0, **QUICK)
    there, here = (on(device, model, X, y).predict_proba(X) for device in ("cuda", "cpu"))
    assert_allclose(there, here, **CLOSE)


BODIES = [
    {name: (kind, {"body": body})}
    for name, kind, bodies in (
        ("sound", "sequence", ("lstm", "gru", "tcn", "transformer")),
        ("text", "tokens", ("gru", "transformer")),
        ("image", "image", ("cnn", "resnet")),
    )
    for body in bodies
]


@pytest.mark.parametrize("encoders", BODIES, ids=str)
def test_every_encoder_learns_what_it_learns_on_the_cpu(toy, encoders):
    X, y = toy
    model = DeepFusionClassifier(encoders=encoders, dropout=0.0, **QUICK)
    there, here = (on(device, model, X, y).predict_proba(X) for device in ("cuda", "cpu"))
    assert_allclose(there, here, **CLOSE)


OPTIONS = [
    {"modality_dropout": 0.3, "dropout": 0.3},
    {"fusion": "embrace"},
    {"l1": 1e-3, "class_weight": "balanced"},
    {"early_stopping": True},
    {"precision": "float64"},
    {"precision": "bfloat16"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_tells_the_classes_apart(toy, options):
    X, y = toy
    model = DeepFusionClassifier(
        **(QUICK | {"max_epochs": 30, "lr": 1e-2} | options), device="cuda"
    )
    assert model.fit(X, y).score(X, y) > 0.9


def test_equal_seeds_give_equal_models(toy):
    X, y = toy
    model = DeepFusionClassifier(modality_dropout=0.3, device="cuda", **QUICK)
    assert_array_equal(*(clone(model).fit(X, y).predict_proba(X) for _ in range(2)))


@pytest.mark.parametrize("body", ["cnn", "resnet"])
def test_equal_seeds_give_equal_convolutions(toy, body):
    X, y = toy
    encoders = {"image": ("image", {"body": body})}
    model = DeepFusionClassifier(encoders=encoders, device="cuda", **QUICK)
    assert_array_equal(*(clone(model).fit(X, y).predict_proba(X) for _ in range(2)))
    assert not torch.backends.cudnn.deterministic


def test_samples_go_to_the_gpu_only_if_there_is_room(toy, monkeypatch):
    X, y = toy
    model = DeepFusionClassifier(device="cuda", early_stopping=True, **QUICK)
    expected = clone(model).fit(X, y).predict_proba(X)
    moved = []
    monkeypatch.setattr(
        "skmm.nn._training.batches._free_bytes", lambda device: moved.append(device) or 1
    )
    assert_array_equal(clone(model).fit(X, y).predict_proba(X), expected)
    assert moved == ["cuda"]
    dataset = BlockDataset({"a": Block(np.zeros((4, 2)), np.ones(4, bool), "a")})
    assert dataset.to("cuda") is dataset
    monkeypatch.undo()
    assert dataset.to("cuda").device.type == "cuda"


def test_a_loss_that_is_no_number_names_the_modality(toy):
    X, y = toy
    X = X.assign(sensor=TensorArray(np.full((60, 4), 1e30) * np.arange(60)[:, None] ** 9.0))
    model = DeepFusionClassifier(lr=1e12, optimizer="sgd", device="cuda", **QUICK)
    with pytest.raises(FloatingPointError, match="the training loss is .* in epoch"):
        model.fit(X, y)


def test_epochs_are_scored_and_heads_are_weighed(toy):
    X, y = toy
    callbacks = [EpochScoring("accuracy", name="accuracy"), GradientBlending(period=1)]
    model = DeepFusionClassifier(
        auxiliary_weight=1.0, early_stopping=True, callbacks=callbacks, device="cuda", **QUICK
    ).fit(X, y)
    assert model.history_["accuracy"].between(0, 1).all()
    assert model.modality_weights(X).shape == (60, 4)
    assert model.embed(X).shape == (60, 8)


def test_random_states_are_left_as_they_were(toy):
    states = torch.get_rng_state(), torch.cuda.get_rng_state()
    DeepFusionClassifier(device="cuda", **QUICK).fit(*toy)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert torch.equal(torch.cuda.get_rng_state(), states[1])


def test_a_model_of_a_gpu_predicts_where_there_is_none(toy, tmp_path):
    X, y = toy
    model = DeepFusionClassifier(device="cuda", **QUICK).fit(X, y)
    (tmp_path / "model.pickle").write_bytes(pickle.dumps((model, X)))
    skmm.dump(model, tmp_path / "model.skmm")
    here = skmm.load(tmp_path / "model.skmm")
    assert next(here.net_.network.parameters()).is_cuda
    assert_array_equal(here.predict_proba(X), model.predict_proba(X))
    code = (
        "import pickle, sys, warnings, numpy, skmm\n"
        "warnings.simplefilter('ignore')\n"
        "model, X = pickle.load(open(sys.argv[1] + '/model.pickle', 'rb'))\n"
        "model.predict_proba(X).tofile(sys.argv[1] + '/there')\n"
        "kept = skmm.load(sys.argv[1] + '/model.skmm')\n"
        "assert numpy.array_equal(kept.predict_proba(X), model.predict_proba(X))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        check=True,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
    )
    found = np.fromfile(tmp_path / "there").reshape(-1, 2)
    assert_allclose(found, model.predict_proba(X), rtol=1e-4, atol=1e-5)


def test_a_regressor_and_several_tasks_learn_what_they_learn_on_the_cpu(toy):
    X, y = toy
    target = np.random.default_rng(1).normal(size=60) + y
    no_dropout = QUICK | {"dropout": 0.0}
    for model, y_ in (
        (DeepFusionRegressor(**no_dropout), target),
        (
            MultitaskFusion(tasks={"class": "classification", "size": "regression"}, **no_dropout),
            pd.DataFrame({"class": y, "size": target}),
        ),
    ):
        there, here = (on(device, model, X, y_).predict(X) for device in ("cuda", "cpu"))
        assert_allclose(np.asarray(there, float), np.asarray(here, float), rtol=0.02, atol=0.02)


def test_training_goes_on_where_it_was(toy):
    X, y = toy
    model = DeepFusionClassifier(dropout=0.0, **QUICK)
    results = []
    for device in ("cuda", "cpu"):
        half = clone(model).set_params(device=device)
        for _ in range(3):
            half.partial_fit(X, y, classes=[0, 1])
        results.append(half.predict_proba(X))
    assert_allclose(*results, **CLOSE)


@pytest.mark.parametrize(
    ("params", "way_out"),
    [
        ({"embed_dim": 256, "batch_size": 20_000}, "batches of 20000 .*Use a smaller batch_size"),
        ({"embed_dim": 12_000}, "a network of this size .*Use a smaller embed_dim"),
    ],
)
def test_too_little_memory_is_told_with_the_way_out(params, way_out):
    wide = make_frame(a=np.zeros((20_000, 3000), np.float32))
    model = DeepFusionClassifier(device="cuda", max_epochs=1, **params)
    allowed = 300e6 / torch.cuda.get_device_properties(0).total_memory
    try:
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(allowed)
        with pytest.raises(torch.OutOfMemoryError, match=rf"'cuda' is not enough for {way_out}"):
            model.fit(wide, np.arange(20_000) % 2)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.parametrize("method", ["hinge", "infonce", "siglip"])
def test_retrieval_learns_what_it_learns_on_the_cpu(method):
    X = shared_directions()
    model = CrossModalRetriever(
        method, n_components=4, dropout=0.0, max_epochs=3, embed_dim=8, random_state=0
    )
    there, here = (
        clone(model).set_params(device=device).fit(X).embed(X, X.columns[0])
        for device in ("cuda", "cpu")
    )
    assert_allclose(there, here, atol=0.02)


@pytest.mark.parametrize("model", [AutoencoderFusion, VariationalFusion, AdversarialFusion])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_fusion_without_labels_learns_what_it_learns_on_the_cpu(model):
    X = shared_directions()
    options = {"n_components": 2, "max_epochs": 3, "random_state": 0}
    there, here = (
        model(device=device, **options).fit(X).transform(X) for device in ("cuda", "cpu")
    )
    assert_allclose(there, here, atol=0.05)


@pytest.mark.filterwarnings("ignore:random_state=0:skmm.privacy.PrivacyWarning")
def test_private_training_has_the_noise_of_the_cpu(toy):
    X, y = toy
    model = DeepFusionClassifier(privacy=DPSGD(8.0), dropout=0.0, **QUICK)
    here, there = (on(device, model, X[["sensor", "image"]], y) for device in ("cpu", "cuda"))
    assert here.epsilon_ == there.epsilon_
    proba = (fitted.predict_proba(X[["sensor", "image"]]) for fitted in (there, here))
    assert_allclose(*proba, **CLOSE)
