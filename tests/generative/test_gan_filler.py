"""The adversarial filler against least squares, the constants of its game, and a known spread."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LinearRegression

from skmm.fusion._early.blocks import Block
from skmm.generative import CrossModalImputer
from skmm.generative._gan_filler import GanFiller, judge_loss
from skmm.generative._layers import make_layers
from skmm.impute import Scales

N = 80
QUICK = {
    "hidden_dims": (8,),
    "noise_dim": 2,
    "adversarial_weight": 0.1,
    "n_draws": 3,
    "max_epochs": 3,
    "batch_size": 16,
    "lr": 1e-2,
    "seed": 0,
}


@pytest.fixture
def blocks():
    """Scaled blocks a and b, where b is missing in some rows."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(N, 3))
    b = a @ rng.normal(size=(3, 2)) + rng.normal(size=(N, 2))
    present = rng.random(N) > 0.3
    raw = {"a": Block(a, np.ones(N, dtype=bool)), "b": Block(b, present)}
    return Scales().fit(raw).apply(raw)


def gap(blocks):
    return np.flatnonzero(~blocks["b"].present)


def test_a_linear_generator_without_adversary_is_least_squares(blocks):
    options = {"hidden_dims": (), "adversarial_weight": 0.0, "max_epochs": 1500, "batch_size": -1}
    filler = GanFiller(**(QUICK | options)).fit(blocks)
    present, rows = blocks["b"].present, gap(blocks)
    model = LinearRegression().fit(blocks["a"].values[present], blocks["b"].values[present])
    expected = model.predict(blocks["a"].values[rows])
    assert_allclose(filler.fill(blocks, "b", rows), expected, atol=1e-6)


def test_a_game_that_nobody_wins_has_the_published_constants():
    judge = make_layers(5, (4,), 1, torch.float64)
    for parameter in judge.parameters():
        torch.nn.init.zeros_(parameter)
    x, real, fake = torch.randn(3, 6, 1, dtype=torch.float64)
    pairs = (torch.hstack([x] * 3), torch.hstack([real] * 2), torch.hstack([fake] * 2))
    assert_allclose(judge_loss(judge, *pairs).item(), 2 * np.log(2))


def test_the_network_in_numpy_is_that_of_torch(blocks):
    filler = GanFiller(**QUICK).fit(blocks)
    network = make_layers(5, (8,), 2, torch.float64)
    linear = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    for layer, (weights, bias) in zip(linear, filler.layers["b"], strict=True):
        layer.weight.data = torch.tensor(weights.T)
        layer.bias.data = torch.tensor(bias)
    rows = gap(blocks)
    x = blocks["a"].values[rows]
    noise = filler._noise(x, 1)
    with torch.no_grad():
        expected = network(torch.tensor(np.hstack([x, noise])))
    assert_allclose(filler.draw(blocks, "b", rows, 1), expected, atol=1e-12)


def test_the_mean_is_that_of_the_draws(blocks):
    filler, rows = GanFiller(**QUICK).fit(blocks), gap(blocks)
    draws = [filler.draw(blocks, "b", rows, number) for number in range(3)]
    assert_allclose(filler.fill(blocks, "b", rows), np.mean(draws, axis=0))
    assert len({draw.tobytes() for draw in draws}) == 3


def test_noise_is_normal_and_belongs_to_the_row(blocks):
    filler = GanFiller(**(QUICK | {"noise_dim": 50}))
    rows = blocks["a"].values
    noise = filler._noise(rows, 0)
    assert abs(noise.mean()) < 0.05
    assert abs(noise.std() - 1) < 0.05
    assert_array_equal(filler._noise(rows[[7]], 0)[0], noise[7])
    assert np.abs(np.corrcoef(noise)[0, 1:]).max() < 0.7


def test_adversarial_training_restores_spread_that_regression_loses():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 1))
    y = x + rng.choice([-1.0, 1.0], size=(600, 1))  # two answers are right
    blocks = {
        "x": Block(x, np.ones(600, dtype=bool)),
        "y": Block(y, np.arange(600) < 500),
    }
    rows = np.arange(500, 600)
    spread = {}
    for weight in (0.0, 30.0):
        options = {"adversarial_weight": weight, "hidden_dims": (32,), "max_epochs": 60, "lr": 2e-3}
        filler = GanFiller(**(QUICK | options)).fit(blocks)
        spread[weight] = np.std(filler.draw(blocks, "y", rows, 0) - x[rows])
    assert spread[0.0] < 0.3
    assert 0.7 < spread[30.0] < 1.3


def test_equal_seeds_give_equal_networks_and_leave_torch_alone(blocks):
    state = torch.get_rng_state()
    one, two, three = (
        GanFiller(**(QUICK | {"seed": seed})).fit(blocks).fill(blocks, "b", gap(blocks))
        for seed in (0, 0, 1)
    )
    assert_array_equal(one, two)
    assert not np.array_equal(one, three)
    assert_array_equal(torch.get_rng_state(), state)


def test_a_loss_that_is_no_number_names_the_modality(blocks):
    with pytest.raises(FloatingPointError, match="modality 'a' is (nan|inf) in epoch"):
        GanFiller(**(QUICK | {"lr": 1e200})).fit(blocks)


def test_widths_must_be_integers():
    with pytest.raises(ValueError, match=r"hidden_dims=\(0,\); expected the widths"):
        CrossModalImputer("gan", hidden_dims=(0,)).fit(np.ones((3, 2)))
