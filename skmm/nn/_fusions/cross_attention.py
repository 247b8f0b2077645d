"""Fusion by modalities that read each other, token by token."""

from itertools import permutations

import torch
from torch import nn

from skmm.nn._fusions.masks import tokens_without_absent
from skmm.nn._layers.attention import AttentionLayer
from skmm.nn._layers.masked_mean import masked_mean


class CrossAttentionModule(nn.Module):
    """Fuse by transformers in which the tokens of one modality read those of another [1]_.

    For each ordered pair of modalities (a, b) a layer lets the tokens of a read those of b. What it
    makes of them is averaged over the tokens; a linear map fuses these averages with the average
    token of each modality itself. A modality that is absent is neither read nor does it read: its
    averages are 0. A sample without any modality gives a constant.

    The tokens are the steps of a sequence or a text, or places of an image; vectors are one token, to
    which attention has nothing to choose.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    n_layers : int, default=1
        Number of layers for each pair.
    n_heads : int, default=4
        Number of heads, which divides `embed_dim`.
    attention_dropout : float, default=0.1
        Share of the attention that is dropped in training.

    Raises
    ------
    ValueError
        If the heads do not divide the width.

    See Also
    --------
    BottleneckModule : Modalities meet in a few shared tokens, at less expense.

    Notes
    -----
    M (M - 1) layers read tokens times tokens: meant for few modalities and short sequences.

    References
    ----------
    .. [1] Y.-H. Tsai et al., "Multimodal transformer for unaligned multimodal language sequences",
       ACL 2019.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import CrossAttentionModule
    >>> fusion = CrossAttentionModule(2, 8)
    >>> fusion([torch.ones(1, 5, 8), torch.ones(1, 1, 8)]).shape  # five tokens, one token
    torch.Size([1, 8])
    """

    reads_tokens = True

    def __init__(self, n_modalities, embed_dim, *, n_layers=1, n_heads=4, attention_dropout=0.1):
        super().__init__()
        self.pairs = list(permutations(range(n_modalities), 2))
        self.layers = nn.ModuleList(
            nn.ModuleList(
                AttentionLayer(embed_dim, n_heads, attention_dropout=attention_dropout)
                for _ in range(n_layers)
            )
            for _ in self.pairs
        )
        n_averages = n_modalities + len(self.pairs)
        self.output = nn.Linear(n_averages * embed_dim, embed_dim)

    def forward(self, streams, present=None, valid=None):
        """Fuse the tokens.

        Parameters
        ----------
        streams : list of M tensors of shape (B, T_m, p)
        present : bool tensor of shape (B, M), default=None
            Which modalities each sample has; None means all.
        valid : list of M bool tensors of shape (B, T_m), default=None
            Which tokens are no padding; None means all.

        Returns
        -------
        fused : tensor of shape (B, p)
        """
        streams, present, valid = tokens_without_absent(streams, present, valid)
        averages = [masked_mean(*stream) for stream in zip(streams, valid, strict=True)]
        for (target, source), layers in zip(self.pairs, self.layers, strict=True):
            tokens = streams[target]
            for layer in layers:
                tokens = layer(tokens, streams[source], valid[source])
            both = valid[target] & present[:, [source]]
            averages.append(masked_mean(tokens, both))
        return self.output(torch.cat(averages, dim=1))
