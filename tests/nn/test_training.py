"""The loss, the penalty, the seed, the device, and who may stop training."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from sklearn.metrics import log_loss, mean_squared_error

from skmm.nn._training import WeightedLoss, make_net, seed_scope

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


def test_a_scope_seeds_torch_and_puts_it_back():
    before = torch.get_rng_state()
    draws = []
    for _ in range(2):
        with seed_scope(7, "cpu"):
            draws.append(torch.rand(3).tolist())
    assert draws[0] == draws[1]
    assert torch.equal(torch.get_rng_state(), before)
