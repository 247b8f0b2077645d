"""Banks of filters: which frequencies make up a band."""

import warnings
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array


def mel_filters(sampling_rate, n_fft, n_mels):
    """Return overlapping triangles that are spaced as the ear hears, as librosa makes them.

    Parameters
    ----------
    sampling_rate : int
        In hertz.
    n_fft, n_mels : int

    Returns
    -------
    filters : csr_array of shape (n_mels, n_fft // 2 + 1), float32

    Warns
    -----
    UserWarning
        If a band is so narrow that no frequency falls into it.
    """
    filters = _make_mel_filters(sampling_rate, n_fft, n_mels)
    n_empty = np.count_nonzero(np.diff(filters.indptr) == 0)
    if n_empty:
        warnings.warn(
            f"{n_empty} of {n_mels} mel bands hold no frequency; lower n_mels, or raise n_fft",
            stacklevel=2,
        )
    return filters


@lru_cache(maxsize=8)  # librosa takes as long for them as the transform of ten clips
def _make_mel_filters(sampling_rate, n_fft, n_mels):
    from librosa.filters import mel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # once only, in a process: said by mel_filters each time
        return csr_array(mel(sr=sampling_rate, n_fft=n_fft, n_mels=n_mels))


def linear_filters(n_fft, n_bands):
    """Return bands of neighboring frequencies that do not overlap, as equal in width as they can be.

    Parameters
    ----------
    n_fft, n_bands : int
        With ``n_fft // 2 + 1`` bands each frequency is one.

    Returns
    -------
    filters : csr_array of shape (n_bands, n_fft // 2 + 1), float32
    """
    n_frequencies = n_fft // 2 + 1
    starts = [part[0] for part in np.array_split(np.arange(n_frequencies), n_bands)]
    rows = (np.ones(n_frequencies, np.float32), np.arange(n_frequencies), [*starts, n_frequencies])
    return csr_array(rows, shape=(n_bands, n_frequencies))
