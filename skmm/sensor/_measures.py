"""Numbers that describe recordings."""

from functools import cached_property
from itertools import combinations

import numpy as np
import scipy.fft

_ROWS_PER_TRANSFORM = 16  # a multiple of the rows that any processor transforms at a time


class Recordings:
    """Recordings of equal length, with what several measures share computed once.

    Parameters
    ----------
    values : ndarray of shape (n_recordings, n_steps, n_channels), float64
    sampling_rate : float, default=1.0
        In hertz.
    bands : array-like of shape (n_bands, 2), default=()
        First and last frequency of each band, in hertz; the last is not part of it.
    """

    def __init__(self, values, sampling_rate=1.0, bands=()):
        self.channels = np.ascontiguousarray(values.transpose(0, 2, 1))
        self.sampling_rate = float(sampling_rate)
        self.bands = np.reshape(np.asarray(bands, dtype=np.float64), (-1, 2))

    @property
    def rows(self):
        """The channels below one another."""
        return self.channels.reshape(-1, self.channels.shape[2])

    @cached_property
    def moments(self):
        """Table of moments, and the channels with mean 0 and variance 1, one channel per row."""
        from skmm.sensor._kernels import measure_moments

        return measure_moments(self.rows, self.sampling_rate)

    def by_channel(self, names, table):
        """Split a table of one row per channel into measures of shape (n_recordings, n_channels)."""
        columns = table.T.reshape(-1, *self.channels.shape[:2])
        return dict(zip(names, columns, strict=True))


def _moments(recordings):
    from skmm.sensor._kernels import MOMENTS

    return recordings.by_channel(MOMENTS, recordings.moments[0])


def _quantiles(recordings):
    ordered = np.sort(recordings.rows, axis=1)
    shares = np.array([0.25, 0.5, 0.75])
    place = shares * (ordered.shape[1] - 1)
    low, high = np.floor(place).astype(int), np.ceil(place).astype(int)
    table = ordered[:, low] + (ordered[:, high] - ordered[:, low]) * (place - low)
    return recordings.by_channel(("q25", "median", "q75"), table)


def _spectral(recordings):
    from skmm.sensor._kernels import SPECTRAL, measure_spectra

    n_steps = recordings.channels.shape[2]
    frequencies = np.arange(n_steps // 2 + 1) * recordings.sampling_rate / n_steps
    spectra = _transform(recordings.moments[1])
    multiplicity = np.full(len(frequencies), 2.0)
    multiplicity[[0, -1] if n_steps % 2 == 0 else [0]] = 1.0
    table = measure_spectra(spectra, frequencies, multiplicity, recordings.bands)
    n_named = len(SPECTRAL)
    powers = table[:, n_named:].reshape(len(recordings.channels), -1)
    return recordings.by_channel(SPECTRAL, table[:, :n_named]) | {"band_power": powers}


def _transform(rows):
    """Return the Fourier transform of each row, which does not depend on the other rows.

    scipy transforms some rows at a time and those that are left over by other instructions, which
    may round in another way; so nothing is left over.
    """
    n_rows, n_steps = rows.shape
    padded = np.zeros((n_rows + -n_rows % _ROWS_PER_TRANSFORM, n_steps))
    padded[:n_rows] = rows
    return scipy.fft.rfft(padded, axis=1)[:n_rows]


def _magnitudes(recordings):
    from skmm.sensor._kernels import measure_magnitudes

    mean, std = measure_magnitudes(recordings.channels).T[:, :, np.newaxis]
    return {"magnitude_mean": mean, "magnitude_std": std}


def _correlations(recordings):
    from skmm.sensor._kernels import correlate_channels

    standardized = recordings.moments[1].reshape(recordings.channels.shape)
    return {"correlation": correlate_channels(standardized)}


MEASURES = {  # name: what measures it, and others with it
    **dict.fromkeys(("mean", "std", "min", "max"), _moments),
    **dict.fromkeys(("median", "q25", "q75"), _quantiles),
    **dict.fromkeys(("range", "rms", "skewness", "kurtosis"), _moments),
    **dict.fromkeys(("zero_crossings", "slope", "autocorrelation"), _moments),
    **dict.fromkeys(("spectral_centroid", "spectral_entropy", "dominant_frequency"), _spectral),
    "band_power": _spectral,
    **dict.fromkeys(("magnitude_mean", "magnitude_std"), _magnitudes),
    "correlation": _correlations,
}


def measure(recordings, names):
    """Describe each recording by some measures.

    Parameters
    ----------
    recordings : Recordings
    names : sequence of str
        Keys of MEASURES.

    Returns
    -------
    features : ndarray of shape (n_recordings, n_features), float64
        Named by :func:`name_columns`, one measure after the other.
    """
    measured = {}
    for measures in dict.fromkeys(MEASURES[name] for name in names):
        measured |= measures(recordings)
    return np.concatenate([measured[name] for name in names], axis=1)


def name_columns(name, n_channels, n_bands):
    """Return the names of the numbers that a measure gives, in their order."""
    if name in ("magnitude_mean", "magnitude_std"):
        return [name]
    if name == "correlation":
        return [f"correlation_ch{i}_ch{j}" for i, j in combinations(range(n_channels), 2)]
    if name == "band_power":
        return [f"ch{c}_band_power{band}" for c in range(n_channels) for band in range(n_bands)]
    return [f"ch{channel}_{name}" for channel in range(n_channels)]
