"""Numbers that describe one recording."""

from functools import cached_property
from itertools import combinations

import numpy as np
from scipy.special import entr


class Recording:
    """One recording, with what several measures share computed once.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_channels), float64
    sampling_rate : float, default=1.0
        In hertz.
    """

    def __init__(self, values, sampling_rate=1.0):
        self.channels = np.ascontiguousarray(values.T)  # (n_channels, n_steps)
        self.sampling_rate = sampling_rate

    @cached_property
    def mean(self):
        # A rounded mean would leave a constant channel with a spectrum and a skewness.
        is_constant = self.channels.max(axis=1) == self.channels.min(axis=1)
        return np.where(is_constant, self.channels[:, 0], self.channels.mean(axis=1))

    @cached_property
    def centered(self):
        return self.channels - self.mean[:, np.newaxis]

    @cached_property
    def std(self):
        return np.sqrt((self.centered**2).mean(axis=1))

    @cached_property
    def standardized(self):
        return divide_or_zero(self.centered, self.std[:, np.newaxis])

    @cached_property
    def magnitude(self):
        return np.sqrt((self.channels**2).sum(axis=0))

    @cached_property
    def frequencies(self):
        return np.fft.rfftfreq(self.channels.shape[1], 1 / self.sampling_rate)

    @cached_property
    def power(self):
        """Share of each frequency in the variance of a channel."""
        power = np.abs(np.fft.rfft(self.standardized)) ** 2
        return divide_or_zero(power, power.sum(axis=1, keepdims=True))


def divide_or_zero(numerator, denominator):
    """Divide, where a denominator of 0 gives 0."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator != 0)


def _zero_crossings(recording):
    signs = np.signbit(recording.channels)
    crossings = np.count_nonzero(signs[:, 1:] != signs[:, :-1], axis=1)
    return crossings / max(signs.shape[1] - 1, 1)


def _slope(recording):
    n_steps = recording.channels.shape[1]
    time = (np.arange(n_steps) - (n_steps - 1) / 2) / recording.sampling_rate
    return divide_or_zero((recording.centered * time).sum(axis=1), (time**2).sum())


def _autocorrelation(recording):
    z = recording.standardized
    return (z[:, 1:] * z[:, :-1]).sum(axis=1) / z.shape[1]


def _spectral_entropy(recording):
    n_frequencies = recording.power.shape[1]
    return divide_or_zero(entr(recording.power).sum(axis=1), np.log(n_frequencies))


def _correlation(recording):
    z = recording.standardized
    return [(z[i] * z[j]).mean() for i, j in combinations(range(len(z)), 2)]


PER_CHANNEL = {  # name: recording -> (n_channels,)
    "mean": lambda r: r.mean,
    "std": lambda r: r.std,
    "min": lambda r: r.channels.min(axis=1),
    "max": lambda r: r.channels.max(axis=1),
    "median": lambda r: np.median(r.channels, axis=1),
    "q25": lambda r: np.quantile(r.channels, 0.25, axis=1),
    "q75": lambda r: np.quantile(r.channels, 0.75, axis=1),
    "range": lambda r: np.ptp(r.channels, axis=1),
    "rms": lambda r: np.sqrt((r.channels**2).mean(axis=1)),
    "skewness": lambda r: (r.standardized**3).mean(axis=1),
    "kurtosis": lambda r: np.where(r.std > 0, (r.standardized**4).mean(axis=1) - 3, 0),
    "zero_crossings": _zero_crossings,
    "slope": _slope,
    "autocorrelation": _autocorrelation,
    "spectral_centroid": lambda r: (r.power * r.frequencies).sum(axis=1),
    "spectral_entropy": _spectral_entropy,
    "dominant_frequency": lambda r: r.frequencies[r.power.argmax(axis=1)],
}
ACROSS_CHANNELS = {  # name: recording -> (n_numbers,)
    "magnitude_mean": lambda r: [r.magnitude.mean()],
    "magnitude_std": lambda r: [r.magnitude.std()],
    "correlation": _correlation,
}
MEASURES = PER_CHANNEL | ACROSS_CHANNELS


def name_columns(measure, n_channels):
    """Return the names of the numbers that `measure` gives, in their order."""
    if measure in PER_CHANNEL:
        return [f"ch{channel}_{measure}" for channel in range(n_channels)]
    if measure == "correlation":
        return [f"correlation_ch{i}_ch{j}" for i, j in combinations(range(n_channels), 2)]
    return [measure]
