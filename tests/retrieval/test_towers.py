"""Training of towers: seeds, early stopping, states and threads."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from skmm.frame import make_frame
from skmm.retrieval import CrossModalRetriever
from skmm.retrieval._towers import Towers, number_contents

QUICK = {"max_epochs": 4, "embed_dim": 8, "n_components": 4, "random_state": 0, "device": "cpu"}
NETS = ["hinge", "infonce", "siglip"]


def quick(method="infonce", **params):
    return CrossModalRetriever(method, **(QUICK | params))


@pytest.mark.parametrize("method", NETS)
def test_networks_learn_what_belongs_together(method, pairs, others):
    lr, epochs = 1e-2, 60
    model = quick(method, n_components=8, embed_dim=32, lr=lr, max_epochs=epochs).fit(pairs)
    assert model.score(others, k=5) > 4 * 5 / len(others)
    losses = model.history_["train_loss"]
    assert losses.iloc[-1] < 0.7 * losses.iloc[0]


def test_all_kinds_of_blocks_are_encoded():
    rng = np.random.default_rng(0)
    X = make_frame(
        image=rng.normal(size=(30, 1, 8, 8)),
        text=rng.integers(1, 20, size=(30, 6)),
        motion=rng.normal(size=(30, 12, 3)),
    )
    model = quick(encoders={"text": ("tokens", {"body": "gru"})}).fit(X)
    for name in X:
        assert_allclose(np.linalg.norm(model.embed(X, name), axis=1), 1, rtol=1e-5)


def test_equal_seeds_give_equal_embeddings(pairs):
    state = torch.get_rng_state()
    one, two, three = (quick(random_state=s).fit(pairs).embed(pairs, "text") for s in (0, 0, 1))
    assert_array_equal(one, two)
    assert not np.array_equal(one, three)
    assert_array_equal(torch.get_rng_state(), state)


def test_rows_with_one_modality_do_not_train(pairs, others):
    more = make_frame(
        image=np.vstack([pairs["image"].array.tensor, others["image"].array.tensor]),
        text=[*pairs["text"].array.tensor, *[None] * len(others)],
    )
    expected = quick().fit(pairs).embed(others, "image")
    assert_allclose(
        quick().fit(more).embedder_.net.network.scalers[0].mean,
        pairs["image"].array.tensor.mean(axis=0),
    )
    assert_array_equal(quick().fit(more).embed(others, "image"), expected)


def test_early_stopping_keeps_the_best_epoch(pairs):
    model = quick(early_stopping=True, validation_fraction=0.3, patience=2, lr=0.1, max_epochs=60)
    history = model.fit(pairs).history_
    assert len(history) < 60
    assert len(history) == history["valid_loss"].idxmin() + 1 + 2


def test_temperature_and_offset_are_learned_without_decay(pairs):
    net = quick("siglip", weight_decay=0.5).fit(pairs).embedder_.net
    decays = {
        group["weight_decay"]
        for group in net.optimizer_.param_groups
        for parameter in group["params"]
        if any(parameter is p for p in net.criterion_.parameters())
    }
    assert decays == {0.0}
    assert net.criterion_.offset.item() != -10


@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16"])
def test_a_pickle_embeds_the_same_and_holds_no_net(pairs, precision):
    model = quick("siglip", precision=precision).fit(pairs)
    state = pickle.dumps(model)
    assert b"skorch" not in state
    loaded = pickle.loads(state)
    assert_array_equal(loaded.embed(pairs, "image"), model.embed(pairs, "image"))
    assert_array_equal(loaded.history_, model.history_)
    assert loaded.embedder_.net.criterion_.offset == model.embedder_.net.criterion_.offset


def test_a_state_of_another_format_is_refused(pairs):
    state = quick().fit(pairs).embedder_.__getstate__()
    with pytest.raises(ValueError, match="format 99"):
        Towers(None).__setstate__(state | {"versions": {"format": 99}})


def test_a_loss_that_is_no_number_ends_training(pairs):
    model = quick(optimizer="sgd", lr=1e30, max_grad_norm=None)
    with pytest.raises(FloatingPointError, match="training loss is nan in epoch"):
        model.fit(pairs)


def test_contents_are_numbered_by_value():
    block = SimpleNamespace(tensor=np.array([[1.0, 2], [3, 4], [1, 2], [2, 1]]))
    assert number_contents(block).tolist() == [0, 1, 0, 2]
