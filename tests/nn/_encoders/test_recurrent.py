"""Recurrent bodies against those of torch, one sequence at a time."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn._encoders.recurrent import Recurrent

LENGTHS = [5, 2, 1, 4]


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize(("cell", "oracle"), [("lstm", nn.LSTM), ("gru", nn.GRU)])
def test_states_are_those_of_each_sequence_alone(cell, oracle, n_layers, bidirectional):
    body = Recurrent(
        3, 6, cell=cell, n_layers=n_layers, bidirectional=bidirectional, dropout=0.0
    ).double()
    width = 3 if bidirectional else 6
    alone = oracle(
        3, width, num_layers=n_layers, bidirectional=bidirectional, batch_first=True
    ).double()
    alone.load_state_dict(body.cells.state_dict())
    x = torch.randn(4, 5, 3, dtype=torch.float64)
    valid = torch.arange(5) < torch.tensor(LENGTHS)[:, None]
    states = body(x, valid)
    for row, length in enumerate(LENGTHS):
        assert_close(states[row, :length], alone(x[row : row + 1, :length])[0][0])


def test_width_and_backward_units_are_told():
    both = Recurrent(3, 5, cell="gru", n_layers=1, bidirectional=True, dropout=0.0)
    assert (both.width, both.n_backward) == (6, 3)
    one = Recurrent(3, 5, cell="gru", n_layers=1, bidirectional=False, dropout=0.0)
    assert (one.width, one.n_backward) == (5, 0)
