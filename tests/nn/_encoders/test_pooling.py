"""From states to one vector, against loops over samples."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn._encoders.pooling import n_steps, pool_steps

STATES = torch.linspace(-3, 2, 60).sin().reshape(4, 5, 3) - 2
VALID = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 0]]).bool()


@pytest.mark.parametrize(
    ("pool", "one"),
    [
        ("mean", lambda states: states.mean(dim=0)),
        ("max", lambda states: states.amax(dim=0)),
        ("last", lambda states: states[-1]),
    ],
)
def test_pools_look_at_valid_states_only(pool, one):
    states = torch.where(VALID.unsqueeze(2), STATES, torch.nan if pool == "max" else 99.0)
    expected = torch.stack([one(row[mask]) for row, mask in zip(STATES, VALID, strict=True)])
    assert_close(pool_steps(states, VALID, pool), expected)


def test_units_that_read_from_the_end_are_taken_at_the_beginning():
    pooled = pool_steps(STATES, VALID, "last", n_backward=1)
    assert_close(pooled[1], torch.cat([STATES[1, 1, :2], STATES[1, 0, 2:]]))


@pytest.mark.parametrize("pool", ["mean", "max", "last"])
def test_nothing_gives_zeros(pool):
    assert (pool_steps(STATES, torch.zeros_like(VALID), pool) == 0).all()


def test_steps_are_counted_to_the_last_valid_one():
    assert n_steps(VALID).tolist() == [5, 2, 4, 1]
    assert n_steps(torch.zeros(1, 3, dtype=torch.bool)).tolist() == [1]
