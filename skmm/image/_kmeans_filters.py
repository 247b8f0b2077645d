"""Convolutional filters that k-means finds in patches of images, after Coates & Ng."""

from typing import NamedTuple

import numpy as np

from skmm._validation import ModalityError

# Added to the variance of a patch, in squared units of pixels in [0, 1]: it keeps the noise of
# flat patches small. The authors add 10 to pixels in [0, 255].
_CONTRAST_FLOOR = 10 / 255**2
# Added to the eigenvalues before whitening: directions that hardly occur are noise.
_WHITENING_FLOOR = 0.1
# Little changes after ten iterations, say the authors.
_ITERATIONS = 20


class Filters(NamedTuple):
    """What is learned from patches: how to whiten them, and what to compare them with."""

    patch_mean: np.ndarray  # (n_channels, patch_size, patch_size)
    whitening: np.ndarray  # (n_values, n_values), of the values of a patch, channel by channel
    filters: np.ndarray  # (n_filters, n_channels, patch_size, patch_size), of whitened patches


def sample_patches(image, patch_size, n_patches, rng):
    """Cut patches out of an image at random places.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width), float32
    patch_size : int
    n_patches : int
    rng : RandomState

    Returns
    -------
    patches : ndarray of shape (n_patches, n_channels, patch_size, patch_size)
    """
    windows = _windows(image, patch_size, stride=1)
    rows, columns = (rng.randint(n, size=n_patches) for n in windows.shape[:2])
    return windows[rows, columns]


def learn_filters(patches, n_filters, random_state):
    """Find the centers of contrast-normalized, whitened patches.

    Parameters
    ----------
    patches : ndarray of shape (n_patches, n_channels, patch_size, patch_size), float32
    n_filters : int
    random_state : int

    Returns
    -------
    learned : Filters

    Raises
    ------
    ModalityError
        If there are fewer different patches than filters.
    """
    from sklearn.cluster import KMeans

    shape = patches.shape[1:]
    flat = _normalize_contrast(patches.reshape(len(patches), -1))
    n_different = len(np.unique(flat, axis=0))
    if n_different < n_filters:
        raise ModalityError(
            f"the images of fit have {n_different} different patches, too few for "
            f"n_filters={n_filters}. Expected images that are not blank; give more of them, or "
            "set a smaller n_filters or a larger n_patches."
        )
    mean, whitening = _learn_whitening(flat)
    kmeans = KMeans(n_filters, n_init=1, max_iter=_ITERATIONS, random_state=random_state)
    centers = kmeans.fit((flat - mean) @ whitening).cluster_centers_
    return Filters(mean.reshape(shape), whitening, centers.reshape(-1, *shape))


def encode_image(image, learned, *, stride, encoding, threshold):
    """Compare each patch of one image with the filters.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width), float32
    learned : Filters
    stride : int
    encoding : {"triangle", "soft_threshold"}
    threshold : float
        What a projection must exceed, for "soft_threshold".

    Returns
    -------
    maps : ndarray of shape (n_maps, n_rows, n_columns), float32
        One map per filter; "soft_threshold" adds one for its opposite.
    """
    windows = _windows(image, learned.filters.shape[-1], stride)
    n_rows, n_columns = windows.shape[:2]
    patches = _normalize_contrast(windows.reshape(n_rows * n_columns, -1))
    white = (patches - learned.patch_mean.ravel()) @ learned.whitening
    filters = learned.filters.reshape(len(learned.filters), -1)
    codes = (
        _triangle(white, filters) if encoding == "triangle" else _soft(white, filters, threshold)
    )
    return codes.T.reshape(-1, n_rows, n_columns)


def _windows(image, patch_size, stride):
    """Return all patches, a view of shape (rows, columns, channels, patch_size, patch_size)."""
    shape = (patch_size, patch_size)
    windows = np.lib.stride_tricks.sliding_window_view(image, shape, axis=(1, 2))
    return windows[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)


def _normalize_contrast(patches):
    centered = patches - patches.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centered, centered) / np.float32(patches.shape[1])
    centered /= np.sqrt(variance + np.float32(_CONTRAST_FLOOR))[:, np.newaxis]
    return centered


def _learn_whitening(patches):
    """Return the mean, and the symmetric (ZCA) matrix that makes the covariance the identity."""
    values, vectors = np.linalg.eigh(np.cov(patches, rowvar=False, dtype=np.float64))
    whitening = vectors / np.sqrt(values + _WHITENING_FLOOR) @ vectors.T
    return patches.mean(axis=0), whitening.astype(np.float32)


def _triangle(white, filters):
    """Let each filter count by how much closer than the average filter it is."""
    distances = white @ (-2 * filters.T)
    distances += np.einsum("ij,ij->i", white, white)[:, np.newaxis]
    distances += np.einsum("ij,ij->i", filters, filters)
    np.sqrt(np.maximum(distances, 0, out=distances), out=distances)
    return np.maximum(distances.mean(axis=1, keepdims=True) - distances, 0)


def _soft(white, filters, threshold):
    """Let each filter, of length one, count by how far the projection on it exceeds a threshold."""
    lengths = np.linalg.norm(filters, axis=1, keepdims=True)
    projections = white @ (filters / np.where(lengths == 0, 1, lengths)).T
    both = np.hstack([projections, -projections])
    return np.maximum(both - np.float32(threshold), 0)
