"""The penalty, the seed, the device, and who may stop training."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from skmm.nn._training.training import make_net, seed_scope

NETWORK = {"modalities": {"X": ("vector", 3)}, "n_outputs": 2}


def test_the_penalty_is_the_sum_of_absolute_weights_without_biases():
    target = ((torch.tensor([0, 1]), torch.ones(2)),)
    loss = {"parts": [("cross_entropy", 2)]}
    plain = make_net(NETWORK, loss, "cpu", "float32")
    net = make_net(NETWORK, loss, "cpu", "float32", l1=0.1)
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
