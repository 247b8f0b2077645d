"""Encoders: from the samples of one modality to an embedding of fixed width."""

from itertools import pairwise

import torch
from torch import nn


class VectorEncoder(nn.Module):
    """Embed vectors: linear map, layer normalization, ReLU, dropout.

    Parameters
    ----------
    n_features : int
        Length of the vectors.
    embed_dim : int, default=64
        Width p of the embedding.
    dropout : float, default=0.0
        Share of the embedding that is dropped in training.

    See Also
    --------
    SequenceEncoder : For vectors that follow each other in time.
    FusionNetwork : Puts encoders, a fusion and a head together.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import VectorEncoder
    >>> VectorEncoder(10, embed_dim=4)(torch.zeros(2, 10)).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_features, embed_dim=64, *, dropout=0.0):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(n_features, embed_dim),
            nn.LayerNorm(embed_dim),
            nn.ReLU(),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        """Embed x of shape (B, n_features); return shape (B, embed_dim)."""
        return self.body(x)


class ImageEncoder(nn.Module):
    """Embed images: three convolution blocks, average over the image, dropout, linear map.

    A block is a 3 x 3 convolution with stride 2, group normalization and a ReLU; the blocks have 16,
    32 and 64 channels. Group normalization keeps a sample independent of its batch [1]_.

    Parameters
    ----------
    n_channels : int
        Number of channels of the images.
    embed_dim : int, default=64
        Width p of the embedding.
    dropout : float, default=0.0
        Share of the averaged channels that is dropped in training.

    References
    ----------
    .. [1] Y. Wu and K. He, "Group normalization", ECCV 2018.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import ImageEncoder
    >>> ImageEncoder(3, embed_dim=4)(torch.zeros(2, 3, 32, 24)).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_channels, embed_dim=64, *, dropout=0.0):
        super().__init__()
        widths = [n_channels, 16, 32, 64]
        blocks = [
            layer
            for n_in, n_out in pairwise(widths)
            for layer in (
                nn.Conv2d(n_in, n_out, kernel_size=3, stride=2, padding=1),
                nn.GroupNorm(4, n_out),
                nn.ReLU(),
            )
        ]
        self.body = nn.Sequential(
            *blocks,
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(64, embed_dim),
        )

    def forward(self, x):
        """Embed x of shape (B, n_channels, H, W); return shape (B, embed_dim)."""
        return self.body(x)


class _RecurrentMean(nn.Module):
    """Bidirectional LSTM [1], mean over the valid steps, dropout, linear map."""

    def __init__(self, n_features, embed_dim, dropout):
        super().__init__()
        n_hidden = (embed_dim + 1) // 2
        self.lstm = nn.LSTM(n_features, n_hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * n_hidden, embed_dim)

    def forward(self, steps, valid):
        position = torch.arange(1, valid.shape[1] + 1, device=valid.device)
        # Packed, the backward pass starts at the last valid step and never sees the padding.
        length = (valid * position).amax(dim=1).clamp(min=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            steps, length, batch_first=True, enforce_sorted=False
        )
        hidden, _ = nn.utils.rnn.pad_packed_sequence(
            self.lstm(packed)[0], batch_first=True, total_length=valid.shape[1]
        )
        total = (hidden * valid.unsqueeze(2)).sum(dim=1)
        mean = total / valid.sum(dim=1, keepdim=True).clamp(min=1)
        return self.linear(self.dropout(mean))


class SequenceEncoder(nn.Module):
    """Embed sequences of vectors: bidirectional LSTM [1]_, mean over its steps, linear map.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    embed_dim : int, default=64
        Width p of the embedding.
    dropout : float, default=0.0
        Share of the averaged states that is dropped in training.

    See Also
    --------
    TokenEncoder : For sequences of ids.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import SequenceEncoder
    >>> encoder = SequenceEncoder(5, embed_dim=4)
    >>> short = torch.zeros(1, 3, 5)
    >>> padded = torch.cat([short, torch.full((1, 2, 5), torch.nan)], dim=1)
    >>> torch.allclose(encoder(padded), encoder(short))
    True
    """

    def __init__(self, n_features, embed_dim=64, *, dropout=0.0):
        super().__init__()
        self.recurrent = _RecurrentMean(n_features, embed_dim, dropout)

    def forward(self, x):
        """Embed x of shape (B, T, n_features), steps of NaN being padding; return (B, embed_dim)."""
        valid = ~torch.isnan(x).all(dim=2)
        return self.recurrent(torch.where(valid.unsqueeze(2), x, 0), valid)


class TokenEncoder(nn.Module):
    """Embed sequences of ids: a table of vectors, then the same as :class:`SequenceEncoder`.

    Parameters
    ----------
    n_tokens : int
        Number of ids, 0 included. At the end 0 is padding, elsewhere a step that says nothing; ids
        beyond the table are read as 0.
    embed_dim : int, default=64
        Width p of the embedding, and of the vectors in the table.
    dropout : float, default=0.0
        Share of the averaged states that is dropped in training.

    See Also
    --------
    SequenceEncoder : For sequences of vectors.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import TokenEncoder
    >>> encoder = TokenEncoder(100, embed_dim=4)
    >>> torch.allclose(encoder(torch.tensor([[7, 99, 0, 0]])), encoder(torch.tensor([[7, 99]])))
    True
    """

    def __init__(self, n_tokens, embed_dim=64, *, dropout=0.0):
        super().__init__()
        self.table = nn.Embedding(n_tokens, embed_dim, padding_idx=0)
        self.recurrent = _RecurrentMean(embed_dim, embed_dim, dropout)

    def forward(self, x):
        """Embed x of shape (B, L), integers; return shape (B, embed_dim)."""
        known = (x > 0) & (x < self.table.num_embeddings)
        return self.recurrent(self.table(torch.where(known, x, 0).long()), known)
