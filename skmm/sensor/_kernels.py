"""Compiled loops over steps. Import inside functions: importing numba takes longer than a call.

Every row is summed on its own and in the order of its steps, so that no result depends on what else
is in the batch.
"""

import math

import numpy as np
from numba import njit

from skmm._compiled import compiled

MOMENTS = (
    *("mean", "std", "min", "max", "range", "rms", "skewness", "kurtosis"),
    *("zero_crossings", "slope", "autocorrelation"),
)
SPECTRAL = ("spectral_centroid", "spectral_entropy", "dominant_frequency")


@compiled()
def measure_moments(channels, sampling_rate):
    """Describe each channel, and bring it to mean 0 and variance 1.

    Parameters
    ----------
    channels : ndarray of shape (n_rows, n_steps), float64
    sampling_rate : float
        In hertz.

    Returns
    -------
    table : ndarray of shape (n_rows, len(MOMENTS))
    standardized : ndarray of shape (n_rows, n_steps)
        0 for a constant channel.
    """
    table = np.empty((len(channels), 11))
    standardized = np.empty(channels.shape)
    for row in range(len(channels)):
        channel, z = channels[row], standardized[row]
        mean, std = _mean_and_std(channel)
        table[row, 0], table[row, 1] = mean, std
        table[row, 2:6] = _range_and_rms(channel)
        table[row, 9] = _slope(channel, mean, sampling_rate)
        for step in range(len(channel)):
            z[step] = (channel[step] - mean) / std if std > 0 else 0.0
        table[row, 6:9] = _shape_and_crossings(z, channel, std)
        table[row, 10] = _dot(z[1:], z[:-1]) / len(z)
    return table, standardized


@compiled()
def measure_spectra(spectra, frequencies, multiplicity, bands):
    """Describe the distribution of the power of each channel over its frequencies.

    Parameters
    ----------
    spectra : ndarray of shape (n_rows, n_frequencies), complex128
    frequencies : ndarray of shape (n_frequencies,), float64
        In hertz.
    multiplicity : ndarray of shape (n_frequencies,), float64
        How many frequencies of the two-sided spectrum each stands for, 1 or 2.
    bands : ndarray of shape (n_bands, 2), float64
        From the first frequency, included, to the second, excluded.

    Returns
    -------
    table : ndarray of shape (n_rows, len(SPECTRAL) + n_bands)
        All 0 where there is no power.
    """
    n_frequencies = len(frequencies)
    table = np.zeros((len(spectra), 3 + len(bands)))
    power = np.empty(n_frequencies)
    for row in range(len(spectra)):
        total = 0.0
        for i in range(n_frequencies):
            power[i] = spectra[row, i].real ** 2 + spectra[row, i].imag ** 2
            power[i] *= multiplicity[i]
            total += power[i]
        if total == 0:  # a constant channel, as every channel of a single frequency
            continue
        strongest = 0
        for i in range(n_frequencies):
            share = power[i] / total
            table[row, 0] += share * frequencies[i]
            if share > 0:
                table[row, 1] -= share * math.log(share)
            if power[i] > power[strongest]:
                strongest = i
            for band in range(len(bands)):
                if bands[band, 0] <= frequencies[i] < bands[band, 1]:
                    table[row, 3 + band] += share
        if n_frequencies > 2:  # without the mean, which has no power
            table[row, 1] /= math.log(n_frequencies - 1)
        table[row, 2] = frequencies[strongest]
    return table


@compiled()
def measure_magnitudes(recordings):
    """Return mean and standard deviation of the Euclidean length of the steps.

    Parameters
    ----------
    recordings : ndarray of shape (n_recordings, n_channels, n_steps), float64

    Returns
    -------
    table : ndarray of shape (n_recordings, 2)
    """
    n_recordings, n_channels, n_steps = recordings.shape
    table = np.empty((n_recordings, 2))
    magnitude = np.empty(n_steps)
    for row in range(n_recordings):
        magnitude[:] = 0
        for channel in range(n_channels):
            for step in range(n_steps):
                magnitude[step] += recordings[row, channel, step] ** 2
        for step in range(n_steps):
            magnitude[step] = math.sqrt(magnitude[step])
        table[row, 0], table[row, 1] = _mean_and_std(magnitude)
    return table


@compiled()
def correlate_channels(standardized):
    """Return the correlation of each pair of channels, (0, 1), (0, 2), ... first.

    Parameters
    ----------
    standardized : ndarray of shape (n_recordings, n_channels, n_steps), float64

    Returns
    -------
    table : ndarray of shape (n_recordings, n_channels * (n_channels - 1) / 2)
    """
    n_recordings, n_channels, n_steps = standardized.shape
    table = np.empty((n_recordings, n_channels * (n_channels - 1) // 2))
    for row in range(n_recordings):
        column = 0
        for i in range(n_channels):
            for j in range(i + 1, n_channels):
                table[row, column] = _dot(standardized[row, i], standardized[row, j]) / n_steps
                column += 1
    return table


@njit
def _mean_and_std(values):
    # Seen from the first value, the mean of a constant channel is exact. A rounded one would leave
    # it with a spectrum and a skewness.
    first, total = values[0], 0.0
    for value in values:
        total += value - first
    mean, squares = first + total / len(values), 0.0
    for value in values:
        squares += (value - mean) ** 2
    return mean, math.sqrt(squares / len(values))


@njit
def _range_and_rms(channel):
    low, high, squares = channel[0], channel[0], 0.0
    for value in channel:
        low, high = min(low, value), max(high, value)
        squares += value**2
    return low, high, high - low, math.sqrt(squares / len(channel))


@njit
def _shape_and_crossings(z, channel, std):
    cubes, fourths, crossings = 0.0, 0.0, 0
    for step in range(len(z)):
        square = z[step] ** 2
        cubes += square * z[step]
        fourths += square**2
        crossings += step > 0 and (channel[step] < 0) != (channel[step - 1] < 0)
    kurtosis = fourths / len(z) - 3 if std > 0 else 0.0
    return cubes / len(z), kurtosis, crossings / max(len(z) - 1, 1)


@njit
def _slope(channel, mean, sampling_rate):
    """Slope of the line of least squares, per second; 0 for a single step."""
    middle, products, squares = (len(channel) - 1) / 2, 0.0, 0.0
    for step in range(len(channel)):
        time = (step - middle) / sampling_rate
        products += (channel[step] - mean) * time
        squares += time**2
    return products / squares if squares > 0 else 0.0


@njit
def _dot(left, right):
    total = 0.0
    for i in range(len(left)):
        total += left[i] * right[i]
    return total
