"""Sequences of vectors."""

import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn import SequenceEncoder


def test_a_sequence_is_the_mean_of_the_states_of_an_lstm():
    encoder = SequenceEncoder(3, 4).double().eval()
    x = torch.randn(5, 6, 3, dtype=torch.float64)
    lstm = nn.LSTM(3, 2, batch_first=True, bidirectional=True).double()
    lstm.load_state_dict(encoder.steps.body.cells.state_dict())
    assert_close(encoder(x), encoder.steps.linear(lstm(x)[0].mean(dim=1)))
