"""Private steps are plain ones where nothing is clipped and no noise is added; nothing is recorded."""

import numpy as np
import pytest
import torch
from torch import nn

from skmm.nn._inputs.blocks import Block
from skmm.nn._privacy.accounting import PrivacyPlan
from skmm.nn._privacy.net import PrivateNet
from skmm.nn._training.batches import Batches, BlockDataset
from skmm.nn._training.training import make_net, seed_scope, train
from skmm.privacy import PrivacyWarning

NETWORK = {"modalities": {"X": ("vector", 3)}, "n_outputs": 2, "embed_dim": 4, "hidden_dims": (4,)}
LOSS = {"parts": [("cross_entropy", 2)]}


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    block = Block(rng.normal(size=(50, 3)).astype(np.float32), np.ones(50, dtype=bool), "X")
    return BlockDataset({"X": block}, ((torch.arange(50) % 2,),))


def fit(dataset, *, network=NETWORK, **params):
    options = {"max_epochs": 3, "batch_size": 10, "lr": 0.1, "optimizer": torch.optim.SGD}
    generator = torch.Generator().manual_seed(0)
    with seed_scope(0, "cpu"):
        net = make_net(
            {"dropout": 0.0} | network,
            LOSS,
            "cpu",
            "float32",
            iterator_train__generator=generator,
            callbacks__print_log=None,
            **options | params,
        )
        train(net, dataset)
    return net


def plan(noise=0.0, norm=1e6):
    return PrivacyPlan(noise, norm, 1e-5, 0.2, 10.0, np.random.default_rng(0))


def test_without_noise_and_clipping_it_is_the_plain_net(dataset):
    private = fit(dataset, net_class=PrivateNet, plan=plan(), iterator_train=Batches)
    plain = fit(dataset)
    for one, other in zip(private.network.parameters(), plain.network.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    assert private.n_steps_ == 15


def test_memory_for_gradients_changes_nothing(dataset, monkeypatch):
    options = {"net_class": PrivateNet, "iterator_train": Batches}
    whole = fit(dataset, plan=plan(1.0, 0.5), **options)
    monkeypatch.setattr("skmm.nn._privacy.sample_gradients._MOST_NUMBERS", 200)
    cut = fit(dataset, plan=plan(1.0, 0.5), **options)
    for one, other in zip(whole.network.parameters(), cut.network.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    assert cut.n_steps_ == 15


def test_losses_are_not_recorded(dataset):
    private = fit(dataset, net_class=PrivateNet, plan=plan(), iterator_train=Batches)
    assert not any("loss" in name for epoch in private.history for name in epoch)
    assert not any(batch for epoch in private.history for batch in epoch["batches"])


def test_a_sample_whose_loss_is_no_number_does_not_decide_whether_there_is_a_model(dataset):
    options = {"net_class": PrivateNet, "iterator_train": Batches, "batch_size": 50}
    dataset.blocks["X"][7] = 1e38
    with pytest.warns(PrivacyWarning, match="3 gradients of samples were not finite.*huge values"):
        with_it = fit(dataset, plan=plan(1.0, 0.5), **options)
    others = dataset.at(np.delete(np.arange(50), 7))
    without = fit(others, plan=plan(1.0, 0.5), **options)
    for one, other in zip(with_it.network.parameters(), without.network.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
    assert with_it.n_steps_ == 3


class Counting(nn.Module):
    """Adds what it has seen to a buffer, as running statistics do."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 4)
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x):
        if self.training:
            self.seen += x.detach().sum()
        return self.layer(x)


def test_a_module_that_keeps_what_it_has_seen_is_refused(dataset):
    network = NETWORK | {"encoders": {"X": (Counting(), (3,))}}
    with pytest.raises(
        ValueError, match="gradient of each sample alone.*changes buffers in training"
    ):
        fit(dataset, network=network, net_class=PrivateNet, plan=plan(), iterator_train=Batches)
