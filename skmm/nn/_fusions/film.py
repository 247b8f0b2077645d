"""Fusion by feature-wise linear modulation: all other modalities scale and shift the first."""

import torch
from torch import nn

from skmm.nn._fusions.masks import without_absent


class FilmModule(nn.Module):
    """Let the other modalities scale and shift the units of the first one [1]_.

    The fused embedding is ``(1 + g) * h_1 + b``, and ``(g, b)`` a linear map of the embeddings of all
    other modalities, which starts at 0: at first the fused embedding is that of the first modality.
    It stays so for a sample that has none of the others. A sample without the first modality is
    described by b.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities. The first one is the content.
    embed_dim : int
        Width p of an embedding.

    See Also
    --------
    GatedModule : Treats all modalities alike.

    References
    ----------
    .. [1] E. Perez et al., "FiLM: visual reasoning with a general conditioning layer", AAAI 2018.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import FilmModule
    >>> FilmModule(2, 4)([torch.full((1, 4), 3.0), torch.ones(1, 4)])
    tensor([[3., 3., 3., 3.]], grad_fn=<AddBackward0>)
    """

    def __init__(self, n_modalities, embed_dim):
        super().__init__()
        # Without a bias, absent modalities leave the content as it is.
        self.weight = nn.Parameter(torch.zeros(2 * embed_dim, (n_modalities - 1) * embed_dim))

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        stacked, _ = without_absent(embeddings, present)
        scale, shift = (stacked[:, 1:].flatten(1) @ self.weight.T).chunk(2, dim=1)
        return (1 + scale) * stacked[:, 0] + shift
