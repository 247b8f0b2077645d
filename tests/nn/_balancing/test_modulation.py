"""Gradient modulation: its factors, and that they reach the encoders and nothing else."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from skorch.callbacks import Callback
from torch.testing import assert_close

from skmm.frame import make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, GradientModulation
from skmm.nn._balancing.modulation import confidences, modulation
from skmm.nn._balancing.unimodal_heads import UnimodalOutputs

QUICK = {
    "max_epochs": 2,
    "embed_dim": 8,
    "hidden_dims": (8,),
    "dropout": 0.0,
    "batch_size": -1,
    "auxiliary_weight": 1.0,
    "random_state": 0,
}


@pytest.mark.parametrize(("alpha", "expected"), [(0.1, 0.802625), (0.3, 0.462950), (1, 0.035972)])
def test_the_factor_at_a_ratio_of_two_is_the_published_one(alpha, expected):
    factors = modulation(torch.tensor([0.6, 0.3]), alpha)
    assert_close(factors, torch.tensor([expected, 1.0]), atol=1e-6, rtol=0)


def test_equal_modalities_are_left_alone():
    assert modulation(torch.tensor([0.4, 0.4, 0.4]), 1.0).tolist() == [1, 1, 1]


def test_a_modality_is_compared_with_the_mean_of_the_others():
    factors = modulation(torch.tensor([0.9, 0.2, 0.4]), 0.3)
    assert_close(factors, torch.tensor([1 - math.tanh(0.3 * 3), 1.0, 1.0]))


def test_absent_modalities_are_left_out():
    factors = modulation(torch.tensor([0.9, torch.nan, 0.3]), 0.3)
    assert_close(factors, torch.tensor([1 - math.tanh(0.3 * 3), 1.0, 1.0]))
    assert modulation(torch.tensor([0.9, torch.nan]), 0.3).tolist() == [1, 1]
    assert modulation(torch.tensor([0.9]), 0.3).tolist() == [1]


def test_confidence_is_the_mean_probability_of_the_right_class_where_the_modality_is():
    scores, y = torch.randn(2, 5, 3), torch.tensor([0, 2, 1, 1, 0])
    present = torch.tensor([[1, 1], [1, 0], [0, 0], [1, 0], [1, 0]]).bool()
    found = confidences(UnimodalOutputs(scores[0], list(scores), present), y)
    right = torch.exp(scores - torch.logsumexp(scores, dim=2, keepdim=True))
    expected = [right[0, [0, 1, 3, 4], y[[0, 1, 3, 4]]].mean(), right[1, 0, 0]]
    assert_close(found, torch.stack(expected))
    nobody = UnimodalOutputs(scores[0], list(scores), torch.zeros(5, 2).bool())
    assert torch.isnan(confidences(nobody, y)).all()


class Gradients(Callback):
    """Keeps the gradients of every batch."""

    def __init__(self):
        self.seen = []

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.seen.append({name: p.grad.clone() for name, p in named_parameters})


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = make_frame(loud=rng.normal(size=(80, 3)) + 3 * y[:, None], noise=rng.normal(size=(80, 5)))
    return X, y


def gradients(data, callbacks, **params):
    """Those of the first batch, in which the net is the same whatever the callbacks."""
    model = DeepFusionClassifier(callbacks=[*callbacks, ("seen", Gradients())], **QUICK | params)
    return dict(model.fit(*data).net_.callbacks_)["seen"].seen


def test_gradients_of_the_leading_encoder_are_scaled_and_no_others(data):
    plain = gradients(data, [])[0]
    scaled = gradients(data, [GradientModulation(alpha=0.5)])[0]
    ratios = {name: (scaled[name].norm() / plain[name].norm()).item() for name in plain}
    changed = {name.rsplit(".body", 1)[0] for name, ratio in ratios.items() if ratio != 1}
    assert len(changed) == 1
    leader = changed.pop()
    assert leader in ("encoders.0", "encoders.1")
    factors = [ratio for name, ratio in ratios.items() if name.startswith(leader)]
    assert 0 < factors[0] < 1 - math.tanh(0.5)
    np.testing.assert_allclose(factors, factors[0], rtol=1e-5)


def test_modulation_ends_after_its_epochs(data):
    plain = DeepFusionClassifier(**QUICK).fit(*data)
    callback = GradientModulation(alpha=0.5, n_epochs=0)
    without = DeepFusionClassifier(callbacks=[callback], **QUICK).fit(*data)
    assert_array_equal(without.predict_proba(data[0]), plain.predict_proba(data[0]))
    one = DeepFusionClassifier(callbacks=[GradientModulation(0.5, n_epochs=1)], **QUICK).fit(*data)
    two = DeepFusionClassifier(callbacks=[GradientModulation(0.5, n_epochs=2)], **QUICK).fit(*data)
    assert not np.array_equal(one.predict_proba(data[0]), two.predict_proba(data[0]))


def test_noise_has_the_spread_of_the_gradient(data):
    wide = {"embed_dim": 400}
    plain = gradients(data, [], **wide)[0]
    noisy = gradients(data, [GradientModulation(alpha=0.0, noise=True)], **wide)[0]
    for name, gradient in plain.items():
        added = noisy[name] - gradient
        if not name.startswith("encoders"):
            assert (added == 0).all(), name
        elif gradient.numel() > 1000:
            assert abs(added.std() / gradient.std(correction=0) - 1) < 0.15, name


def test_nothing_is_left_in_the_net(data):
    model = DeepFusionClassifier(callbacks=[GradientModulation()], **QUICK).fit(*data)
    assert not model.net_.module_._forward_hooks
    callback = next(c for _, c in model.net_.callbacks_ if isinstance(c, GradientModulation))
    assert not hasattr(callback, "outputs_")


def test_a_net_without_heads_is_refused(data):
    params = QUICK | {"auxiliary_weight": 0.0}
    with pytest.raises(ValueError, match="the net has none; set auxiliary_weight=1.0"):
        DeepFusionClassifier(callbacks=[GradientModulation()], **params).fit(*data)


def test_a_continuous_target_is_refused(data):
    with pytest.raises(
        ValueError, match="probabilities of the classes of one target, and y holds others"
    ):
        DeepFusionRegressor(callbacks=[GradientModulation()], **QUICK).fit(*data)
