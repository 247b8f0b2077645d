"""From the states of steps to one vector per sequence."""

import torch

from skmm.nn._layers.masked_mean import masked_mean

POOLS = ("mean", "max", "last")


def pool_steps(states, valid, pool, n_backward=0):
    """Pool the states of the valid steps; a sequence without any gives zeros.

    Parameters
    ----------
    states : tensor of shape (B, T, w)
    valid : bool tensor of shape (B, T)
    pool : {"mean", "max", "last"}
        For ``"last"`` a state is taken where it has seen the whole sequence.
    n_backward : int, default=0
        How many of the units, the last ones, read the steps from the end.

    Returns
    -------
    pooled : tensor of shape (B, w)
    """
    if pool == "mean":
        return masked_mean(states, valid)
    if pool == "max":
        lowest = torch.finfo(states.dtype).min
        pooled = torch.where(valid.unsqueeze(2), states, lowest).amax(dim=1)
    else:
        last = states[torch.arange(states.shape[0], device=states.device), n_steps(valid) - 1]
        n_forward = states.shape[2] - n_backward
        pooled = torch.cat([last[:, :n_forward], states[:, 0, n_forward:]], dim=1)
    return torch.where(valid.any(dim=1, keepdim=True), pooled, 0)


def n_steps(valid):
    """Number of steps up to the last valid one, at least 1, a tensor of shape (B,)."""
    position = torch.arange(1, valid.shape[1] + 1, device=valid.device)
    return (valid * position).amax(dim=1).clamp(min=1)
