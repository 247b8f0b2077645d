"""Bands of frequency."""

import numpy as np

from skmm._validation import Integral


def find_bands(bands, sampling_rate):
    """Return the first and last frequency of each band, for frequencies up to half the rate.

    Parameters
    ----------
    bands : int, or sequence of (first, last)
        A number of bands of equal width, or where each band begins and ends, in hertz.
    sampling_rate : float
        In hertz.

    Returns
    -------
    limits : ndarray of shape (n_bands, 2), float64
        In hertz. The first frequency belongs to a band, the last does not; a band that ends at half
        the sampling rate has no last frequency.

    Raises
    ------
    ValueError
        If there is no such band at that rate.
    """
    highest = sampling_rate / 2
    if isinstance(bands, Integral):
        limits = np.arange(bands + 1) * highest / bands
        limits = np.column_stack([limits[:-1], limits[1:]])
    else:
        limits = _check_limits(bands, highest)
    limits[limits[:, 1] >= highest, 1] = np.inf
    return limits


def _check_limits(bands, highest):
    try:
        limits = np.array(bands, dtype=np.float64).reshape(len(bands), 2)
    except (TypeError, ValueError):
        limits = np.full((1, 2), np.nan)
    first, last = limits.T
    if not (len(limits) and ((first >= 0) & (first < last) & (first <= highest)).all()):
        raise ValueError(
            f"bands={bands!r}, where pairs (first, last) of frequencies in hertz are expected, with "
            f"0 <= first < last and first at most half the sampling rate, {highest:g}"
        )
    return limits
