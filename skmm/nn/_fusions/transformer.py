"""A layer of a transformer, in which tokens read other tokens; what fusions of tokens share."""

import torch
from torch import nn


class AttentionLayer(nn.Module):
    """Let tokens read a source, then pass them through two linear maps [1], norms coming first.

    Parameters
    ----------
    embed_dim : int
        Width p of a token.
    n_heads : int
        Number of heads, which divides p.
    dropout : float
        Share of the attention that is dropped in training.
    """

    def __init__(self, embed_dim, n_heads, dropout):
        super().__init__()
        if embed_dim % n_heads != 0:
            raise ValueError(
                f"n_heads={n_heads} does not divide embed_dim={embed_dim}; choose a multiple of "
                "n_heads as embed_dim, or another n_heads"
            )
        self.norm = nn.LayerNorm(embed_dim)
        self.attention = nn.MultiheadAttention(
            embed_dim, n_heads, dropout=dropout, batch_first=True
        )
        self.body = nn.Sequential(
            nn.LayerNorm(embed_dim),
            nn.Linear(embed_dim, 4 * embed_dim),
            nn.ReLU(),
            nn.Linear(4 * embed_dim, embed_dim),
        )

    def forward(self, tokens, source, valid):
        """Return tokens (B, T, p) that have read the source (B, S, p) where it is valid, (B, S)."""
        tokens = tokens + self.attend(tokens, source, valid)[0]
        return tokens + self.body(tokens)

    def attend(self, tokens, source, valid, need_weights=False):
        """What the tokens read (B, T, p), zeros where nothing is valid, and the weights or None."""
        some = valid.any(dim=1, keepdim=True)
        # A softmax over nothing is NaN: with nothing to read, read all, and forget it. Numbers and not
        # bools, for which torch has a second kernel in evaluation that rounds otherwise.
        mask = torch.where(valid | ~some, 0.0, -torch.inf).to(tokens.dtype)
        key = self.norm(source)
        read, weights = self.attention(
            self.norm(tokens), key, key, key_padding_mask=mask, need_weights=need_weights
        )
        return torch.where(some.unsqueeze(2), read, 0), weights
