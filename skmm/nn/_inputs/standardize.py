"""Bring every channel of a modality to mean 0 and standard deviation 1."""

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

from skmm.fusion._early.scales import is_constant
from skmm.nn._inputs.kinds import samples_in_pieces


def channel_statistics(block, kind, rows, weight):
    """Weighted mean and standard deviation of each channel, over samples, pixels and steps.

    Parameters
    ----------
    block : Block
    kind : {"vector", "image", "sequence", "array"}
    rows : ndarray of int
        Positions of the samples to look at; absent ones and padding do not count.
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    mean, scale : ndarray of shape (n_channels,), float64
        A constant channel has scale 1.
    """
    if kind == "image":
        return _image_statistics(block, rows, weight)
    scaler = StandardScaler()
    for piece, values in samples_in_pieces(block, rows):
        values = values.reshape(-1, 1 if kind == "array" else values.shape[-1]).astype(np.float64)
        each = np.repeat(weight[piece], len(values) // len(piece))
        scaler.partial_fit(values, sample_weight=each)
    return scaler.mean_, scaler.scale_


def _image_statistics(block, rows, weight):
    """The same, where a channel of a sample is many numbers that lie side by side.

    Pieces are merged as by Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", 1979; StandardScaler takes eight times as long.
    """
    n_channels = block.tensor.shape[1]
    total, mean, scatter = 0.0, np.zeros(n_channels), np.zeros(n_channels)
    for piece, samples in samples_in_pieces(block, rows):
        values = samples.reshape(len(piece), n_channels, -1).astype(np.float64)
        n_pixels = values.shape[2]
        share = weight[piece] / weight[piece].sum()
        here = share @ values.mean(axis=2)
        values -= here[:, np.newaxis]
        gain = n_pixels * weight[piece].sum()
        scatter += gain / n_pixels * (share @ np.einsum("bcp,bcp->bc", values, values))
        scatter += (here - mean) ** 2 * (total * gain / (total + gain))
        total += gain
        mean += (here - mean) * (gain / total)
    variance = scatter / total
    return mean, np.sqrt(np.where(is_constant(mean, variance, total, np.float64), 1.0, variance))


def set_statistics(module, blocks, rows, weight):
    """Let the scalers of a network learn from some rows of the blocks.

    Parameters
    ----------
    module : nn.Module
        Has ``scalers``, in the order of the blocks.
    blocks : dict of str to Block
    rows : ndarray of int
    weight : ndarray of shape (n_samples,)
    """
    for scaler, block in zip(module.scalers, blocks.values(), strict=True):
        if isinstance(scaler, Standardize):
            scaler.set_statistics(*channel_statistics(block, scaler.kind, rows, weight))


def prepare(scaler, x, here, dtype):
    """Standardize samples, if the scaler does, and put zeros where nothing is.

    Parameters
    ----------
    scaler : Standardize or nn.Identity
    x : Tensor of shape (B, ...)
    here : bool Tensor of shape (B,) or None
        Which samples are present; None means all.
    dtype : torch.dtype
        Of the net.

    Returns
    -------
    x : Tensor of shape (B, ...)
    """
    if isinstance(scaler, Standardize):
        x = scaler(x, dtype)
    if here is None:
        return x
    # Before the encoder: behind it, the gradient of an absent NaN would be NaN.
    return torch.where(here.reshape(-1, *[1] * (x.ndim - 1)), x, 0)


class Standardize(nn.Module):
    """Subtract the mean of each channel and divide by its scale, in the dtype of the net.

    Parameters
    ----------
    n_channels : int
    kind : {"vector", "image", "sequence", "array"}
    """

    def __init__(self, n_channels, kind):
        super().__init__()
        self.kind = kind
        shape = (n_channels, 1, 1) if kind == "image" else (n_channels,)
        self.register_buffer("mean", torch.zeros(shape, dtype=torch.float64))
        self.register_buffer("scale", torch.ones(shape, dtype=torch.float64))

    def set_statistics(self, mean, scale):
        """Take over what :func:`channel_statistics` found."""
        self.mean.copy_(torch.as_tensor(mean).reshape(self.mean.shape))
        self.scale.copy_(torch.as_tensor(scale).reshape(self.scale.shape))

    def forward(self, x, dtype):
        """Standardize x of shape (B, ...) and return it as `dtype`."""
        # float64 input is centered before it is rounded: time stamps differ in their last digits.
        exact = torch.promote_types(x.dtype, dtype)
        return ((x.to(exact) - self.mean.to(exact)) / self.scale.to(exact)).to(dtype)
