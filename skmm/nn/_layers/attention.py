"""A layer of a transformer, in which tokens read tokens: their own, or those of another source."""

import torch
from torch import nn


class AttentionLayer(nn.Module):
    """Let tokens read a source [1]_, then pass each through a small network; norms come first [2]_.

    Both add to the tokens.

    Parameters
    ----------
    width : int
        Number of units of a token.
    n_heads : int
        Number of heads of attention, which divides the width.
    dropout : float, default=0.0
        Share of what each half of the layer adds that is dropped in training.
    attention_dropout : float, default=0.0
        Share of the attention that is dropped in training.

    Raises
    ------
    ValueError
        If the heads do not divide the width.

    References
    ----------
    .. [1] A. Vaswani et al., "Attention is all you need", NeurIPS 2017.
    .. [2] R. Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.
    """

    def __init__(self, width, n_heads, *, dropout=0.0, attention_dropout=0.0):
        super().__init__()
        if width % n_heads:
            raise ValueError(
                f"n_heads={n_heads} does not divide embed_dim={width}; choose an embed_dim that is a "
                "multiple of n_heads, or another n_heads"
            )
        self.n_heads = n_heads
        self.attention_dropout = attention_dropout
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

    def forward(self, tokens, source, valid):
        """Return the tokens after they have read the source; arguments as in :meth:`read`."""
        tokens = tokens + self.dropout(self.read(tokens, source, valid))
        return tokens + self.network(tokens)

    def read(self, tokens, source, valid):
        """Return what the tokens read.

        Parameters
        ----------
        tokens : tensor of shape (B, T, width)
        source : tensor of shape (B, S, width)
        valid : bool tensor of shape (B, S) or (B, T, S)
            Which tokens of the source may be read, by all or by each.

        Returns
        -------
        read : tensor of shape (B, T, width)
            Zeros where there is nothing to read.
        """
        valid = valid if valid.ndim == 3 else valid.unsqueeze(1)
        some = valid.any(dim=2, keepdim=True)
        mixed = nn.functional.scaled_dot_product_attention(
            *map(self._by_head, self._project(tokens, source)),
            # A softmax over nothing is NaN: with nothing to read, read all, and forget it.
            attn_mask=(valid | ~some).unsqueeze(1),
            dropout_p=self.attention_dropout if self.training else 0.0,
        )
        return torch.where(some, self.out(mixed.transpose(1, 2).flatten(2)), 0)

    def _project(self, tokens, source):
        """Queries of the tokens, keys and values of the source; at once if they are the same."""
        layer = self.queries_keys_values
        if source is tokens:
            return layer(self.norm(tokens)).chunk(3, dim=2)
        widths = [layer.in_features, 2 * layer.in_features]
        weights, biases = layer.weight.split(widths), layer.bias.split(widths)
        queries = nn.functional.linear(self.norm(tokens), weights[0], biases[0])
        keys_values = nn.functional.linear(self.norm(source), weights[1], biases[1])
        return queries, *keys_values.chunk(2, dim=2)

    def _by_head(self, units):
        """From (B, T, width) to (B, n_heads, T, width / n_heads)."""
        return units.unflatten(2, (self.n_heads, -1)).transpose(1, 2)
