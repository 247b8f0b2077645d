"""What the compiled spectrum looks up, and the room it needs.

The module imports numba: import it inside the function that needs it.
"""

from functools import lru_cache

import numpy as np
from scipy.fft import dct
from scipy.signal import get_window

from skmm.audio._spectrum_kernel import LANES, LONGEST, UNROLLED

LINE = 64  # bytes


def is_covered(n_fft):
    """Tell whether the kernel transforms frames of this length: powers of two, from 4."""
    return 4 <= n_fft <= LONGEST and n_fft & (n_fft - 1) == 0


@lru_cache(maxsize=8)  # made anew, they take as long as a few short clips
def transform_tables(n_fft, window, dtype):
    """Return what the Fourier transform of frames of `n_fft` samples looks up.

    Parameters
    ----------
    n_fft : int
        A power of two.
    window : str
        Name of a window of :func:`scipy.signal.get_window`.
    dtype : dtype

    Returns
    -------
    weights : ndarray of shape (n_fft,)
        The window.
    roots : ndarray of shape (n_fft, 2)
        Cosine and sine of ``2 pi k / n_fft``.
    places : ndarray of shape (n_fft // 2,), int
        Where in the transformed points each frequency is.
    """
    n_points = n_fft // 2
    angles = 2 * np.pi * np.arange(n_fft) / n_fft
    roots = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    frequencies = np.zeros(1, dtype=int)
    while len(frequencies) < n_points:  # each stage of the transform, from the last to the first
        n_parts = 4 if 4 * len(frequencies) <= n_points else 2
        frequencies = np.concatenate([n_parts * frequencies + part for part in range(n_parts)])
    return get_window(window, n_fft).astype(dtype), roots.astype(dtype), frequencies.argsort()


def filter_tables(filters, dtype):
    """Return a bank of filters as the kernel reads it.

    Parameters
    ----------
    filters : csr_array of shape (n_bands, n_frequencies)
        Each band is a run of neighboring frequencies.
    dtype : dtype

    Returns
    -------
    starts : ndarray of shape (n_bands,), int
        The first frequency of each band.
    ends : ndarray of shape (n_bands,), int
        Where the weights of each band end.
    weights : ndarray, dtype
        Weights of all bands, each filled up with zeros to a multiple of four, and to four at least.
    """
    widths = np.diff(filters.indptr)
    padded = -(-np.maximum(widths, 1) // UNROLLED) * UNROLLED
    ends = np.cumsum(padded)
    weights = np.zeros(ends[-1], dtype=dtype)
    inside = np.repeat(ends - padded - filters.indptr[:-1], widths)
    weights[inside + np.arange(filters.nnz)] = filters.data
    starts = np.zeros(len(widths), dtype=int)
    starts[widths > 0] = filters.indices[filters.indptr[:-1][widths > 0]]
    return starts, ends, weights


@lru_cache(maxsize=8)
def cosine_table(n_coefficients, n_bands, dtype):
    """Return the orthogonal cosine transform of type II, as the kernel reads it.

    Parameters
    ----------
    n_coefficients, n_bands : int
    dtype : dtype

    Returns
    -------
    cosines : ndarray of shape (n_fours, n_bands, UNROLLED)
        Of coefficient ``4 * i + j`` in ``cosines[i, :, j]``; zeros fill up the last four.
    """
    cosines = dct(np.eye(n_bands), norm="ortho")[:, :n_coefficients]
    filled = np.pad(cosines, ((0, 0), (0, -n_coefficients % UNROLLED)))
    fours = filled.reshape(n_bands, -1, UNROLLED).transpose(1, 0, 2)
    return np.ascontiguousarray(fours, dtype=dtype)


def make_workspace(n_fft, dtype):
    """Return room for the samples, the points and the powers of as many frames as there are lanes."""
    # Reading four powers at a time may reach beyond the last, where weights are zero.
    sizes = (n_fft * LANES, n_fft * LANES, (n_fft // 2 + UNROLLED) * LANES)
    return tuple(_align(size, np.dtype(dtype)) for size in sizes)


def _align(size, dtype):
    """Return zeros that start where a line of the cache does: others are read in two parts."""
    n_bytes = size * dtype.itemsize
    room = np.zeros(n_bytes + LINE, dtype=np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + n_bytes].view(dtype)
