"""Which modalities a code is made of: one product, a mixture of single experts, or of all subsets."""

from itertools import combinations
from typing import NamedTuple

import torch

# 2**M - 1 subsets are decoded in every step.
MAX_MODALITIES = 6


class Part(NamedTuple):
    """A component of a posterior, or a term of an objective, for every row of a batch."""

    seen: torch.Tensor  # (B, M) bool, whose experts are multiplied
    targets: torch.Tensor  # (B, M) bool, what is to be reconstructed
    weight: torch.Tensor  # (B,)


def components(mixture, present):
    """Take a posterior apart.

    Parameters
    ----------
    mixture : {"poe", "moe", "mopoe"}
    present : bool Tensor of shape (B, M)

    Returns
    -------
    parts : list of Part
        Weights sum to 1 in a row that has a modality; each reconstructs all that is present.
    """
    if mixture == "poe":
        return [Part(present, present, torch.ones(len(present), device=present.device))]
    n_present = present.sum(dim=1)
    n_modalities = present.shape[1]
    sizes = [1] if mixture == "moe" else range(1, n_modalities + 1)
    n_parts = n_present if mixture == "moe" else 2**n_present - 1
    parts = []
    for size in sizes:
        for subset in combinations(range(n_modalities), size):
            counts = present[:, list(subset)].all(dim=1)
            weight = counts / n_parts.clamp(min=1)
            parts.append(Part(_only(subset, present), present, weight))
    return parts


def objective(mixture, present):
    """Take the training objective apart.

    Mixtures are trained as they are. A product is trained on what it will see later as well: all that
    is present, each modality alone, and a subset drawn for the batch if there are others [1]_.

    Parameters
    ----------
    mixture : {"poe", "moe", "mopoe"}
    present : bool Tensor of shape (B, M)

    Returns
    -------
    parts : list of Part

    References
    ----------
    .. [1] M. Wu, N. Goodman, "Multimodal generative models for scalable weakly-supervised learning",
       NeurIPS 2018.
    """
    if mixture != "poe":
        return components(mixture, present)
    n_modalities = present.shape[1]
    subsets = [range(n_modalities)]
    if n_modalities > 1:
        subsets += [[m] for m in range(n_modalities)]
    if n_modalities > 2:
        size = int(torch.randint(2, n_modalities, ()))
        subsets.append(torch.randperm(n_modalities)[:size].tolist())
    parts = []
    for subset in subsets:
        seen = _only(subset, present)
        parts.append(Part(seen, seen, seen.any(dim=1).float()))
    return parts


def _only(subset, present):
    chosen = torch.zeros(present.shape[1], dtype=torch.bool, device=present.device)
    chosen[list(subset)] = True
    return present & chosen
