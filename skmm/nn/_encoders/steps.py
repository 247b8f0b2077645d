"""What encoders of sequences and of tokens share: from steps and their mask to an embedding."""

import torch
from torch import nn

from skmm.nn._encoders.checks import check_choice, check_count, check_flag
from skmm.nn._encoders.pooling import POOLS, pool_steps
from skmm.nn._encoders.recurrent import Recurrent
from skmm.nn._encoders.tcn import TemporalConvolution
from skmm.nn._encoders.transformer import Transformer

# Number of layers that suits short sequences, by body.
BODIES = {"lstm": 1, "gru": 1, "tcn": 3, "transformer": 2}


class StepsEncoder(nn.Module):
    """A body that gives each step a state, a pool over the valid ones, dropout, a linear map.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    embed_dim : int
        Width of the embedding.
    body, n_layers, bidirectional, n_heads, pool, dropout
        As documented in :class:`SequenceEncoder`.
    """

    def __init__(
        self, n_features, embed_dim, *, body, n_layers, bidirectional, n_heads, pool, dropout
    ):
        super().__init__()
        check_choice("body", body, BODIES)
        check_choice("pool", pool, POOLS)
        check_flag("bidirectional", bidirectional)
        check_count("n_heads", n_heads)
        if n_layers is None:
            n_layers = BODIES[body]
        check_count("n_layers", n_layers)
        self.pool = pool
        options = {"n_layers": n_layers, "bidirectional": bidirectional, "dropout": dropout}
        if body == "tcn":
            self.body = TemporalConvolution(n_features, embed_dim, **options)
        elif body == "transformer":
            self.body = Transformer(n_features, embed_dim, n_heads=n_heads, **options)
        else:
            self.body = Recurrent(n_features, embed_dim, cell=body, **options)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(self.body.width, embed_dim)

    def forward(self, steps, valid):
        """Embed steps of shape (B, T, n_features) to (B, embed_dim); zeros where not valid."""
        pooled = pool_steps(self.body(steps, valid), valid, self.pool, self.body.n_backward)
        return self.linear(self.dropout(pooled))

    def tokens(self, steps, valid):
        """Embed each step: (B, T, embed_dim), zeros where not valid."""
        states = self.linear(self.dropout(self.body(steps, valid)))
        return torch.where(valid.unsqueeze(2), states, 0)
