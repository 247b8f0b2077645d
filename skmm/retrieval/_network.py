"""The network of retrieval: one tower per modality, all of which end in the same space."""

from itertools import combinations
from math import log
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from skmm.nn._encoders.build import build_encoder, build_scalers
from skmm.nn._inputs.standardize import prepare
from skmm.retrieval._losses import hinge_loss, infonce_loss, siglip_loss

# As in the code of CLIP and SigLIP: what similarities are multiplied by at first, and at most.
_FIRST_SCALE = {"infonce": 1 / 0.07, "siglip": 10.0}
_FIRST_OFFSET = -10.0
_LARGEST_SCALE = 100.0


class Embeddings(NamedTuple):
    """What the towers make of a batch."""

    parts: list  # of M tensors (B, n_components), rows of unit length
    present: torch.Tensor  # (B, M), bool

    def float(self):
        """The same in float32."""
        return self._replace(parts=[part.float() for part in self.parts])


class RetrievalNetwork(nn.Module):
    """Standardize, encode and project each modality into one space, onto the unit sphere.

    Parameters
    ----------
    modalities : dict of str to (str, int)
        As those of :class:`skmm.nn.FusionNetwork`.
    n_components : int
        Dimension of the space.
    embed_dim : int
        Width of what the encoders return.
    dropout : float
    encoders : dict of str to dict or (nn.Module, tuple)
        As those of :class:`skmm.nn.FusionNetwork`.
    """

    def __init__(self, modalities, n_components, embed_dim, dropout, encoders):
        super().__init__()
        self.names = list(modalities)
        self.scalers = build_scalers(modalities, encoders)
        self.encoders = nn.ModuleList(
            build_encoder(kind, size, embed_dim, dropout, encoders.get(name))
            for name, (kind, size) in modalities.items()
        )
        self.projections = nn.ModuleList(nn.Linear(embed_dim, n_components) for _ in modalities)

    def forward(self, blocks, present=None):
        """Embed a batch of all modalities; what is absent may hold anything."""
        if present is None:
            some = blocks[self.names[0]]
            present = torch.ones(len(some), len(self.names), dtype=torch.bool, device=some.device)
        parts = [
            self.embed(name, blocks[name], here)
            for name, here in zip(self.names, present.unbind(1), strict=True)
        ]
        return Embeddings(parts, present)

    def embed(self, name, x, here=None):
        """Embed samples of one modality, (B, ...), as (B, n_components)."""
        position = self.names.index(name)
        projection = self.projections[position]
        x = prepare(self.scalers[position], x, here, projection.weight.dtype)
        return functional.normalize(projection(self.encoders[position](x)), dim=1)


class PairLoss(nn.Module):
    """Mean over all pairs of modalities of the loss of their similarities.

    Parameters
    ----------
    method : {"hinge", "infonce", "siglip"}
    margin : float
        Of the hinge loss.
    hard_negatives : bool
        Whether the hinge loss looks at the worst negative of each pair only.
    """

    def __init__(self, method, margin, hard_negatives):
        super().__init__()
        self.method = method
        self.margin = margin
        self.hard_negatives = hard_negatives
        if method in _FIRST_SCALE:
            self.log_scale = nn.Parameter(torch.tensor(log(_FIRST_SCALE[method])))
        if method == "siglip":
            self.offset = nn.Parameter(torch.tensor(_FIRST_OFFSET))

    def forward(self, outputs, target):
        """Compare embeddings, and what they embed: samples of equal content are no negatives.

        Parameters
        ----------
        outputs : Embeddings
        target : tuple of tuple of a tensor of shape (B, M), int
            Numbers of the contents of the samples.
        """
        contents = target[0][0]
        # Of no pair at all, as in a small batch with gaps, there is a gradient, too: zero.
        losses = [sum(0.0 * part.sum() for part in outputs.parts)]
        for one, other in combinations(range(len(outputs.parts)), 2):
            rows = outputs.present[:, one] & outputs.present[:, other]
            if rows.sum() > 1:  # a pair needs another one to differ from
                S = outputs.parts[one][rows] @ outputs.parts[other][rows].T
                equal = [c[:, None] == c for c in (contents[rows, one], contents[rows, other])]
                losses.append(self._compare(S, ~(equal[0] | equal[1])))
        return sum(losses) / max(len(losses) - 1, 1)

    def _compare(self, S, negatives):
        if self.method == "hinge":
            options = {"margin": self.margin, "hardest": self.hard_negatives}
            return hinge_loss(S, negatives, **options) / len(S)
        scale = self.log_scale.exp().clamp(max=_LARGEST_SCALE)
        if self.method == "infonce":
            return infonce_loss(S, negatives, scale=scale)
        return siglip_loss(S, negatives, scale=scale, bias=self.offset)
