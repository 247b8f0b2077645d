"""Fusion through a few tokens that all modalities share."""

import torch
from torch import nn

from skmm.nn._fusions.masks import tokens_without_absent
from skmm.nn._layers.attention import AttentionLayer
from skmm.nn._layers.masked_mean import masked_mean


class BottleneckModule(nn.Module):
    """Fuse by one transformer per modality, which meet in a few shared tokens [1]_.

    In each layer the tokens of a modality and the shared ones read each other; the next layer gets the
    mean of the shared tokens over the modalities present, so that what one modality knows reaches the
    others from the second layer on. The result is the mean over the modalities present of their
    average token, normalized. A sample without any modality gives zeros.

    The tokens are the steps of a sequence or a text, or places of an image; vectors are one token.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    n_layers : int, default=2
        Number of layers.
    n_bottlenecks : int, default=4
        Number of shared tokens. With 0 the modalities never meet.
    fusion_layer : int, default=1
        The first layer, counted from 1, that has the shared tokens.
    n_heads : int, default=4
        Number of heads, which divides `embed_dim`.
    attention_dropout : float, default=0.1
        Share of the attention that is dropped in training.

    Raises
    ------
    ValueError
        If the heads do not divide the width, or there is no such layer.

    See Also
    --------
    CrossAttentionModule : Every pair of modalities, token by token.

    References
    ----------
    .. [1] A. Nagrani et al., "Attention bottlenecks for multimodal fusion", NeurIPS 2021.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import BottleneckModule
    >>> fusion = BottleneckModule(2, 8)
    >>> fusion([torch.ones(1, 5, 8), torch.ones(1, 1, 8)]).shape  # five tokens, one token
    torch.Size([1, 8])
    """

    reads_tokens = True

    def __init__(
        self,
        n_modalities,
        embed_dim,
        *,
        n_layers=2,
        n_bottlenecks=4,
        fusion_layer=1,
        n_heads=4,
        attention_dropout=0.1,
    ):
        super().__init__()
        if not 1 <= fusion_layer <= n_layers:
            raise ValueError(
                f"fusion_layer={fusion_layer}; expected a layer from 1 to n_layers={n_layers}"
            )
        self.fusion_layer = fusion_layer
        self.bottlenecks = nn.Parameter(0.02 * torch.randn(n_bottlenecks, embed_dim))
        self.layers = nn.ModuleList(
            nn.ModuleList(
                AttentionLayer(embed_dim, n_heads, attention_dropout=attention_dropout)
                for _ in range(n_modalities)
            )
            for _ in range(n_layers)
        )
        self.norm = nn.LayerNorm(embed_dim)

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
        shared = self.bottlenecks.expand(present.shape[0], -1, -1)
        for number, towers in enumerate(self.layers, start=1):
            if number < self.fusion_layer:
                streams = [
                    tower(stream, stream, here)
                    for tower, stream, here in zip(towers, streams, valid, strict=True)
                ]
            else:
                streams, shared = _exchange(towers, streams, shared, present, valid)
        averages = [
            masked_mean(self.norm(stream), here)
            for stream, here in zip(streams, valid, strict=True)
        ]
        return masked_mean(torch.stack(averages, dim=1), present)


def _exchange(towers, streams, shared, present, valid):
    """Run a layer of every tower over its tokens and the shared ones; average the latter."""
    n_shared = shared.shape[1]
    always = torch.ones(shared.shape[0], n_shared, dtype=torch.bool, device=shared.device)
    left, seen = [], []
    for tower, stream, here in zip(towers, streams, valid, strict=True):
        tokens = torch.cat([stream, shared], dim=1)
        tokens = tower(tokens, tokens, torch.cat([here, always], dim=1))
        left.append(tokens[:, : stream.shape[1]])
        seen.append(tokens[:, stream.shape[1] :].flatten(1))
    return left, masked_mean(torch.stack(seen, dim=1), present).reshape(shared.shape)
