"""The estimator itself is the oracle of the module that is exported in its place."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose

from skmm import make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion
from skmm.nn._onnx.net import ExportedNet
from skmm.nn._onnx.recurrent import OnnxRecurrent

N = 24
RNG = np.random.default_rng(0)
TINY = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0}
TOKENS = RNG.integers(1, 9, size=(N, 5))
TOKENS[::3, 3:] = 0
X = make_frame(
    text=TOKENS,
    signal=RNG.normal(size=(N, 6)).astype("float32"),
    gray=RNG.normal(size=(N, 6, 6)).astype("float32"),
    flat=RNG.normal(size=(N, 2, 2)).astype("float32"),
)
X.loc[2, "gray"] = None
X.loc[3] = None
CLASSES, NUMBERS = np.array(["a", "b", "c"])[np.arange(N) % 3], 1e4 + 100 * RNG.normal(size=N)
ENCODERS = {"signal": "sequence", "gray": "image", "flat": "vector"}


def inputs(X):
    blocks = [torch.from_numpy(X[name].array.tensor.copy()) for name in X]
    return blocks, torch.from_numpy(X.notna().to_numpy())


@pytest.mark.parametrize(
    ("model", "y", "method"),
    [
        (DeepFusionClassifier(**TINY), CLASSES, "predict_proba"),
        (DeepFusionClassifier(**TINY, precision="float64"), CLASSES, "predict_proba"),
        (DeepFusionClassifier(**TINY), np.eye(3)[np.arange(N) % 3], "predict_proba"),
        (DeepFusionRegressor(**TINY), NUMBERS, "predict"),
        (DeepFusionRegressor(**TINY), np.column_stack([NUMBERS, -NUMBERS]), "predict"),
    ],
    ids=["classes", "float64", "labels", "number", "numbers"],
)
def test_it_predicts_as_the_estimator(model, y, method):
    model.set_params(encoders=ENCODERS).fit(X, y)
    (result,) = ExportedNet(model)(*inputs(X))
    assert_allclose(result, getattr(model, method)(X), rtol=1e-6, atol=1e-6)


def test_it_predicts_all_tasks():
    y = pd.DataFrame({"kind": CLASSES, "size": NUMBERS})
    model = MultitaskFusion(**TINY, encoders=ENCODERS).fit(X, y)
    net = ExportedNet(model)
    assert net.output_names == ["probabilities_kind", "predictions_size"]
    kind, size = net(*inputs(X))
    assert_allclose(kind, model.predict_proba(X)["kind"], atol=1e-6)
    assert_allclose(size, model.predict(X)["size"], rtol=1e-6)


def test_examples_have_and_miss_modalities_and_no_cell_spoils_what_is_left_of_a_sample():
    model = DeepFusionClassifier(**TINY, encoders=ENCODERS).fit(X, CLASSES)
    net = ExportedNet(model)
    blocks, present = net.example(4)
    assert [block.shape[0] for block in blocks] == [4] * 4
    assert present[0].all()
    assert not present[-1].any()
    (expected,) = net(blocks, present)
    for filler in (torch.nan, 1e6):
        for number, block in enumerate(blocks[1:], start=1):
            block[~present[:, number]] = filler
        assert torch.equal(net(blocks, present)[0], expected)


def test_examples_are_near_what_the_model_was_fitted_on():
    far = make_frame(**{name: X[name].array.tensor * 10.0 + 1e4 for name in ENCODERS})
    model = DeepFusionClassifier(**TINY, encoders=ENCODERS).fit(far, CLASSES)
    blocks, _ = ExportedNet(model).example(50)
    for name, block in zip(far, blocks, strict=True):
        fitted = far[name].array.tensor
        assert block.shape[1:] == fitted.shape[1:]
        assert_allclose(block.mean(), fitted.mean(), atol=3)
        assert 3 < block.std() < 10


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_is_expected_is_what_the_model_predicts(precision):
    y = pd.DataFrame({"kind": CLASSES, "size": NUMBERS})
    model = MultitaskFusion(**TINY, encoders=ENCODERS, precision=precision).fit(X, y)
    kind, size = ExportedNet(model).expect(model, *inputs(X))
    assert_allclose(kind, model.predict_proba(X)["kind"], atol=1e-7)
    assert_allclose(size, model.predict(X)["size"], rtol=1e-7)


def test_the_model_is_left_as_it_is():
    model = DeepFusionClassifier(**TINY, encoders=ENCODERS).fit(X, CLASSES)
    expected = model.predict_proba(X)
    twin = ExportedNet(model).for_export()
    assert any(isinstance(module, OnnxRecurrent) for module in twin.modules())
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert all(parameter.requires_grad for parameter in model.net_.network.parameters())


def test_a_matrix_of_numbers_is_one_input():
    numbers = RNG.normal(size=(N, 3)).astype("float32")
    model = DeepFusionClassifier(**TINY).fit(numbers, CLASSES)
    net = ExportedNet(model)
    assert net.input_names == ["X"]
    (result,) = net([torch.from_numpy(numbers)], torch.ones(N, 1, dtype=torch.bool))
    assert_allclose(result, model.predict_proba(numbers), atol=1e-6)
