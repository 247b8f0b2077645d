"""Networks that judge codes, the losses of their game, and what keeps it in hand."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

# Weight of half the squared gradient in the R1 penalty.
R1_WEIGHT = 1.0


def make_discriminator(n_in, hidden_dims, n_out, regularization):
    """Stack linear layers with leaky ReLUs between them.

    Parameters
    ----------
    n_in : int
    hidden_dims : sequence of int
    n_out : int
    regularization : {"spectral", "r1"} or None
        With "spectral" no layer stretches anything: the largest singular value of its weights is 1 [1]_.

    Returns
    -------
    layers : nn.Sequential

    References
    ----------
    .. [1] T. Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018.
    """
    layers = []
    for width in (*hidden_dims, n_out):
        layer = nn.Linear(n_in, width)
        layers += [spectral_norm(layer) if regularization == "spectral" else layer]
        layers += [nn.LeakyReLU(0.2)]
        n_in = width
    return nn.Sequential(*layers[:-1])


def discriminator_loss(real, fake):
    """Loss of who tells real from fake, given their logits, (B,).

    The logarithm of a sigmoid would be that of 0 for a logit of -100.
    """
    return -functional.logsigmoid(real) - functional.logsigmoid(-fake)


def generator_loss(fake):
    """Loss of who makes the fake, (B,); it does not vanish when the fake is found out [1]_.

    References
    ----------
    .. [1] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
    """
    return -functional.logsigmoid(fake)


def r1_penalty(logits, codes):
    """Half the squared gradient of logits at the codes, (B,), which keeps a discriminator flat [1]_.

    Parameters
    ----------
    logits : Tensor of shape (B,)
    codes : Tensor of shape (B, k)
        What the logits were computed from, with ``requires_grad``.

    References
    ----------
    .. [1] L. Mescheder, A. Geiger, S. Nowozin, "Which training methods for GANs do actually converge?",
       ICML 2018.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), codes, create_graph=True)
    return 0.5 * R1_WEIGHT * gradient.square().sum(dim=1)


def mean_where(values, mask):
    """Mean of the values where a mask says so; 0 if it does nowhere."""
    return torch.where(mask, values, 0).sum() / mask.sum().clamp(min=1)
