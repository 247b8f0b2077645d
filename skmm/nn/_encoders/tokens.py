"""Encode sequences of ids."""

import numpy as np
import torch
from torch import nn

from skmm.nn._encoders.checks import check_flag
from skmm.nn._encoders.steps import StepsEncoder


class TokenEncoder(nn.Module):
    """Embed sequences of ids: a table of vectors, then the same as :class:`SequenceEncoder`.

    Parameters
    ----------
    n_tokens : int
        Number of ids, 0 included. At the end 0 is padding, elsewhere a step that says nothing; ids
        beyond the table are read as 0.
    embed_dim : int, default=64
        Width p of the embedding, of the body, and of the vectors in the table.
    vectors : array of shape (n_rows, n_dimensions), default=None
        A table to start from, such as :meth:`TokenSequenceVectorizer.embedding_matrix` gives: at least
        `n_tokens` rows, the first of which, that of the padding, becomes zeros. None draws a table at
        random.
    trainable : bool, default=True
        Whether the table is trained.
    body : {"lstm", "gru", "tcn", "transformer"}, default="lstm"
        What reads the vectors, as in :class:`SequenceEncoder`; so are the next five.
    n_layers : int, default=None
        Number of layers of the body.
    bidirectional : bool, default=True
        Whether the state of a step knows the steps on both sides.
    n_heads : int, default=4
        Number of heads of "transformer".
    pool : {"mean", "max", "last"}, default="mean"
        How the states of steps become one.
    dropout : float, default=0.0
        Share of the pooled states, and of the units between layers, that is dropped in training.

    Raises
    ------
    ValueError
        If a value is not one of those above, or the vectors are not a table for the ids.

    See Also
    --------
    SequenceEncoder : For sequences of vectors.
    TokenSequenceVectorizer : Turns texts into such ids.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import TokenEncoder
    >>> encoder = TokenEncoder(100, embed_dim=4)
    >>> torch.allclose(encoder(torch.tensor([[7, 99, 0, 0]])), encoder(torch.tensor([[7, 99]])))
    True
    """

    def __init__(
        self,
        n_tokens,
        embed_dim=64,
        *,
        vectors=None,
        trainable=True,
        body="lstm",
        n_layers=None,
        bidirectional=True,
        n_heads=4,
        pool="mean",
        dropout=0.0,
    ):
        super().__init__()
        check_flag("trainable", trainable)
        if vectors is None:
            self.table = nn.Embedding(n_tokens, embed_dim, padding_idx=0)
        else:
            self.table = _make_table(vectors, n_tokens)
        self.table.weight.requires_grad_(trainable)
        self.steps = StepsEncoder(
            self.table.embedding_dim,
            embed_dim,
            body=body,
            n_layers=n_layers,
            bidirectional=bidirectional,
            n_heads=n_heads,
            pool=pool,
            dropout=dropout,
        )

    def forward(self, x):
        """Embed x of shape (B, L), integers; return shape (B, embed_dim)."""
        return self.steps(*self._look_up(x))

    def tokens(self, x):
        """Embed each token.

        Parameters
        ----------
        x : tensor of shape (B, L), integers

        Returns
        -------
        tokens : tensor of shape (B, L, embed_dim)
            Zeros where there is padding.
        valid : bool tensor of shape (B, L)
        """
        vectors, valid = self._look_up(x)
        return self.steps.tokens(vectors, valid), valid

    def _look_up(self, x):
        known = (x > 0) & (x < self.table.num_embeddings)
        return self.table(torch.where(known, x, 0).long()), known


def _make_table(vectors, n_tokens):
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or vectors.dtype.kind not in "iuf" or vectors.shape[1] == 0:
        raise ValueError(
            f"vectors is an array of shape {vectors.shape} and dtype {vectors.dtype}; expected "
            "numbers of shape (n_tokens, n_dimensions)"
        )
    if len(vectors) < n_tokens:
        raise ValueError(
            f"vectors has {len(vectors)} rows, and the ids go up to {n_tokens - 1}; give a row for "
            "each id, as TokenSequenceVectorizer.embedding_matrix does"
        )
    if not np.isfinite(vectors).all():
        raise ValueError(
            "vectors holds NaN or infinite values; give zeros to words that have no vector"
        )
    table = nn.Embedding(*vectors.shape, padding_idx=0)
    with torch.no_grad():
        table.weight.copy_(torch.tensor(vectors))
        table.weight[0] = 0
    return table
