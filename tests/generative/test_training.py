"""The training loop."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._training import Player, Rows, train


@pytest.fixture
def rows():
    x = torch.arange(10.0)[:, None]
    return Rows([x, 2 * x], torch.ones(10, 2, dtype=torch.bool))


def run(players, rows, **options):
    defaults = {"max_epochs": 2, "batch_size": 4, "lr": 0.1}
    return train(players, rows, generator=torch.Generator().manual_seed(0), **(defaults | options))


def test_one_step_is_that_of_adam(rows):
    weight = torch.nn.Parameter(torch.tensor(5.0))
    run(
        [Player([weight], lambda *_: {"loss": (weight - 1) ** 2})],
        rows,
        max_epochs=1,
        batch_size=-1,
    )
    assert_allclose(weight.item(), 4.9, rtol=1e-6)  # Adam's first step is as long as its rate


def test_weights_decay(rows):
    weight = torch.nn.Parameter(torch.tensor(5.0))
    player = Player([weight], lambda *_: {"loss": 0 * weight})
    run([player], rows, max_epochs=1, batch_size=-1, weight_decay=0.5)
    assert_allclose(weight.item(), 5 * (1 - 0.1 * 0.5), rtol=1e-6)


def test_every_row_is_seen_once_in_each_epoch_in_another_order(rows):
    weight, seen = torch.nn.Parameter(torch.tensor(1.0)), []

    def note(blocks, present, progress):
        assert torch.equal(blocks[1], 2 * blocks[0])
        seen.append((progress, blocks[0][:, 0].tolist()))
        return {"loss": weight * blocks[0].mean()}

    history = run([Player([weight], note)], rows)
    epochs = [[v for p, values in seen if p == progress for v in values] for progress in (0, 0.5)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(10))
    assert epochs[0] != epochs[1]
    assert [epoch["epoch"] for epoch in history] == [1, 2]


def test_history_is_the_mean_over_rows_and_not_over_batches(rows):
    weight = torch.nn.Parameter(torch.tensor(0.0))

    def loss(blocks, present, progress):
        return {"loss": 0 * weight, "mean": blocks[0].mean(), "other": blocks[1].mean()}

    assert_allclose(run([Player([weight], loss)], rows)[0]["mean"], 4.5)


def test_players_take_turns_and_move_only_what_is_theirs(rows):
    a, b = (torch.nn.Parameter(torch.tensor(1.0)) for _ in range(2))
    order = []

    def loss_of(name):
        def loss(*_):
            order.append(name)
            return {f"loss_{name}": a * a + b * b}

        return loss

    run([Player([a], loss_of("a")), Player([], loss_of("b"))][:1], rows, max_epochs=1)
    assert b.item() == 1.0
    assert a.item() < 1.0
    order.clear()
    run([Player([a], loss_of("a")), Player([b], loss_of("b"))], rows, max_epochs=1)
    assert order == ["a", "b"] * 3
    assert b.item() < 1.0


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_what_is_told_of_epochs(rows, verbose, capsys):
    weight = torch.nn.Parameter(torch.tensor(1.0))
    player = Player(
        [weight], lambda *_: {"train_loss": 0 * weight, "reconstruction": 2.5 + 0 * weight}
    )
    run([player], rows, verbose=verbose)
    told = capsys.readouterr()
    lines = [
        "epoch 1/2: train_loss 0.0000, reconstruction 2.5000",
        "epoch 2/2: train_loss 0.0000, reconstruction 2.5000",
    ]
    assert told.out.splitlines() == (lines if verbose == 1 else [])
    assert ("2/2" in told.err and "reconstruction=2.5" in told.err) == (verbose == 2)
    assert verbose == 2 or not told.err


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_no_number_names_the_epoch(rows, bad):
    weight = torch.nn.Parameter(torch.tensor(1.0))

    def loss(blocks, present, progress):
        return {"train_loss": weight * (bad if progress > 0 else 1.0)}

    with pytest.raises(FloatingPointError, match="train_loss is (nan|inf) in epoch 2.*smaller lr"):
        run([Player([weight], loss)], rows)
