"""Losses against scikit-learn's metrics, and weights of targets that are learned."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.special import expit, softmax
from sklearn.metrics import log_loss, mean_squared_error

from skmm.nn._training.losses import FusionLoss, uncertainty_loss


@pytest.fixture
def rng(global_random_seed):
    return np.random.default_rng(global_random_seed)


def weights_of_mean_one(rng, *shape):
    weight = rng.uniform(size=shape)
    return weight / weight.mean()


def compare(parts, scores, *target, weighting=None):
    loss = FusionLoss(parts, weighting)
    target = tuple(tuple(map(torch.tensor, values)) for values in target)
    return loss(torch.tensor(scores), target)


def test_the_loss_of_classes_is_that_of_scikit_learn(rng):
    scores, y = rng.normal(size=(20, 3)), rng.permutation(np.arange(20) % 3)
    weight = weights_of_mean_one(rng, 20)
    expected = log_loss(y, softmax(scores, axis=1), sample_weight=weight)
    assert_allclose(compare([("cross_entropy", 3)], scores, (y, weight)), expected)


def test_the_loss_of_numbers_is_that_of_scikit_learn(rng):
    scores, y = rng.normal(size=(2, 20, 3))
    weight = weights_of_mean_one(rng, 20)
    expected = mean_squared_error(y, scores, sample_weight=weight)
    assert_allclose(compare([("squared_error", 3)], scores, (y, weight)), expected)


def test_the_loss_of_labels_is_the_mean_of_those_of_scikit_learn(rng):
    scores, y = rng.normal(size=(20, 3)), rng.permuted(np.arange(60) % 2).reshape(20, 3)
    each = weights_of_mean_one(rng, 20, 3)
    for weight in (weights_of_mean_one(rng, 20), each):
        columns = [weight] * 3 if weight.ndim == 1 else weight.T
        expected = np.mean(
            [
                log_loss(labels, expit(score), sample_weight=w) * w.mean()
                for labels, score, w in zip(y.T, scores.T, columns, strict=True)
            ]
        )
        target = y.astype(float), weight
        assert_allclose(compare([("binary_cross_entropy", 3)], scores, target), expected)


@pytest.mark.parametrize("kind", ["cross_entropy", "binary_cross_entropy", "squared_error"])
def test_no_weights_are_equal_weights(rng, kind):
    scores, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    y = y if kind == "cross_entropy" else np.column_stack([y, 1 - y]).astype(float)
    assert_allclose(
        compare([(kind, 2)], scores, (y,)), compare([(kind, 2)], scores, (y, np.ones(20)))
    )


def test_losses_of_targets_are_added_up(rng):
    scores, y, numbers = rng.normal(size=(20, 3)), np.arange(20) % 2, rng.normal(size=(20, 1))
    first = compare([("cross_entropy", 2)], scores[:, :2], (y,))
    second = compare([("squared_error", 1)], scores[:, 2:], (numbers,))
    parts = [("cross_entropy", 2), ("squared_error", 1)]
    assert_allclose(compare(parts, scores, (y,), (numbers,)), first + second)
    weighed = compare(parts, scores, (y,), (numbers,), weighting=[2.0, 0.5])
    assert_allclose(weighed, 2 * first + 0.5 * second)


def test_a_target_without_labels_in_a_batch_adds_nothing(rng):
    scores = torch.tensor(rng.normal(size=(4, 3)), requires_grad=True)
    known = torch.tensor([0, 1, 1, 0]), torch.ones(4, dtype=torch.float64)
    unknown = torch.zeros(4, 1, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)
    loss = FusionLoss([("cross_entropy", 2), ("squared_error", 1)])(scores, (known, unknown))
    loss.backward()
    assert_allclose(loss.item(), torch.nn.functional.cross_entropy(scores[:, :2], known[0]).item())
    assert (scores.grad[:, 2] == 0).all()


@pytest.mark.parametrize(
    ("kind", "optimum"), [("squared_error", 0.993252), ("cross_entropy", 1.686399)]
)
def test_learned_weights_have_the_optimum_of_kendall(kind, optimum):
    s = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([s], max_iter=50, tolerance_grad=0, tolerance_change=0)

    def closure():
        optimizer.zero_grad()
        loss = uncertainty_loss([torch.tensor(2.7, dtype=torch.float64)], [kind], s, [1.0])
        loss.backward()
        return loss

    optimizer.step(closure)
    assert_allclose(s.item(), optimum, atol=1e-6)


def test_learned_weights_are_used_in_training_only():
    loss = FusionLoss([("squared_error", 1)], weighting="uncertainty")
    with torch.no_grad():
        loss.log_variances += 1
    scores, target = torch.ones(3, 1), ((torch.zeros(3, 1),),)
    assert_allclose(loss(scores, target).item(), 0.5 * np.exp(-1) + 0.5, rtol=1e-6)
    assert loss.eval()(scores, target) == 1


def test_samples_without_a_label_say_nothing_about_the_weight_of_a_target():
    loss = FusionLoss([("cross_entropy", 2), ("squared_error", 1)], weighting="uncertainty")
    target = (torch.tensor([0, 1]),), (torch.zeros(2, 1), torch.zeros(2))
    loss(torch.randn(2, 3), target).backward()
    assert loss.log_variances.grad[1] == 0
    half = (torch.tensor([0, 1]),), (torch.zeros(2, 1), torch.tensor([2.0, 0.0]))
    whole = (torch.tensor([0]),), (torch.zeros(1, 1),)
    scores = torch.tensor([[0.0, 0.0, 3.0], [0.0, 0.0, 5.0]])
    gradients = []
    for values, rows in ((half, scores), (whole, scores[:1])):
        loss.zero_grad()
        loss(rows, values).backward()
        gradients.append(loss.log_variances.grad[1].item())
    assert gradients[0] == gradients[1]
