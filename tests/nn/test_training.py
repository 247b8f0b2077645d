"""The loss, the penalty, the seed, the device, the held out part, and who may stop training."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.metrics import log_loss, mean_squared_error

from skmm.nn._training import WeightedLoss, hold_out, make_net, seed_scope

NETWORK = {"modalities": {"X": ("vector", 3)}, "n_outputs": 2}


def test_the_classification_loss_is_that_of_scikit_learn(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    scores, y = rng.normal(size=(20, 3)), rng.permutation(np.arange(20) % 3)
    weight = rng.uniform(size=20)
    loss = WeightedLoss("cross_entropy")(
        torch.tensor(scores), (torch.tensor(y), torch.tensor(weight / weight.mean()))
    )
    expected = log_loss(
        y, np.exp(scores) / np.exp(scores).sum(1, keepdims=True), sample_weight=weight
    )
    assert_allclose(loss, expected)


def test_the_regression_loss_is_that_of_scikit_learn(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    scores, y, weight = rng.normal(size=20), rng.normal(size=20), rng.uniform(size=20)
    loss = WeightedLoss("squared_error")(
        torch.tensor(scores[:, np.newaxis]), (torch.tensor(y), torch.tensor(weight / weight.mean()))
    )
    assert_allclose(loss, mean_squared_error(y, scores, sample_weight=weight))


def test_the_penalty_is_the_sum_of_absolute_weights_without_biases():
    target = torch.tensor([0, 1]), torch.ones(2)
    plain = make_net(NETWORK, "cross_entropy", "cpu", "float32")
    net = make_net(NETWORK, "cross_entropy", "cpu", "float32", l1=0.1)
    scores = torch.zeros(2, 2)
    loss = net.get_loss(scores, target, training=True)
    weights = [p.detach().numpy() for n, p in net.module_.named_parameters() if p.ndim == 2]
    expected = plain.get_loss(scores, target) + 0.1 * sum(np.abs(w).sum() for w in weights)
    assert_allclose(loss.detach(), expected, rtol=1e-5)
    assert net.get_loss(scores, target, training=False) == plain.get_loss(scores, target)


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_the_held_out_part_has_the_shares_of_the_whole(fraction):
    groups = np.repeat([0, 1, 2], [600, 300, 100])
    kept, held_out = hold_out(groups, fraction, seed=0)
    assert sorted([*kept, *held_out]) == list(range(1000))
    assert len(held_out) == round(1000 * fraction)
    assert_allclose(np.bincount(groups[held_out]) / len(held_out), [0.6, 0.3, 0.1], atol=0.01)


def test_every_class_keeps_a_sample_to_train_on():
    groups = np.array([0, 1, 1, 2, 2, 2])
    kept, held_out = hold_out(groups, 0.99, seed=0)
    assert set(groups[kept]) == {0, 1, 2}
    assert len(held_out) == 3


def test_at_least_one_sample_is_held_out():
    assert len(hold_out(np.zeros(5, dtype=int), 0.01, seed=0)[1]) == 1


def test_the_held_out_part_depends_on_the_seed_only():
    groups = np.arange(50) % 2
    assert hold_out(groups, 0.2, 1)[1].tolist() == hold_out(groups, 0.2, 1)[1].tolist()
    assert hold_out(groups, 0.2, 1)[1].tolist() != hold_out(groups, 0.2, 2)[1].tolist()


def test_one_sample_per_class_cannot_be_split():
    with pytest.raises(ValueError, match="4 samples are too few: one of each class"):
        hold_out(np.arange(4), 0.5, seed=0)


def test_a_scope_seeds_torch_and_puts_it_back():
    before = torch.get_rng_state()
    draws = []
    for _ in range(2):
        with seed_scope(7, "cpu"):
            draws.append(torch.rand(3).tolist())
    assert draws[0] == draws[1]
    assert torch.equal(torch.get_rng_state(), before)
