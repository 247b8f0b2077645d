"""A Transformer encoder over padded sequences."""

import math

import torch
from torch import nn

from skmm.nn._layers.attention import AttentionLayer


class Transformer(nn.Module):
    """Layers of attention [1]_ over steps with sinusoidal positions, normalized first.

    Invalid steps are no keys: leaving them out would give the same.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    width : int
        Number of units of a state.
    n_layers : int
    bidirectional : bool
        Whether a step attends to steps on both sides, or only to itself and those before.
    dropout : float
        Share of what each half of a layer adds that is dropped in training.
    n_heads : int
        Number of heads of attention; it divides `width`.

    Raises
    ------
    ValueError
        If it does not.

    References
    ----------
    .. [1] A. Vaswani et al., "Attention is all you need", NeurIPS 2017.
    """

    n_backward = 0

    def __init__(self, n_features, width, *, n_layers, bidirectional, dropout, n_heads):
        super().__init__()
        self.width = width
        self.bidirectional = bidirectional
        self.project = nn.Linear(n_features, width)
        self.layers = nn.ModuleList(
            AttentionLayer(width, n_heads, dropout=dropout) for _ in range(n_layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, steps, valid):
        """Return states of shape (B, T, width) for steps of shape (B, T, n_features)."""
        states = self.project(steps)
        states = states + positions(states.shape[1], self.width).to(states)
        if not self.bidirectional:
            valid = valid.unsqueeze(1) & torch.ones_like(valid[0]).expand(valid.shape[1], -1).tril()
        for layer in self.layers:
            states = layer(states, states, valid)
        return self.norm(states)


def positions(n_steps, width):
    """Sines and cosines of the position, wavelengths from 2 pi to 20,000 pi: (n_steps, width)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = torch.arange(n_steps).unsqueeze(1) * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]
