"""Diagonal Gaussians: their products, mixtures and distances. Parameters are (B, k) tensors."""

import math

import torch

LOG_2PI = math.log(2 * math.pi)


def product_of_experts(means, log_variances, seen, *, prior):
    """Multiply Gaussian experts, which adds their precisions.

    Parameters
    ----------
    means, log_variances : list of Tensor of shape (B, k)
        One expert for each of M modalities.
    seen : bool Tensor of shape (B, M)
        Which experts count in each row.
    prior : bool
        Whether N(0, I) is one more expert.

    Returns
    -------
    mean, log_variance : Tensor of shape (B, k)
        N(0, I) where there is no expert.
    """
    precision = torch.full_like(means[0], float(prior))
    weighted = torch.zeros_like(means[0])
    for m, (mean, log_variance) in enumerate(zip(means, log_variances, strict=True)):
        expert = torch.where(seen[:, m, None], torch.exp(-log_variance), 0)
        precision = precision + expert
        weighted = weighted + expert * mean
    if not prior:
        precision = precision + (~seen.any(dim=1, keepdim=True)).to(precision.dtype)
    return weighted / precision, -torch.log(precision)


def kl_to_standard_normal(mean, log_variance):
    """Kullback-Leibler divergence of each row from N(0, I), in nats, (B,)."""
    return 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum(dim=1)


def log_density(z, mean, log_variance):
    """Logarithm of the density at z, (B,)."""
    squares = (z - mean).square() * torch.exp(-log_variance)
    return -0.5 * (squares + log_variance + LOG_2PI).sum(dim=1)


def mixture_moments(means, log_variances, weights):
    """Mean and variance of a mixture of Gaussians in each row.

    Parameters
    ----------
    means, log_variances : list of Tensor of shape (B, k)
    weights : list of Tensor of shape (B,)
        They sum to 1 in a row, or are all 0, which makes N(0, I) of it.

    Returns
    -------
    mean, variance : Tensor of shape (B, k)
    """
    shares = [weight[:, None] for weight in weights]
    mean = sum(share * m for share, m in zip(shares, means, strict=True))
    variance = sum(
        share * (v.exp() + (m - mean).square())
        for share, m, v in zip(shares, means, log_variances, strict=True)
    )
    return mean, variance + (sum(shares) == 0).to(variance.dtype)
