"""The net records, calls back, clips and computes as skorch and torch do, only sooner."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from skorch import NeuralNet
from skorch.callbacks import Callback, GradientNormClipping

from skmm.nn import FusionNetwork, MultitaskFusion
from skmm.nn._inputs.blocks import Block
from skmm.nn._training.batches import Batches, BlockDataset
from skmm.nn._training.losses import FusionLoss
from skmm.nn._training.net import LeanNet
from skmm.nn._training.training import make_net, seed_scope, train
from tests.nn.quick import QUICK, quick

NETWORK = {"modalities": {"X": ("vector", 3)}, "n_outputs": 2, "embed_dim": 4, "hidden_dims": (4,)}
LOSS = {"parts": [("cross_entropy", 2)]}
MODULE = {f"module__{name}": value for name, value in NETWORK.items()}


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    block = Block(rng.normal(size=(50, 3)).astype(np.float32), np.ones(50, dtype=bool), "X")
    return BlockDataset({"X": block}, ((torch.arange(50) % 2,),))


def options(**params):
    """Arguments of skorch.NeuralNet that make both nets train alike."""
    generator = torch.Generator().manual_seed(0)
    common = {"max_epochs": 3, "batch_size": 16, "lr": 1e-2, "iterator_train__generator": generator}
    return common | {"callbacks__print_log": None, "optimizer": torch.optim.AdamW} | params


def train_with_skorch(dataset, **params):
    with seed_scope(0, "cpu"):
        net = NeuralNet(
            FusionNetwork,
            FusionLoss,
            criterion__parts=LOSS["parts"],
            train_split=None,
            iterator_train=Batches,
            **MODULE,
            **options(**params),
        ).initialize()
        train(net, dataset)
    return net


def train_lean(dataset, **params):
    with seed_scope(0, "cpu"):
        net = make_net(NETWORK, LOSS, "cpu", "float32", **options(**params))
        train(net, dataset)
    return net


def weights(net):
    return torch.cat([p.detach().ravel() for p in net.module_.parameters()]).numpy()


def test_training_equals_that_of_skorch_to_the_bit(dataset):
    assert_array_equal(weights(train_lean(dataset)), weights(train_with_skorch(dataset)))


def test_the_history_is_that_of_skorch(dataset):
    ours, theirs = train_lean(dataset).history, train_with_skorch(dataset).history
    assert len(ours) == 3
    for mine, other in zip(ours, theirs, strict=True):
        assert {k: v for k, v in mine.items() if k != "dur"} == {
            k: v for k, v in other.items() if k != "dur"
        }


def test_a_fused_step_is_that_of_the_plain_optimizer(dataset):
    fused = train_lean(dataset, optimizer__fused=True)
    assert_allclose(weights(fused), weights(train_lean(dataset)), rtol=1e-4, atol=1e-6)


class Listener(Callback):
    """Note every event of every batch."""

    def initialize(self):
        self.heard = []
        return self

    def on_batch_begin(self, net, batch=None, training=False, **kwargs):
        self.heard.append(("begin", training))

    def on_batch_end(self, net, batch=None, training=False, loss=None, **kwargs):
        self.heard.append(("end", net.history[-1, "batches", -1, "train_loss"] == loss.item()))

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.heard.append(("grad", all(p.grad is not None for _, p in named_parameters)))


def test_who_wants_to_know_hears_of_every_batch(dataset):
    net = train_lean(dataset, callbacks=[("listener", Listener())])
    assert dict(net.callbacks_)["listener"].heard == 12 * [
        ("begin", True),
        ("grad", True),
        ("end", True),
    ]
    assert_array_equal(weights(net), weights(train_lean(dataset)))


def test_gradients_are_clipped_as_by_skorchs_callback(dataset):
    clipped = train_lean(dataset, max_grad_norm=0.1)
    callback = ("clip", GradientNormClipping(0.1))
    assert_array_equal(weights(clipped), weights(train_with_skorch(dataset, callbacks=[callback])))
    assert not np.array_equal(weights(clipped), weights(train_lean(dataset)))


def test_a_norm_of_gradients_must_be_positive(toy):
    with pytest.raises(ValueError, match="'max_grad_norm' parameter"):
        quick(max_grad_norm=0.0).fit(*toy)


def test_bfloat16_keeps_weights_in_float32_and_predicts_about_the_same(toy):
    X, y = toy
    half, full = quick(precision="bfloat16").fit(X, y), quick().fit(X, y)
    assert {p.dtype for p in half.net_.module_.parameters()} == {torch.float32}
    assert not np.array_equal(half.predict_proba(X), full.predict_proba(X))
    assert_allclose(half.predict_proba(X), full.predict_proba(X), atol=0.02)


def test_bfloat16_computes_as_autocast_does(toy):
    X, y = toy
    model = quick(precision="bfloat16").fit(X, y)
    blocks = {name: torch.tensor(X[name].array.tensor) for name in X}
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        expected = model.net_.module_.eval()(blocks).float().softmax(dim=1)
    assert_allclose(model.predict_proba(X), expected.numpy(), atol=1e-6)


# torch's own, while it traces packed sequences.
in_dynamo = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
COMPILED = {"compile": True, "compile__backend": "eager"}


@in_dynamo
def test_a_compiled_net_is_the_net_that_is_not(toy):
    X, y = toy
    compiled = quick(net_params=COMPILED).fit(X, y)
    plain = quick().fit(X, y)
    assert type(compiled.net_.module_).__name__ == "OptimizedModule"
    assert_allclose(compiled.predict_proba(X), plain.predict_proba(X), rtol=1e-5)
    assert_allclose(compiled.embed(X), plain.embed(X), rtol=1e-4, atol=1e-6)


@in_dynamo
def test_a_compiled_net_is_saved_under_plain_names(toy):
    X, y = toy
    model = quick(net_params=COMPILED).fit(X, y)
    state = model.__getstate__()
    assert not any("_orig_mod" in name for name in state["_weights"])
    assert type(model.net_.network) is FusionNetwork


@in_dynamo
def test_a_compiled_net_keeps_the_rates_of_its_encoders(toy):
    X, y = toy
    encoders = {"sensor": ("vector", {"lr": 1e-5})}
    compiled, plain = (
        quick(encoders=encoders, net_params=params).fit(X, y) for params in (COMPILED, None)
    )
    for model in (compiled, plain):
        groups = model.net_.optimizer_.param_groups
        assert {len(g["params"]) for g in groups if g["lr"] == 1e-5} == {4}
    assert_allclose(compiled.predict_proba(X), plain.predict_proba(X), rtol=1e-5)


@in_dynamo
def test_a_loss_that_is_learned_with_a_compiled_net_is_loaded_again(toy):
    X, y = toy
    model = MultitaskFusion(**(QUICK | {"max_epochs": 1}), net_params=COMPILED).fit(X, y)
    groups = model.net_.optimizer_.param_groups
    assert [len(g["params"]) for g in groups if g["weight_decay"] == 0] == [1]
    again = pickle.loads(pickle.dumps(model))
    assert again.task_weights_ == model.task_weights_
    assert_allclose(again.predict_proba(X), model.predict_proba(X), rtol=1e-5)


def test_lean_net_is_cloned_with_its_parameters():
    net = LeanNet(FusionNetwork, FusionLoss, l1=0.5, max_grad_norm=2.0, precision="bfloat16")
    params = net.get_params()
    assert (params["l1"], params["max_grad_norm"], params["precision"]) == (0.5, 2.0, "bfloat16")
