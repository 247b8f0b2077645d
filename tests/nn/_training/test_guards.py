"""What goes wrong in training is named, and the old model survives it."""

import os
import pickle
import signal
import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from skorch.callbacks import Callback
from torch import nn

from skmm._tensor import TensorArray
from skmm.frame import make_frame
from skmm.nn import DeepFusionRegressor, FusionNetwork
from skmm.nn._training.batches import Batches
from skmm.nn._training.guards import find_culprit
from tests.nn.quick import quick

MODALITIES = {"near": ("vector", 2), "far": ("vector", 3)}


def make_batch(**values):
    blocks = {"near": torch.randn(4, 2), "far": torch.randn(4, 3)}
    return {"blocks": blocks | values}


# -- a loss that is not finite ------------------------------------------------------------------


@pytest.mark.parametrize("value", [1e30, float("inf"), float("nan")])
def test_the_modality_with_extreme_samples_is_found(value):
    network = FusionNetwork(MODALITIES, 2)
    assert find_culprit(network, make_batch(far=torch.full((4, 3), value))) == "far"
    assert find_culprit(network, make_batch(near=torch.full((4, 2), value))) == "near"


def test_the_modality_with_an_extreme_embedding_is_found():
    network = FusionNetwork(MODALITIES, 2)
    with torch.no_grad():
        network.encoders[1].body[1].weight.fill_(1e20)
    assert find_culprit(network, make_batch()) == "far"


def test_the_modality_with_extreme_gradients_is_found():
    network = FusionNetwork(MODALITIES, 2)
    for encoder, value in zip(network.encoders, (1.0, float("nan")), strict=True):
        for parameter in encoder.parameters():
            parameter.grad = torch.full_like(parameter, value)
    assert find_culprit(network, make_batch()) == "far"


def test_no_modality_is_accused_if_none_stands_out():
    network = FusionNetwork(MODALITIES, 2)
    assert find_culprit(network, make_batch()) is None
    both = make_batch(near=torch.full((4, 2), np.nan), far=torch.full((4, 3), np.nan))
    assert find_culprit(network, both) is None


def test_looking_for_the_modality_leaves_no_hook_behind():
    network = FusionNetwork(MODALITIES, 2)
    find_culprit(network, make_batch())
    assert not any(encoder._forward_hooks for encoder in network.encoders)


def test_the_error_names_epoch_and_modality(toy):
    X, y = toy
    model = quick(warm_start=True, batch_size=16).fit(X, y)
    huge = X["sensor"].array.tensor.copy()
    huge[7] = 1e300  # float32 cannot hold it
    expected = r"loss is nan in epoch 4; .*huge values in modality 'sensor'"
    with pytest.raises(FloatingPointError, match=expected):
        model.fit(X.assign(sensor=TensorArray(huge)), y)


def test_the_step_that_would_spoil_the_weights_is_not_taken(toy):
    X, y = toy
    nets = []

    class Keep(Callback):
        def on_train_begin(self, net, **kwargs):
            nets.append(net)

    huge = X["sensor"].array.tensor.copy()
    huge[7] = 1e300
    model = quick(warm_start=True, callbacks=[Keep()]).fit(X, y)
    with pytest.raises(FloatingPointError):
        model.fit(X.assign(sensor=TensorArray(huge)), y)
    assert all(torch.isfinite(p).all() for p in nets[-1].module_.parameters())


class Mean(nn.Module):
    """A user's encoder of sequences that knows of no padding."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 8)

    def forward(self, x):
        return self.linear(x).mean(dim=1)


@pytest.fixture
def padded(toy):
    """Sequences, some of them padded, beside vectors."""
    X, y = toy
    motion = np.random.default_rng(0).normal(size=(40, 5, 2))
    motion[::3, 3:] = np.nan
    return make_frame(motion=motion, sensor=X["sensor"].array.tensor), y


def test_a_module_that_reads_padding_is_named(padded):
    expected = (
        r"loss is nan in epoch 1; .* Mean, given as the encoder of modality 'motion', returns NaN "
        r"for sequences that end in steps of NaN.*torch\.isnan\(x\)"
    )
    with pytest.raises(FloatingPointError, match=expected):
        quick(encoders={"motion": Mean()}).fit(*padded)


def test_padding_is_not_taken_for_extreme_samples(padded):
    X, y = padded
    X = X.assign(third=X["sensor"])
    model = quick(warm_start=True).fit(X, y)
    huge = X["sensor"].array.tensor.copy()
    huge[7] = 1e300
    with pytest.raises(FloatingPointError, match="huge values in modality 'sensor'"):
        model.fit(X.assign(sensor=TensorArray(huge)), y)


# -- interruptions ------------------------------------------------------------------------------


class InterruptAt(Callback):
    """Press Ctrl-C in the third batch, but not in the first fit."""

    def __init__(self, press):
        self.press = press

    def initialize(self):
        self.n_batches_ = 0
        return self

    def on_batch_end(self, net, **kwargs):
        self.n_batches_ += 1
        if self.n_batches_ == 3:
            self.press()


def press():
    raise KeyboardInterrupt


def press_from_outside():
    threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT)).start()
    threading.Event().wait(5)


@pytest.mark.parametrize("how", [press, press_from_outside], ids=["raised", "SIGINT"])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_ctrl_c_in_the_middle_leaves_the_old_model(toy, how, method):
    X, y = toy
    model = quick(warm_start=True, batch_size=8).fit(X, y)
    before, history, moments = model.predict_proba(X), model.history_, steps(model)
    model.set_params(callbacks=[InterruptAt(how)])
    with pytest.raises(KeyboardInterrupt):
        getattr(model, method)(X, y)
    assert_array_equal(model.predict_proba(X), before)
    assert model.history_.equals(history)
    assert steps(model) == moments
    model.set_params(callbacks=None)
    assert model.fit(X, y).n_iter_ == 6


def steps(model):
    return [int(state["step"]) for state in model.net_.optimizer_.state.values()]


# -- memory -------------------------------------------------------------------------------------


class Greedy(Callback):
    def on_train_begin(self, net, **kwargs):
        self.net = net

    def on_epoch_begin(self, net, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


def test_too_little_memory_in_training_comes_with_advice(toy):
    expected = (
        r"device 'cpu' is not enough for batches of 16 .*Tried to allocate 20.*smaller batch_size"
    )
    with pytest.raises(torch.OutOfMemoryError, match=expected):
        quick(callbacks=[Greedy()], batch_size=16, device="cpu").fit(*toy)


def test_too_little_memory_in_prediction_comes_with_advice(toy, monkeypatch):
    X, y = toy
    model = quick().fit(X, y)

    def forward(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(model.net_.module_, "forward", forward)
    with pytest.raises(torch.OutOfMemoryError, match="precision='bfloat16', smaller images"):
        model.predict(X)


def test_other_errors_of_a_callback_pass_through(toy):
    class Broken(Callback):
        def on_epoch_begin(self, net, **kwargs):
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="^mine$"):
        quick(callbacks=[Broken()]).fit(*toy)


# -- batches ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "sizes"),
    [(9, 4, [4, 5]), (10, 4, [4, 4, 2]), (1, 4, [1]), (3, 1, [1, 1, 1]), (8, 4, [4, 4])],
)
def test_a_single_sample_left_over_joins_the_last_batch(n_samples, batch_size, sizes):
    class Rows:
        def __len__(self):
            return n_samples

        def __getitem__(self, where):
            return torch.arange(n_samples)[where]

    batches = Batches(Rows(), batch_size, torch.Generator())
    assert [len(batch) for batch in batches] == sizes
    assert len(batches) == len(sizes)
    in_order = list(Batches(Rows(), batch_size))
    assert len(in_order[-1]) == (n_samples % batch_size or batch_size)


def normalizing():
    return {"sensor": nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8))}


def test_batch_normalization_trains_with_a_sample_left_over(toy):
    X, y = toy
    model = quick(batch_size=13, encoders=normalizing()).fit(X, y)  # 40 = 3 * 13 + 1
    assert np.isfinite(model.predict_proba(X)).all()


def test_batch_normalization_of_single_samples_comes_with_advice(toy):
    X, y = toy
    with pytest.raises(ValueError, match="batch_size=1 or.*Use a larger batch_size"):
        quick(batch_size=1, encoders=normalizing()).fit(X, y)
    with pytest.raises(ValueError, match=r"a single sample.*more samples.*nn\.GroupNorm"):
        DeepFusionRegressor(encoders=normalizing()).fit(X[:1], [1.0])
    model = quick(encoders=normalizing()).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="normalizes over the batch"):
        model.partial_fit(X[:1], y[:1])
    assert_array_equal(model.predict_proba(X), before)


def test_other_errors_of_a_module_pass_through(toy):
    class Broken(nn.Linear):
        def forward(self, x):
            if self.training:
                raise ValueError("mine")
            return super().forward(x)

    with pytest.raises(ValueError, match="^mine$"):
        quick(encoders={"sensor": Broken(4, 8)}).fit(*toy)


# -- what predict is given ----------------------------------------------------------------------


def test_a_token_that_fit_has_not_seen_does_not_matter_like_padding(toy):
    X, y = toy
    model = quick().fit(X, y)
    ids = X["text"].array.tensor.copy()
    ids[:, 3] = 999_999
    strange = model.predict_proba(X.assign(text=TensorArray(ids)))
    assert np.isfinite(strange).all()


def test_samples_of_another_shape_are_named(toy):
    X, y = toy
    model = quick().fit(X, y)
    wide = X.assign(image=TensorArray(np.zeros((40, 2, 7, 6))))
    with pytest.raises(
        ValueError, match=r"modality 'image'.*fitted on samples of shape \(2, 6, 6\)"
    ):
        model.predict(wide)


def test_one_class_is_not_enough(toy):
    X, y = toy
    with pytest.raises(ValueError, match="1 class"):
        quick().fit(X, np.zeros_like(y))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_error_unless_the_device_is_left_open(toy):
    with pytest.raises(
        ValueError, match=r"device='cuda' cannot be used.*set device='auto' or 'cpu'"
    ):
        quick(device="cuda").fit(*toy)
    model = quick(device="auto").fit(*toy)
    assert next(model.net_.module_.parameters()).device.type == "cpu"
    assert pickle.loads(pickle.dumps(model)).net_.device == "cpu"


@pytest.mark.parametrize("size", [0, -2, 1.5])
def test_a_batch_size_that_is_none_is_refused(toy, size):
    with pytest.raises(ValueError, match="'batch_size' parameter"):
        quick(batch_size=size).fit(*toy)
