"""Recurrent networks over padded sequences."""

from torch import nn

from skmm.nn._encoders.pooling import n_steps

_CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """The states of an LSTM or a GRU, which read no step after the last valid one.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    width : int
        Number of units; with both directions it is rounded up to an even number.
    cell : {"lstm", "gru"}
    n_layers : int
    bidirectional : bool
    dropout : float
        Share of the states between layers that is dropped in training.

    Attributes
    ----------
    width : int
        Number of units of a state.
    n_backward : int
        How many of them, the last ones, read from the end.
    """

    def __init__(self, n_features, width, *, cell, n_layers, bidirectional, dropout):
        super().__init__()
        n_hidden = (width + 1) // 2 if bidirectional else width
        self.width = 2 * n_hidden if bidirectional else n_hidden
        self.n_backward = n_hidden if bidirectional else 0
        self.cells = _CELLS[cell](
            n_features,
            n_hidden,
            num_layers=n_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout if n_layers > 1 else 0.0,
        )

    def forward(self, steps, valid):
        """Return states of shape (B, T, width) for steps of shape (B, T, n_features)."""
        # Packed, the backward pass starts at the last valid step and never sees the padding.
        packed = nn.utils.rnn.pack_padded_sequence(
            steps, n_steps(valid).cpu(), batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.cells(packed)[0], batch_first=True, total_length=valid.shape[1]
        )
        return states
