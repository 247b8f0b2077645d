"""Gradients are clipped sample by sample, one sample changes little, and noise is as large as said."""

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from skmm.nn._privacy.accounting import PrivacyPlan
from skmm.nn._privacy.noisy_steps import NoisySteps

SHAPES = [(3, 4), (5,)]


def start(*, noise=0.0, norm=1.0, expected=1.0, shapes=SHAPES):
    """Steps of SGD with rate 1 from zeros, so that weights are minus the gradient of the step."""
    parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes]
    plan = PrivacyPlan(noise, norm, 1e-5, 1.0, expected, np.random.default_rng(0))
    return NoisySteps(torch.optim.SGD(parameters, lr=1.0), plan)


def draw(n_samples):
    rng = np.random.default_rng(1)
    sizes = rng.uniform(0.05, 3.0, size=n_samples)  # some to clip, some not
    return [
        torch.from_numpy((rng.normal(size=(n_samples, *s)).T * sizes).T).float() for s in SHAPES
    ]


def gradient(steps):
    return torch.cat([-p.detach().flatten() for p in steps.parameters])


def clipped_sum(gradients, norm):
    total = 0
    for i in range(len(gradients[0])):
        one = torch.cat([g[i].flatten() for g in gradients])
        total = total + one * min(1.0, norm / one.norm().item())
    return total


def test_the_step_is_the_sum_of_clipped_gradients_over_the_expected_size():
    steps, gradients = start(norm=0.7, expected=8.5), draw(10)
    steps.add(gradients, is_last=True)
    # opacus divides by the norm and 1e-6.
    torch.testing.assert_close(
        gradient(steps), clipped_sum(gradients, 0.7) / 8.5, rtol=1e-5, atol=1e-6
    )


def test_pieces_of_a_batch_make_one_step():
    whole, cut, gradients = start(), start(), draw(10)
    whole.add(gradients, is_last=True)
    cut.add([g[:6] for g in gradients], is_last=False)
    assert gradient(cut).eq(0).all()
    cut.add([g[6:] for g in gradients], is_last=True)
    torch.testing.assert_close(gradient(cut), gradient(whole))
    assert (whole.n_taken, cut.n_taken) == (1, 1)


@pytest.mark.parametrize("left_out", range(4))
@pytest.mark.parametrize("size", [0.01, 1.0, 1e6])
def test_one_sample_changes_the_sum_by_no_more_than_the_norm(left_out, size):
    gradients = draw(4)
    for g in gradients:
        g[left_out] *= size
    with_it, without = start(norm=0.7), start(norm=0.7)
    with_it.add(gradients, is_last=True)
    keep = [i for i in range(4) if i != left_out]
    without.add([g[keep] for g in gradients], is_last=True)
    assert (gradient(with_it) - gradient(without)).norm() <= 0.7 * (1 + 1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_a_sample_whose_gradient_is_not_finite_changes_the_sum_by_no_more_either(value):
    gradients = draw(4)
    gradients[1][2, 3] = value
    with_it, without = start(norm=0.7), start(norm=0.7)
    with_it.add(gradients, is_last=True)
    without.add([g[[0, 1, 3]] for g in gradients], is_last=True)
    torch.testing.assert_close(gradient(with_it), gradient(without))  # 3e38 has a norm of inf
    assert with_it.n_left_out == (not np.isclose(value, 3e38))


def test_a_single_weight_may_be_what_is_not_finite():
    steps = start(norm=9.0, shapes=[(), (2,)])
    steps.add([torch.tensor([1.0, np.inf]), torch.ones(2, 2)], is_last=True)
    assert gradient(steps).tolist() == [1.0, 1.0, 1.0]


def test_an_empty_batch_is_a_step_of_noise_of_the_size_that_was_said():
    steps = start(noise=3.0, norm=0.5, expected=10.0)
    seen = []
    for _ in range(300):
        before = gradient(steps)
        steps.add([torch.zeros(0, *shape) for shape in SHAPES], is_last=True)
        seen.append(gradient(steps) - before)
    noise = torch.cat(seen).numpy() / (3.0 * 0.5 / 10.0)
    assert kstest(noise, "norm").pvalue > 1e-3
    assert steps.n_taken == 300


def test_nothing_of_the_samples_is_left():
    steps = start()
    steps.add(draw(3), is_last=True)
    steps.forget()
    for parameter in steps.parameters:
        assert parameter.grad is None
        assert not {"grad_sample", "summed_grad"} & set(vars(parameter))
