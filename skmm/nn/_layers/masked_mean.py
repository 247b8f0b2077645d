"""The mean of what is there."""

import torch


def masked_mean(values, here):
    """Mean of (B, N, p) along the second axis over what is here, (B, N); zeros where nothing is."""
    total = torch.where(here.unsqueeze(2), values, 0).sum(dim=1)
    return total / here.sum(dim=1, keepdim=True).clamp(min=1)
