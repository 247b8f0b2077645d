"""A Transformer encoder over padded sequences."""

import math

import torch
from torch import nn


class Transformer(nn.Module):
    """Layers of self-attention [1]_ over steps with sinusoidal positions, normalized first [2]_.

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
    .. [2] R. Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.
    """

    n_backward = 0

    def __init__(self, n_features, width, *, n_layers, bidirectional, dropout, n_heads):
        super().__init__()
        if width % n_heads:
            raise ValueError(
                f"n_heads={n_heads} does not divide embed_dim={width}; choose an embed_dim that is a "
                "multiple of n_heads, or another n_heads"
            )
        self.width = width
        self.bidirectional = bidirectional
        self.project = nn.Linear(n_features, width)
        self.layers = nn.ModuleList(_Layer(width, n_heads, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, steps, valid):
        """Return states of shape (B, T, width) for steps of shape (B, T, n_features)."""
        states = self.project(steps)
        states = states + positions(states.shape[1], self.width).to(states)
        keys = self._keys(valid)
        for layer in self.layers:
            states = layer(states, keys)
        return self.norm(states)

    def _keys(self, valid):
        """Which keys (last axis) each query sees; never none, for a softmax of nothing is NaN."""
        if self.bidirectional:
            return (valid | ~valid.any(dim=1, keepdim=True))[:, None, None, :]
        own = torch.eye(valid.shape[1], dtype=torch.bool, device=valid.device)
        past = torch.ones_like(own).tril()
        return (valid[:, None, None, :] & past) | own


class _Layer(nn.Module):
    """Self-attention, then a network of its own for each step; both add to the states."""

    def __init__(self, width, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.norm = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.network = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.ReLU(),
            nn.Linear(4 * width, width),
            nn.Dropout(dropout),
        )

    def forward(self, states, keys):
        by_head = self.queries_keys_values(self.norm(states)).unflatten(2, (3, self.n_heads, -1))
        query, key, value = by_head.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=keys)
        states = states + self.dropout(self.out(mixed.transpose(1, 2).flatten(2)))
        return states + self.network(states)


def positions(n_steps, width):
    """Sines and cosines of the position, wavelengths from 2 pi to 20,000 pi: (n_steps, width)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = torch.arange(n_steps).unsqueeze(1) * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]
