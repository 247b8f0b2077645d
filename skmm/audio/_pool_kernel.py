"""Moments over time, compiled. Import it inside the function that needs it, for it imports numba."""

import math

import numpy as np

from skmm._compiled import compiled


@compiled(error_model="numpy")
def measure_moments(frames):
    """Return the moments of each value over time.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_values), float32 or float64

    Returns
    -------
    table : ndarray of shape (4, n_values), float64
        Mean, standard deviation, minimum and maximum. Sums of float32 over a long clip would lose
        digits.
    """
    n_frames, n_values = frames.shape
    table = np.zeros((4, n_values))
    mean, std, low, high = table[0], table[1], table[2], table[3]
    low[:], high[:] = np.inf, -np.inf
    for frame in frames:
        for i in range(n_values):
            value = np.float64(frame[i])
            mean[i] += value
            low[i], high[i] = min(low[i], value), max(high[i], value)
    mean /= n_frames
    for frame in frames:
        for i in range(n_values):
            std[i] += (frame[i] - mean[i]) ** 2
    for i in range(n_values):
        std[i] = math.sqrt(std[i] / n_frames)
    return table
