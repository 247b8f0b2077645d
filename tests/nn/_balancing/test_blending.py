"""Gradient blending: its weights are a minimum, and training follows them."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from skorch.callbacks import Callback

from skmm.frame import make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, GradientBlending
from skmm.nn._balancing.blending import blending_weights, mean_losses

QUICK = {"max_epochs": 7, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}
GAIN, OVERFITTING = np.array([1, 2, 0.5]), np.array([0.5, 0.1, 0.9])


def test_the_weights_are_the_published_ones():
    assert_allclose(blending_weights(GAIN, OVERFITTING), [0.019549, 0.977435, 0.003017], atol=1e-6)


def test_the_weights_overfit_least_for_what_they_gain(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    for gain, over in [(GAIN, OVERFITTING), rng.uniform(0.2, 2, size=(2, 4))]:

        def ratio(weights, gain=gain, over=over):
            return (weights**2 @ over**2) / (weights @ gain) ** 2

        found = minimize(ratio, np.ones_like(gain), method="BFGS", options={"gtol": 1e-12}).x
        assert_allclose(blending_weights(gain, over), found / found.sum(), atol=1e-4)
        assert ratio(blending_weights(gain, over)) <= ratio(found) * (1 + 1e-9)


def test_a_head_that_does_not_improve_gets_nothing():
    assert blending_weights([1, -1], [0.5, 0.5]).tolist() == [1, 0]
    assert blending_weights([-1, 0], [0.5, 0.5]).tolist() == [0.5, 0.5]


def test_no_overfitting_is_no_division_by_zero():
    assert_allclose(blending_weights([1, 1], [0, 0]), [0.5, 0.5])


class Spy(Callback):
    """Measures what GradientBlending does, epoch by epoch."""

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        valid = mean_losses(net, dataset_valid)
        self.seen = [*getattr(self, "seen", []), (valid, valid - mean_losses(net, dataset_train))]


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = make_frame(
        loud=rng.normal(size=(120, 3)) + 2 * y[:, None], noise=rng.normal(size=(120, 30))
    )
    return X, y


@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor])
def test_every_period_the_losses_are_weighed_anew(data, cls):
    model = cls(
        auxiliary_weight=1.5,
        early_stopping=True,
        callbacks=[("spy", Spy()), GradientBlending(period=3)],
        **QUICK,
    ).fit(*data)
    weights = model.history_[["weight_fused", "weight_loud", "weight_noise"]].to_numpy()
    assert_allclose(weights[:3], np.tile([1, 0.75, 0.75], (3, 1)))
    seen = dict(model.net_.callbacks_)["spy"].seen
    for epoch in (3, 6):
        (old, old_gap), (new, gap) = seen[epoch - 3], seen[epoch]
        expected = 2.5 * blending_weights(old - new, gap - old_gap)
        assert_allclose(weights[epoch], expected, rtol=1e-5, atol=1e-7)
    assert_allclose(weights[3], weights[4])
    assert_allclose(weights[3], weights[5])


def test_the_losses_are_means_over_the_samples_that_have_the_modality(data):
    X, y = data
    model = DeepFusionClassifier(auxiliary_weight=1.0, early_stopping=True, **QUICK).fit(X, y)
    seen = []

    class Once(Callback):
        def on_epoch_begin(self, net, dataset_train=None, **kwargs):
            if not seen:
                inputs, target = dataset_train[torch.arange(len(dataset_train))]
                outputs = net.module_.eval().compute_all_scores(**inputs)
                expected = [
                    net.criterion_(scores[here], ((target[0][0][here],),)).item()
                    for scores, here in [
                        (outputs.fused, slice(None)),
                        *zip(outputs.alone, outputs.present.unbind(1), strict=True),
                    ]
                ]
                seen.append((mean_losses(net, dataset_train), expected))

    X = X.astype(object)
    X.loc[::3, "noise"] = None
    model.set_params(callbacks=[Once()]).fit(X, y)
    assert_allclose(*seen[0], rtol=1e-5)


def test_training_follows_the_weights(data):
    params = QUICK | {"auxiliary_weight": 1.0, "early_stopping": True}
    losses = [
        DeepFusionClassifier(callbacks=callbacks, **params).fit(*data).history_["valid_loss"]
        for callbacks in ([], [GradientBlending(period=2)])
    ]
    assert_array_equal(losses[0][:2], losses[1][:2])  # weighed for the first time before epoch 3
    assert (losses[0][2:] != losses[1][2:]).all()


def test_a_net_without_heads_is_refused(data):
    with pytest.raises(ValueError, match="the net has none; set auxiliary_weight=1.0"):
        DeepFusionClassifier(callbacks=[GradientBlending()], early_stopping=True).fit(*data)


def test_training_without_validation_is_refused(data):
    with pytest.raises(ValueError, match="no samples are held out, as never in partial_fit"):
        DeepFusionClassifier(callbacks=[GradientBlending()], auxiliary_weight=1.0).fit(*data)
