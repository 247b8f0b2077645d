"""A layer that turns gradients round, so that one step trains two opponents."""

import math

import torch


class _Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.weight = weight
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return -ctx.weight * gradient, None


def reverse_gradient(x, weight):
    """Pass x on as it is, and its gradient multiplied by ``-weight`` [1]_.

    Parameters
    ----------
    x : Tensor
    weight : float

    Returns
    -------
    x : Tensor

    References
    ----------
    .. [1] Y. Ganin et al., "Domain-adversarial training of neural networks", Journal of Machine Learning
       Research 17, 2016.
    """
    return _Reverse.apply(x, weight)


def reversal_weight(progress):
    """How much the reversed gradient counts when so much of the training is done: from 0 to 1."""
    return 2 / (1 + math.exp(-10 * progress)) - 1
