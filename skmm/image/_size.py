"""Bring images to one size, and check parameters that are pairs of pixel counts."""

from functools import lru_cache
from numbers import Integral

import numpy as np
from scipy.sparse import coo_array

# Gaussian weights further away than this many standard deviations are left out.
TRUNCATE = 4.0


def check_pair(name, value):
    """Raise a ValueError unless `value` is a pair of positive integers.

    Parameters
    ----------
    name : str
        The parameter, for the error message.
    value : object
    """
    is_pair = isinstance(value, tuple | list) and len(value) == 2
    if not (is_pair and all(isinstance(side, Integral) and side > 0 for side in value)):
        raise ValueError(
            f"{name} must be a pair of positive integers (rows, columns), got {value!r}"
        )


def resize_image(image, size):
    """Resize one image, smoothing it first where it shrinks.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), float32
    size : (int, int) or None
        Height and width in pixels; None keeps the image as it is, and so does its own size.

    Returns
    -------
    resized : ndarray of shape (*size) or (*size, 3), float32

    Notes
    -----
    Smoothing and linear interpolation are both linear, and work along one axis at a time, so a
    sparse matrix per axis does what :func:`skimage.transform.resize` does in several passes.
    """
    if size is None or image.shape[:2] == tuple(size):
        return image
    upright = _resize_rows(image, size[0])
    resized = _resize_rows(upright.swapaxes(0, 1), size[1]).swapaxes(0, 1)
    # Rounding must not make new extremes, nor texture where the image is flat.
    return np.clip(
        resized, image.min(), image.max(), dtype=np.float32, casting="same_kind", order="C"
    )


def _resize_rows(image, n_rows):
    """Resize the first axis, in float64."""
    if len(image) == n_rows:
        return image
    flat = image.reshape(len(image), -1).astype(np.float64)
    return (_resampling_matrix(len(image), n_rows) @ flat).reshape(n_rows, *image.shape[1:])


@lru_cache(maxsize=64)
def _resampling_matrix(n_before, n_after):
    """Return the sparse matrix, (n_after, n_before), that smooths and resamples an axis."""
    factor = n_before / n_after
    centers = _reflect((np.arange(n_after) + 0.5) * factor - 0.5, n_before)
    lower = np.floor(centers).astype(int)
    fraction = centers - lower
    offsets, weights = _gaussian(max(0, (factor - 1) / 2))
    entries = []
    for neighbor, share in ((lower, 1 - fraction), (lower + 1, fraction)):
        columns = _reflect(_reflect(neighbor, n_before)[:, None] + offsets, n_before)
        entries.append((columns, share[:, None] * weights))
    columns, values = (np.concatenate(parts, axis=1) for parts in zip(*entries, strict=True))
    rows = np.repeat(np.arange(n_after), columns.shape[1])
    return coo_array((values.ravel(), (rows, columns.ravel())), shape=(n_after, n_before)).tocsr()


def _gaussian(sigma):
    """Return the offsets and weights of a smoothing kernel."""
    if sigma == 0:
        return np.zeros(1, dtype=int), np.ones(1)
    radius = int(TRUNCATE * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    return offsets, weights / weights.sum()


def _reflect(positions, n):
    """Bring positions beyond the ends back inside, mirrored at the outermost pixels."""
    if n == 1:
        return np.zeros_like(positions)
    period = 2 * (n - 1)
    return n - 1 - np.abs(positions % period - (n - 1))
