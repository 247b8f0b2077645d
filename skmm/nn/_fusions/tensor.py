"""Fusion by all products of units across modalities."""

import torch
from torch import nn

from skmm.nn._fusions.masks import without_absent

# Beyond it a single output would have more weights than most data sets have numbers.
MAX_WEIGHTS = 1_000_000


class TensorModule(nn.Module):
    """Fuse by a linear map of all products of units across modalities, of every order [1]_.

    The embeddings are brought to few units, ``U_m h_m``, and a 1 is put in front of them, so that the
    outer product over the modalities holds a constant, each unit, each pair, and so on. An absent
    modality counts as zeros, which removes exactly the terms it is part of.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    factor_dim : int, default=16
        Number of units that each modality brings into the product.

    Raises
    ------
    ValueError
        If an output would have more than a million weights.

    See Also
    --------
    LowRankModule : The same products, without ever holding them.
    skmm.fusion.TensorFusion : The same for blocks of features.

    References
    ----------
    .. [1] A. Zadeh et al., "Tensor fusion network for multimodal sentiment analysis", EMNLP 2017.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import TensorModule
    >>> fusion = TensorModule(2, 4, factor_dim=3)
    >>> fusion([torch.ones(1, 4), torch.ones(1, 4)]).shape, fusion.output.in_features
    (torch.Size([1, 4]), 16)
    """

    def __init__(self, n_modalities, embed_dim, *, factor_dim=16):
        super().__init__()
        n_products = (factor_dim + 1) ** n_modalities
        if n_products > MAX_WEIGHTS:
            raise ValueError(
                f"fusion='tensor' of {n_modalities} modalities with factor_dim={factor_dim} has "
                f"{n_products:,} weights per output, and {MAX_WEIGHTS:,} are allowed; use "
                "fusion='low_rank', or a smaller factor_dim"
            )
        # Without biases, which the products with the leading 1 contain already.
        self.factors = nn.ModuleList(
            nn.Linear(embed_dim, factor_dim, bias=False) for _ in range(n_modalities)
        )
        self.output = nn.Linear(n_products, embed_dim)

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        stacked, _ = without_absent(embeddings, present)
        products = stacked.new_ones(stacked.shape[0], 1)  # len() is a constant to torch.export
        for factor, h in zip(self.factors, stacked.unbind(1), strict=True):
            products = (products.unsqueeze(2) * with_one(factor(h)).unsqueeze(1)).flatten(1)
        return self.output(products)


def with_one(h):
    """Put a 1 in front of each row of (B, p)."""
    return torch.cat([h.new_ones(h.shape[0], 1), h], dim=1)
