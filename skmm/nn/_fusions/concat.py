"""Fusion by a small network over all embeddings side by side."""

import torch
from torch import nn

from skmm.nn._fusions.masks import without_absent


class ConcatModule(nn.Module):
    """Fuse by a small network over all embeddings side by side.

    An absent modality is represented by a vector that is learned for it.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    hidden_dim : int, default=128
        Width of the hidden layer.
    dropout : float, default=0.3
        Share of the hidden layer that is dropped in training.

    See Also
    --------
    SumModule : The same without a hidden layer.
    GatedModule : Weighs the modalities sample by sample.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import ConcatModule
    >>> fusion = ConcatModule(2, 4)
    >>> present = torch.tensor([[True, False]])
    >>> fusion([torch.zeros(1, 4), torch.zeros(1, 4)], present).shape
    torch.Size([1, 4])
    """

    def __init__(self, n_modalities, embed_dim, *, hidden_dim=128, dropout=0.3):
        super().__init__()
        self.absent = nn.Parameter(torch.randn(n_modalities, embed_dim) / embed_dim**0.5)
        self.body = nn.Sequential(
            nn.Linear(n_modalities * embed_dim, hidden_dim),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_dim, embed_dim),
        )

    def forward(self, embeddings, present=None):
        """Fuse the embeddings.

        Parameters
        ----------
        embeddings : list of M tensors of shape (B, p)
        present : bool tensor of shape (B, M), default=None
            Which modalities each sample has; None means all.

        Returns
        -------
        fused : tensor of shape (B, p)
        """
        stacked, present = without_absent(embeddings, present)
        return self.body(torch.where(present.unsqueeze(2), stacked, self.absent).flatten(1))
