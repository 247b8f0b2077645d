"""Fusion by products of units across modalities, with weights of low rank."""

from functools import reduce

import torch
from torch import nn

from skmm.nn._fusions.masks import without_absent


class LowRankModule(nn.Module):
    """Fuse by all products of units across modalities, their weights being of low rank [1]_.

    Output o is ``sum_r w_r prod_m ([1; h_m]' F_m[r, :, o]) + b_o``: a :class:`TensorModule` of the
    whole embeddings whose weights are a sum of `rank` outer products, which takes no more room than
    the factors. An absent modality counts as zeros, which removes exactly the terms it is part of.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    rank : int, default=4
        Number R of outer products.

    See Also
    --------
    TensorModule : Weights of full rank, for few modalities.

    References
    ----------
    .. [1] Z. Liu et al., "Efficient low-rank multimodal fusion with modality-specific factors",
       ACL 2018.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import LowRankModule
    >>> fusion = LowRankModule(3, 64)
    >>> sum(parameter.numel() for parameter in fusion.parameters())
    49988
    """

    def __init__(self, n_modalities, embed_dim, *, rank=4):
        super().__init__()
        # A tensor, not a list of them: what a plain list holds is never trained.
        self.factors = nn.Parameter(torch.empty(n_modalities, rank, embed_dim + 1, embed_dim))
        for factor in self.factors.flatten(0, 1):
            nn.init.xavier_normal_(factor)
        self.weight = nn.Parameter(torch.randn(rank) * (2 / (1 + rank)) ** 0.5)  # xavier, too
        self.bias = nn.Parameter(torch.zeros(embed_dim))

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        stacked, _ = without_absent(embeddings, present)
        # [1; h]' F is the first row of F plus h' times the others. Shape (M, B, R, p).
        parts = torch.einsum("bmi,mrio->mbro", stacked, self.factors[:, :, 1:])
        parts = parts + self.factors[:, :, 0].unsqueeze(1)
        return torch.einsum("bro,r->bo", reduce(torch.mul, parts), self.weight) + self.bias
