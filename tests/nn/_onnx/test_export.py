"""A file runs in onnxruntime, and the estimator it was made of is the oracle."""

import json
import logging
import sys
from copy import deepcopy

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from torch import nn

from skmm import make_frame
from skmm.nn import (
    DeepFusionClassifier,
    ImageEncoder,
    SequenceEncoder,
    TokenEncoder,
    export_onnx,
)
from skmm.nn._fusions import FUSIONS
from skmm.nn._onnx import export
from skmm.nn._onnx.net import ExportedNet
from skmm.nn._onnx.recurrent import replace_recurrent
from tests.nn._onnx.test_net import CLASSES, ENCODERS, TINY, N, X

VECTORS = make_frame(a=np.random.default_rng(1).normal(size=(N, 3)).astype("float32"))


def feeds(X):
    blocks = {name: X[name].array.tensor for name in X}
    return blocks | {"present": X.notna().to_numpy()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A model with an LSTM, convolutions and gaps, and its file."""
    model = DeepFusionClassifier(**TINY, encoders=ENCODERS).fit(X, CLASSES)
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    path.write_text("an old file")
    assert export_onnx(model, path) == path
    return model, path


@pytest.fixture
def session(exported):
    return onnxruntime.InferenceSession(exported[1], providers=["CPUExecutionProvider"])


def test_a_file_predicts_as_the_estimator_in_batches_of_any_size(exported, session):
    expected = exported[0].predict_proba(X)
    for rows in (slice(None), slice(0, 1), slice(2, 4)):  # rows 2 and 3 have gaps
        (result,) = session.run(["probabilities"], feeds(X[rows]))
        assert_allclose(result, expected[rows], atol=1e-5)


def test_whatever_lies_in_a_missing_cell_does_not_count(exported, session):
    inputs = feeds(X)
    (expected,) = session.run(None, inputs)
    for filler in (np.nan, 1e6):
        gray = inputs["gray"].copy()
        gray[2] = filler
        np.testing.assert_array_equal(session.run(None, inputs | {"gray": gray})[0], expected)


def test_metadata_tell_classes_and_modalities(session):
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["classes"]) == {"probabilities": ["a", "b", "c"]}
    modalities = {"text": "tokens", "signal": "sequence", "gray": "image", "flat": "vector"}
    assert json.loads(metadata["modalities"]) == modalities
    types = {value.name: value.type for value in session.get_inputs()}
    assert types["text"] == "tensor(int64)"
    assert types["gray"] == "tensor(float)"
    assert types["present"] == "tensor(bool)"


def test_a_file_that_does_not_agree_is_refused(exported, monkeypatch):
    model, path = exported
    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    with pytest.raises(ValueError, match=r"cannot export .*in float32, predicts what is .* away"):
        export._compare(ExportedNet(model), path.read_bytes(), model)


OFFSET = 1.7e9  # of time stamps; float32 holds no more than each 128th number there


@pytest.fixture(scope="module")
def precise():
    """A net in float64 of numbers that float32 cannot tell apart."""
    X = make_frame(a=np.random.default_rng(0).normal(size=(N, 3)) + OFFSET)
    return DeepFusionClassifier(**TINY, precision="float64").fit(X, CLASSES), X


def test_a_net_in_float64_is_standardized_in_float64(precise, tmp_path):
    model, X = precise
    session = onnxruntime.InferenceSession(export_onnx(model, tmp_path / "model.onnx"))
    (result,) = session.run(None, feeds(X))
    assert_allclose(result, model.predict_proba(X), atol=1e-5)


def test_a_file_is_compared_with_the_model_and_not_with_what_was_exported(precise):
    model, _ = precise
    rounded = ExportedNet(model)
    rounded.network.float()  # the statistics, too
    with export._quiet(), torch.no_grad():
        content = export._translate(rounded, model)
    with pytest.raises(ValueError, match=r"cannot export .*in float32, predicts what is .* away"):
        export._compare(ExportedNet(model), content, model)


class Parts(nn.Module):
    """All fusions and encoders as one module, because to export takes its time."""

    def __init__(self):
        super().__init__()
        names = [name for name in FUSIONS if not getattr(FUSIONS[name], "reads_tokens", False)]
        self.fusions = nn.ModuleList(FUSIONS[name](2, 4) for name in names)
        self.token_fusions = nn.ModuleList(
            FUSIONS[name](2, 4, n_layers=1, n_heads=2) for name in FUSIONS if name not in names
        )
        bodies = (("lstm", "last"), ("gru", "max"), ("tcn", "last"), ("transformer", "mean"))
        self.sequences = nn.ModuleList(
            SequenceEncoder(3, 4, body=body, pool=pool, n_layers=1, n_heads=2)
            for body, pool in bodies
        )
        self.images = nn.ModuleList(ImageEncoder(1, 4, body=body) for body in ("cnn", "resnet"))
        self.words = TokenEncoder(5, 4, body="tcn", n_layers=1)

    def forward(self, signal, image, words, present):
        embedded = [encoder(signal) for encoder in self.sequences]
        embedded += [encoder(image) for encoder in self.images]
        streams, valid = zip(
            self.sequences[2].tokens(signal), self.words.tokens(words), strict=True
        )
        pair = embedded[0], self.words(words)
        fused = [fusion(pair, present) for fusion in self.fusions]
        fused += [fusion(streams, present, valid) for fusion in self.token_fusions]
        return (*embedded, *fused)


@pytest.mark.slow
def test_every_fusion_and_every_body_can_be_exported():
    torch.manual_seed(0)
    parts = Parts().eval()
    signal = torch.randn(4, 6, 3)
    signal[1, 2:] = torch.nan
    present = torch.tensor([[True, True], [True, False], [False, True], [False, False]])
    inputs = {
        "signal": signal,
        "image": torch.randn(4, 1, 8, 8),
        "words": torch.tensor([[1, 2, 3], [4, 0, 0], [9, 1, 0], [0, 0, 0]]),
        "present": present,
    }
    twin = deepcopy(parts)
    replace_recurrent(twin)
    with export._quiet(), torch.no_grad():
        program = torch.onnx.export(
            twin.eval(),
            tuple(value[:3] for value in inputs.values()),
            input_names=list(inputs),
            dynamic_shapes=({0: torch.export.Dim("batch")},) * 4,
            dynamo=True,
            verbose=False,
        )
        expected = parts(**inputs)
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    results = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    assert len(results) == len(FUSIONS) + 6
    for number, (result, there) in enumerate(zip(results, expected, strict=True)):
        assert_allclose(result, there, atol=1e-5, err_msg=str(number))


class Chooses(nn.Module):
    """Looks at values, which only Python can follow."""

    def forward(self, x):
        return x if x.sum() > 0 else -x


class Counts(nn.Module):
    """Takes the number of samples for a constant."""

    def forward(self, x):
        return x + torch.zeros(len(x), 1)


@pytest.mark.parametrize(
    ("module", "cause"),
    [
        (Chooses(), "data-dependent|Data-dependent|Dynamo|Unsupported"),
        (Counts(), "is fixed|Constraint|batch"),
    ],
)
def test_a_module_that_cannot_be_exported_is_named_and_no_file_is_written(module, cause, tmp_path):
    model = DeepFusionClassifier(**TINY, encoders={"a": module}).fit(VECTORS, CLASSES)
    path = tmp_path / "model.onnx"
    path.write_text("an old file")
    with pytest.raises(ValueError, match=rf"cannot export .*{type(module).__name__}.*({cause})"):
        export_onnx(model, path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("model.onnx", "an old file")]


def test_levels_of_loggers_and_random_numbers_are_left_alone(exported, tmp_path):
    before = torch.get_rng_state()
    level = logging.getLogger("torch.onnx").level
    with export._quiet():
        assert logging.getLogger("torch.onnx").level == logging.ERROR
    assert logging.getLogger("torch.onnx").level == level
    ExportedNet(exported[0]).example(3)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_no_deep_fusion_is_refused(exported, tmp_path):
    with pytest.raises(TypeError, match=r"model is a Pipeline.*pipeline\[-1\]"):
        export_onnx(make_pipeline(exported[0]), tmp_path / "model.onnx")
    with pytest.raises(NotFittedError):
        export_onnx(DeepFusionClassifier(), tmp_path / "model.onnx")


@pytest.mark.parametrize(
    ("name", "what"), [("present", "the mask of presence"), ("probabilities", "an output")]
)
def test_a_modality_called_as_something_else_in_the_file_is_refused(name, what, tmp_path):
    model = DeepFusionClassifier(**TINY).fit(VECTORS.set_axis([name], axis=1), CLASSES)
    with pytest.raises(ValueError, match=f"a modality is called '{name}', as {what} is in"):
        export_onnx(model, tmp_path / "model.onnx")


def test_modalities_may_be_called_as_values_and_weights_of_the_net(tmp_path):
    X = VECTORS.assign(b=VECTORS["a"]).set_axis(["linear", "network.head.0.weight"], axis=1)
    model = DeepFusionClassifier(**TINY).fit(X, CLASSES)
    session = onnxruntime.InferenceSession(export_onnx(model, tmp_path / "model.onnx"))
    assert_allclose(session.run(None, feeds(X))[0], model.predict_proba(X), atol=1e-5)


def test_without_onnx_the_extra_is_named(exported, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(
        ImportError, match=r"export to ONNX needs onnxscript: pip install 'skmm\[onnx\]'"
    ):
        export_onnx(exported[0], tmp_path / "model.onnx")
