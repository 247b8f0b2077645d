"""Bring images to one size, and check parameters that are pairs of pixel counts."""

from functools import lru_cache
from numbers import Integral

import numpy as np
from scipy.sparse import coo_array

ASPECTS = {"stretch", "crop", "pad"}
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


def scale_sides(sides, size, aspect):
    """Return the height and width that an image is resized to before it is cut or padded.

    Parameters
    ----------
    sides, size : (int, int)
        Height and width before and after.
    aspect : {"stretch", "crop", "pad"}

    Returns
    -------
    scaled : (int, int)
        Nowhere smaller than `size` with "crop", nowhere larger with "pad".
    """
    if aspect == "stretch":
        return tuple(size)
    grows_more_in_height = size[0] * sides[1] >= size[1] * sides[0]
    if grows_more_in_height == (aspect == "crop"):
        return size[0], _divide(sides[1] * size[0], sides[0])
    return _divide(sides[0] * size[1], sides[1]), size[1]


def _divide(numerator, denominator):
    """Divide, rounding to the nearest integer from 1."""
    return max(1, (2 * numerator + denominator) // (2 * denominator))


def resize_image(image, size, aspect="stretch", *, sides=None, shrunk=1):
    """Resize one image, smoothing it first where it shrinks.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), float32
    size : (int, int) or None
        Height and width in pixels; None keeps the image as it is, and so does its own size.
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of an image of other proportions: each side is resized by its own factor; both by
        the larger one, and the middle is cut out; or both by the smaller one, and the outermost pixels
        are repeated around it.
    sides : (int, int), default=None
        Height and width of the original, if `image` is what a decoder has shrunk.
    shrunk : int, default=1
        How many pixels of the original, in height and in width, have been averaged to one.

    Returns
    -------
    resized : ndarray of shape (*size) or (*size, 3), float32

    Notes
    -----
    Smoothing and linear interpolation are both linear, and work along one axis at a time, so a
    sparse matrix per axis does what :func:`skimage.transform.resize` does in several passes.
    """
    sides = image.shape[:2] if sides is None else sides
    if size is None or tuple(sides) == tuple(size):
        return image
    counts = zip(image.shape[:2], sides, scale_sides(sides, size, aspect), size, strict=True)
    rows, columns = (_resampling_matrix(*axis, shrunk) for axis in counts)
    upright = _resample(image, rows)
    resized = _resample(upright.swapaxes(0, 1), columns).swapaxes(0, 1)
    # Rounding must not make new extremes, nor texture where the image is flat.
    return np.clip(
        resized, image.min(), image.max(), dtype=np.float32, casting="same_kind", order="C"
    )


def resize_images(images, size, aspect):
    """Resize images of one shape, each as :func:`resize_image` does.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width) or (n_images, height, width, 3), float32
    size, aspect
        As for one image.

    Returns
    -------
    resized : ndarray of shape (n_images, *size) or (n_images, *size, 3), float32
    """
    if size is None or images.shape[1:3] == tuple(size):
        return images
    return np.stack([resize_image(image, size, aspect) for image in images])


def _resample(image, matrix):
    """Resample the first axis, in float64."""
    flat = image.reshape(len(image), -1).astype(np.float64)
    return (matrix @ flat).reshape(-1, *image.shape[1:])


@lru_cache(maxsize=64)
def _resampling_matrix(n_here, n_full, n_scaled, n_after, shrunk):
    """Return the sparse matrix, (n_after, n_here), that smooths and resamples an axis.

    Of `n_full` pixels there are `n_here`, each the mean of `shrunk` of them. They are scaled to `n_scaled`
    pixels, of which the middle `n_after` are taken; where there are less, the outermost ones repeat.
    """
    first = int((n_scaled - n_after) / 2)  # negative if some are to be repeated
    places = np.clip(np.arange(first, first + n_after), 0, n_scaled - 1)
    factor = n_full / n_scaled
    centers = _reflect((places + 0.5) * (factor / shrunk) - 0.5, n_here)
    lower = np.floor(centers).astype(int)
    fraction = centers - lower
    offsets, weights = _gaussian(_remaining_sigma(factor, shrunk))
    entries = []
    for neighbor, share in ((lower, 1 - fraction), (lower + 1, fraction)):
        columns = _reflect(_reflect(neighbor, n_here)[:, None] + offsets, n_here)
        entries.append((columns, share[:, None] * weights))
    columns, values = (np.concatenate(parts, axis=1) for parts in zip(*entries, strict=True))
    rows = np.repeat(np.arange(n_after), columns.shape[1])
    return coo_array((values.ravel(), (rows, columns.ravel())), shape=(n_after, n_here)).tocsr()


def _remaining_sigma(factor, shrunk):
    """Return the standard deviation of the smoothing that is left to do.

    It shall be ``(factor - 1) / 2`` in pixels of the original, and variances add up: averaging n of them
    has ``(n ** 2 - 1) / 12``, and interpolating between averages, in the mean over all places,
    ``(n ** 2 - 1) / 6`` more than interpolating between pixels.
    """
    whole = max(0, (factor - 1) / 2)
    return np.sqrt(max(0, whole**2 - (shrunk**2 - 1) / 4)) / shrunk


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
