"""The loss that a net is trained with: one part per target, each a mean over the batch."""

import torch
from torch import nn
from torch.nn import functional

# By kind of target: the loss of each sample, or of each sample and output.
_LOSSES = {
    "cross_entropy": functional.cross_entropy,
    "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
    "squared_error": functional.mse_loss,
}


class FusionLoss(nn.Module):
    """Sum over targets of the mean over the batch of loss times weight.

    Weights have mean 1 over the training samples. Dividing by those of the batch instead would let a
    sample count more in a light batch.

    Parameters
    ----------
    parts : list of (str, int)
        The loss of each target, ``"cross_entropy"``, ``"binary_cross_entropy"`` or
        ``"squared_error"``, and how many scores it takes.
    weighting : {"uncertainty"}, list of float or None, default=None
        What the targets count; ``"uncertainty"`` learns it [1]_ in ``log_variances``, and compares
        plain sums outside of training, for a sum that is learned can fall without better predictions.

    References
    ----------
    .. [1] A. Kendall, Y. Gal and R. Cipolla, "Multi-task learning using uncertainty to weigh losses
       for scene geometry and semantics", CVPR 2018.
    """

    def __init__(self, parts, weighting=None):
        super().__init__()
        self.parts = parts
        self.weighting = weighting
        if weighting == "uncertainty":
            self.log_variances = nn.Parameter(torch.zeros(len(parts)))

    def forward(self, scores, target):
        """Compare scores of shape (B, n_outputs) with the targets: (y, weight) for each, or (y,).

        Classes are of shape (B,), labels and numbers of shape (B, n_outputs); weights are of shape
        (B,), or (B, n_outputs) for labels. Without weights all samples have the same.
        """
        kinds, widths = zip(*self.parts, strict=True)
        parts = zip(kinds, scores.split(widths, dim=1), target, strict=True)
        losses = [mean_loss(kind, part, *values) for kind, part, values in parts]
        if self.weighting == "uncertainty" and self.training:
            shares = [values[1].mean() if len(values) > 1 else 1.0 for values in target]
            return uncertainty_loss(losses, kinds, self.log_variances, shares)
        if isinstance(self.weighting, list):
            losses = [weight * loss for weight, loss in zip(self.weighting, losses, strict=True)]
        return sum(losses)

    def weights(self):
        """What each target counts, as a list."""
        if self.weighting == "uncertainty":
            return torch.exp(-self.log_variances.detach()).tolist()
        return [1.0] * len(self.parts) if self.weighting is None else list(self.weighting)


def mean_loss(kind, scores, y, weight=None):
    """Mean over samples, and over outputs, of loss times weight."""
    if weight is None:
        return _LOSSES[kind](scores, y)
    each = _LOSSES[kind](scores, y, reduction="none")
    if each.ndim > weight.ndim:
        each = each.mean(dim=1)
    return (each * weight).mean()


def uncertainty_loss(losses, kinds, log_variances, shares):
    """Weigh each loss by the variance of its target, which is learned.

    With s the logarithm of the variance a target counts ``exp(-s) * loss + s / 2``, and half the loss
    for numbers. A loss L that stays as it is has its optimum at ``log(2 L)``, or ``log(L)``.

    Parameters
    ----------
    losses : list of tensor of shape ()
    kinds : list of str
    log_variances : tensor of shape (n_targets,)
    shares : list of float
        Mean weight of the samples in each loss: samples without a label say nothing about s.

    Returns
    -------
    loss : tensor of shape ()
    """
    factors = [0.5 if kind == "squared_error" else 1.0 for kind in kinds]
    return sum(
        factor * torch.exp(-s) * loss + share * s / 2
        for factor, loss, s, share in zip(factors, losses, log_variances, shares, strict=True)
    )
