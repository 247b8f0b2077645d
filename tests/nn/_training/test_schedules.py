"""Learning rates are those of torch.optim.lr_scheduler, epoch by epoch or step by step."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from skorch.callbacks import Callback
from torch.optim import lr_scheduler

from tests.nn.quick import quick

N_EPOCHS = 5


class Watch(Callback):
    """Note the learning rate of each step."""

    def initialize(self):
        self.rates = []
        return self

    def on_grad_computed(self, net, **kwargs):
        self.rates.append(net.optimizer_.param_groups[0]["lr"])


def rates(toy, name, **params):
    """Learning rate of every step; 40 samples in batches of 16 are three steps an epoch."""
    params = {"max_epochs": N_EPOCHS, "batch_size": 16, "lr": 1e-2} | params
    model = quick(lr_schedule=name, callbacks=[("watch", Watch())], **params).fit(*toy)
    return model, np.array(dict(model.net_.callbacks_)["watch"].rates)


def rates_of_torch(make, n_steps, scores=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1e-2)
    schedule, seen = make(optimizer), []
    for step in range(n_steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step() if scores is None else schedule.step(scores[step])
    return np.array(seen)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cosine", lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, N_EPOCHS)),
        ("linear", lambda optimizer: lr_scheduler.LinearLR(optimizer, 1.0, 0.0, N_EPOCHS)),
    ],
)
def test_the_rate_changes_after_every_epoch(toy, name, make):
    model, found = rates(toy, name)
    expected = rates_of_torch(make, N_EPOCHS)
    assert_allclose(found, np.repeat(expected, 3))
    assert_allclose(model.history_["lr"], expected)


@pytest.mark.parametrize("name", ["cosine", "plateau"])
def test_the_history_has_the_rate_of_the_net_and_not_of_an_encoder(toy, name):
    encoders = {"sensor": ("vector", {"lr": 1e-7}), "text": ("tokens", {"lr": 1e-6})}
    model, _ = rates(toy, name, encoders=encoders)
    plain, _ = rates(toy, name)
    assert_allclose(model.history_["lr"], plain.history_["lr"])


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_one_cycle_changes_the_rate_after_every_step(toy, optimizer):
    n_steps = 3 * N_EPOCHS
    expected = rates_of_torch(
        lambda o: lr_scheduler.OneCycleLR(o, 1e-2, total_steps=n_steps, cycle_momentum=False),
        n_steps,
    )
    assert_allclose(rates(toy, "one_cycle", optimizer=optimizer)[1], expected)


@pytest.mark.parametrize("batch_size", [-1, 39, 13])
def test_one_cycle_ends_with_the_last_step_for_any_batch_size(toy, batch_size):
    assert rates(toy, "one_cycle", batch_size=batch_size)[1][-1] < 1e-6


@pytest.mark.parametrize(
    ("params", "monitor"), [({}, "train_loss"), ({"early_stopping": True}, "valid_loss")]
)
def test_plateau_looks_at_the_loss_that_counts(toy, params, monitor):
    params |= {"max_epochs": 60, "lr": 1e-2, "patience": 60, "batch_size": -1, "l1": 1.0}
    model, found = rates(toy, "plateau", **params)
    scores = model.history_[monitor].tolist()
    expected = rates_of_torch(lr_scheduler.ReduceLROnPlateau, len(scores), scores)
    assert_allclose(found, expected)


def test_every_fit_starts_its_schedule_anew(toy):
    X, y = toy
    model, found = rates(toy, "cosine", warm_start=True)
    model.fit(X, y)
    assert_allclose(dict(model.net_.callbacks_)["watch"].rates, found)
    assert len(model.history_) == 2 * N_EPOCHS


def test_an_unknown_schedule_is_refused(toy):
    with pytest.raises(ValueError, match="'lr_schedule' parameter"):
        quick(lr_schedule="step").fit(*toy)
