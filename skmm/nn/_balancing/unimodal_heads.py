"""Heads that predict from one modality each, beside the fused prediction, while a net is trained."""

from typing import NamedTuple

import torch


class UnimodalOutputs(NamedTuple):
    """Scores of a training batch: the fused ones, and those from each modality alone.

    Parameters
    ----------
    fused : tensor of shape (B, n_outputs)
    alone : list of M tensors of shape (B, n_outputs)
    present : bool tensor of shape (B, M)
        Which modalities were there, and not hidden.
    """

    fused: torch.Tensor
    alone: list
    present: torch.Tensor

    def float(self):
        """The same in float32."""
        return self._replace(fused=self.fused.float(), alone=[s.float() for s in self.alone])


def head_losses(criterion, outputs, target):
    """Losses of the fused scores and of each modality on the samples that have it, as one tensor.

    Parameters
    ----------
    criterion : callable
        Of scores and target.
    outputs : UnimodalOutputs
    target : tuple of tuple of tensors of shape (B, ...)

    Returns
    -------
    losses : tensor of shape (1 + M,)
        The fused one first; 0 for a modality that no sample has.
    """
    losses = [criterion(outputs.fused, target)]
    for scores, here in zip(outputs.alone, outputs.present.unbind(1), strict=True):
        if here.any():
            rows = tuple(tuple(part[here] for part in parts) for parts in target)
            losses.append(criterion(scores[here], rows))
        else:
            losses.append(torch.zeros_like(losses[0]))
    return torch.stack(losses)


def total_loss(criterion, outputs, target, module):
    """Loss of a batch; with heads for single modalities, the sum of all losses as weighed by the module.

    Parameters
    ----------
    criterion : callable
        Of scores and target.
    outputs : tensor or UnimodalOutputs
        What the module has returned.
    target : tuple of tuple of tensors of shape (B, ...)
    module : FusionNetwork

    Returns
    -------
    loss : tensor of shape ()
    """
    if not isinstance(outputs, UnimodalOutputs):
        return criterion(outputs, target)
    return (module.loss_weights * head_losses(criterion, outputs, target)).sum()
