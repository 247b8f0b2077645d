"""Filling in by a variational autoencoder: expectations, draws, and rows that draw for themselves."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.fusion._early.blocks import Block
from skmm.generative._vae_filler import VaeFiller

PARAMS = {"n_components": 2, "hidden_dims": (), "max_epochs": 100, "lr": 1e-2, "batch_size": 32}


@pytest.fixture
def blocks():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200, 2))
    b = a @ rng.normal(size=(2, 3)) + 0.3 * rng.normal(size=(200, 3))
    present = np.arange(200) < 150
    return {"a": Block(a, np.ones(200, dtype=bool)), "b": Block(b, present)}


ROWS = np.arange(150, 200)


def test_what_is_expected_comes_nearer_than_the_mean(blocks):
    filled = VaeFiller(n_draws=1, seed=0, **PARAMS).fit(blocks).fill(blocks, "b", ROWS)
    truth = blocks["b"].values
    error = np.square(filled - truth[ROWS]).mean()
    assert error < 0.4 * np.square(truth[:150].mean(axis=0) - truth[ROWS]).mean()


def test_draws_spread_around_what_is_expected(blocks):
    once = VaeFiller(n_draws=1, seed=0, **PARAMS).fit(blocks)
    often = VaeFiller(n_draws=40, seed=0, **PARAMS).fit(blocks)
    draws = np.stack([often.draw(blocks, "b", ROWS, number) for number in range(40)])
    assert_array_equal(often.fill(blocks, "b", ROWS), draws.mean(axis=0))
    spread = draws.std(axis=0, ddof=1)
    assert (spread > 0).all()
    # The mean of 40 draws is within some standard errors of what is expected.
    gap = np.abs(draws.mean(axis=0) - once.fill(blocks, "b", ROWS)) / (spread / np.sqrt(40))
    assert gap.mean() < 2


def test_a_row_draws_the_same_whatever_its_companions(blocks):
    filler = VaeFiller(n_draws=2, seed=0, **PARAMS).fit(blocks)
    together = filler.draw(blocks, "b", ROWS, 1)
    assert_array_equal(filler.draw(blocks, "b", ROWS[[7]], 1)[0], together[7])
    assert not np.array_equal(filler.draw(blocks, "b", ROWS, 0), together)
