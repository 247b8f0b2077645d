"""Parameters of an estimator reach its network, its optimizer and its net."""

import pickle

import numpy as np
import pytest
import torch
from skorch.callbacks import GradientNormClipping, LRScheduler

from skmm._tensor import TensorArray
from tests.nn.quick import Recorder, differs, quick


def test_embed_dim_and_hidden_dims_are_the_widths(toy):
    head = quick(embed_dim=6, hidden_dims=(5, 4)).fit(*toy).net_.module_.head
    linear = [layer for layer in head if isinstance(layer, torch.nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(6, 5), (5, 4), (4, 2)]


def test_a_width_of_zero_is_refused(toy):
    with pytest.raises(ValueError, match=r"hidden_dims=\(8, 0\); expected the widths"):
        quick(hidden_dims=(8, 0)).fit(*toy)


@pytest.mark.parametrize("name", ["AdamW", "Adam", "SGD"])
def test_optimizer_is_the_one_of_torch(toy, name):
    assert type(quick(optimizer=name.lower()).fit(*toy).net_.optimizer_) is getattr(
        torch.optim, name
    )


def test_a_batch_size_of_minus_one_is_all_samples(toy):
    model = quick(batch_size=-1).fit(*toy)
    assert len(model.net_.history[0]["batches"]) == 1
    assert len(quick(batch_size=16).fit(*toy).net_.history[0]["batches"]) == 3


def test_callbacks_run_on_copies(toy):
    mine = Recorder()
    model = quick(callbacks=[("recorder", mine)]).fit(*toy)
    assert mine.epochs == ()
    assert dict(model.net_.callbacks_)["recorder"].epochs == (1, 2, 3)


@pytest.mark.parametrize(
    "callback",
    [GradientNormClipping(1e-6), LRScheduler("StepLR", step_size=1, gamma=1e-6)],
    ids=lambda callback: type(callback).__name__,
)
def test_callbacks_of_skorch_have_their_effect(toy, callback):
    assert differs(*toy, callbacks=[callback])


def test_net_params_reach_the_net_and_the_fusion_module(toy):
    X, y = toy
    params = {"module__gate": "sigmoid", "optimizer__momentum": 0.5}
    model = quick(optimizer="sgd", net_params=params).fit(X.drop(columns="text"), y)
    assert model.net_.module_.fusion.gate == "sigmoid"
    assert model.net_.optimizer_.param_groups[0]["momentum"] == 0.5
    again = pickle.loads(pickle.dumps(model))
    assert again.net_.module_.fusion.gate == "sigmoid"


@pytest.mark.parametrize("name", ["lr", "module__embed_dim", "module", "train_split"])
def test_net_params_cannot_repeat_what_the_estimator_decides(toy, name):
    with pytest.raises(ValueError, match=rf"net_params holds \['{name}'\]"):
        quick(net_params={name: 3}).fit(*toy)


@pytest.mark.parametrize("name", ["optimizer__lr", "iterator_train__batch_size", "warm_start"])
def test_net_params_cannot_override_parameters_of_the_estimator(toy, name):
    X, y = toy
    with pytest.raises(ValueError, match=f"net_params holds .*{name}"):
        quick(net_params={name: 1}).fit(X, y)


def test_numpy_integers_are_sizes(toy):
    X, y = toy
    model = quick(embed_dim=np.int64(8), hidden_dims=(np.int32(4),)).fit(X, y)
    assert type(model.network_["embed_dim"]) is int
    assert type(model.network_["hidden_dims"][0]) is int


def test_integers_that_are_hardly_ids_are_warned_of(toy):
    y = toy[1]
    numbers = np.random.default_rng(0).integers(0, 900_000, size=(40, 3))
    X = toy[0].assign(a=TensorArray(numbers))
    expected = r"modality 'a' holds integers.* of [78]\d\d,\d\d\d rows .* from 120 ids.*'vector'.*'tokens'}"
    with pytest.warns(UserWarning, match=expected) as caught:
        quick(max_epochs=1, embed_dim=1).fit(X, y)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("encoders", "largest"),
    [({"a": "tokens"}, 20_000), ({"a": "vector"}, 900_000), ("auto", 9_000)],
)
def test_ids_by_name_and_small_tables_are_not_warned_of(toy, encoders, largest):
    X, y = toy
    ids = np.full((40, 3), largest)
    model = quick(max_epochs=1, encoders=encoders).fit(X.assign(a=TensorArray(ids)), y)
    assert model.n_iter_ == 1
