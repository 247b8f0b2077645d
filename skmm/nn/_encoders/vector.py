"""Encode vectors."""

from itertools import pairwise

from torch import nn

from skmm.nn._encoders.checks import check_count


class VectorEncoder(nn.Module):
    """Embed vectors by layers: linear map, layer normalization, ReLU, dropout.

    Parameters
    ----------
    n_features : int
        Length of the vectors.
    embed_dim : int, default=64
        Width p of the embedding.
    hidden_dims : tuple of int, default=()
        Widths of layers before the last one.
    dropout : float, default=0.0
        Share of the units of each layer that is dropped in training.

    Raises
    ------
    ValueError
        If a width is not an integer from 1.

    See Also
    --------
    SequenceEncoder : For vectors that follow each other in time.
    FusionNetwork : Puts encoders, a fusion and a head together.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import VectorEncoder
    >>> VectorEncoder(10, embed_dim=4, hidden_dims=(8,))(torch.zeros(2, 10)).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_features, embed_dim=64, *, hidden_dims=(), dropout=0.0):
        super().__init__()
        if not isinstance(hidden_dims, tuple | list):
            raise ValueError(f"hidden_dims={hidden_dims!r}; expected a tuple of integers")
        for width in hidden_dims:
            check_count("a width in hidden_dims", width)
        widths = [n_features, *hidden_dims, embed_dim]
        self.body = nn.Sequential(
            *(
                layer
                for n_in, n_out in pairwise(widths)
                for layer in (
                    nn.Linear(n_in, n_out),
                    nn.LayerNorm(n_out),
                    nn.ReLU(),
                    nn.Dropout(dropout),
                )
            )
        )

    def forward(self, x):
        """Embed x of shape (B, n_features); return shape (B, embed_dim)."""
        return self.body(x)
