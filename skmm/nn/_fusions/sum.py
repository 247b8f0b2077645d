"""Fusion by a sum of linear maps."""

from torch import nn

from skmm.nn._fusions.masks import without_absent


class SumModule(nn.Module):
    """Fuse by a sum of linear maps, ``sum_m W_m h_m``: the plainest fusion there is.

    The terms of absent modalities are left out, and the sum is multiplied by M over the number of
    those present, which keeps its size. A sample without any modality gives zeros.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.

    See Also
    --------
    ConcatModule : A hidden layer that reads all modalities.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import SumModule
    >>> SumModule(2, 4)([torch.ones(1, 4), torch.ones(1, 4)]).shape
    torch.Size([1, 4])
    """

    def __init__(self, n_modalities, embed_dim):
        super().__init__()
        # The maps W_m side by side. A bias is for the head to add.
        self.linear = nn.Linear(n_modalities * embed_dim, embed_dim, bias=False)

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        stacked, present = without_absent(embeddings, present)
        n_present = present.sum(dim=1, keepdim=True).clamp(min=1)
        return self.linear(stacked.flatten(1)) * (present.shape[1] / n_present)
