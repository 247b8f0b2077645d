"""The power of bands of frequencies over time, in decibels."""

import numpy as np

from skmm.audio._lanes import fill_lanes, pack_lanes

FLOOR = 1e-10  # librosa's least power: 100 dB below 1
RANGE = 80.0  # decibels below the loudest of a clip where they are cut, as librosa does


class BandMeter:
    """Measure how loud the bands of a bank of filters are, frame by frame.

    Parameters
    ----------
    filters : csr_array of shape (n_bands, n_fft // 2 + 1)
    n_fft : int
        Length of a frame in samples.
    hop_length : int
        Samples from the start of one frame to the start of the next.
    window : str
        Name of a window of :func:`scipy.signal.get_window`.
    dtype : dtype
        Of the arithmetic.
    """

    def __init__(self, filters, *, n_fft, hop_length, window, dtype):
        self.filters = filters
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.window = window
        self.measure_powers = self._use_kernel(dtype) or self._use_librosa

    def measure(self, signal):
        """Measure the frames of a signal in decibels.

        Parameters
        ----------
        signal : Signal

        Returns
        -------
        decibels : ndarray of shape (n_blocks, n_bands, LANES)
        floors : ndarray of shape (n_frames,)
            To which decibels are still to be raised, 80 below the loudest band of the clip.
        """
        powers, loudest = self.measure_powers(signal)
        loudest = to_decibels(loudest.ravel()[: len(signal.frames)])
        return to_decibels(powers), find_floors(loudest, signal)

    def _use_kernel(self, dtype):
        from skmm.audio._spectrum_kernel import measure_bands
        from skmm.audio._spectrum_tables import (
            filter_tables,
            is_covered,
            make_workspace,
            transform_tables,
        )

        if not is_covered(self.n_fft):
            return None
        tables = transform_tables(self.n_fft, self.window, dtype)
        tables += filter_tables(self.filters, dtype) + make_workspace(self.n_fft, dtype)
        return lambda signal: measure_bands(signal.samples, fill_lanes(signal.frames), *tables)

    def _use_librosa(self, signal):
        from librosa import stft

        options = {"n_fft": self.n_fft, "hop_length": self.hop_length, "window": self.window}
        spectra = (stft(clip, **options, center=False) for clip in signal.clips)
        powers = np.concatenate([(self.filters @ np.abs(s) ** 2).T for s in spectra])
        return pack_lanes(powers), powers.max(axis=1)


def to_decibels(power):
    """Turn power into decibels in place."""
    np.maximum(power, FLOOR, out=power)
    np.log10(power, out=power)
    return np.multiply(power, 10, out=power)


def find_floors(decibels, signal):
    """Return for each frame what is 80 decibels below the loudest of its clip."""
    return signal.loudest(decibels) - decibels.dtype.type(RANGE)


def measure_energy(signal, *, n_fft, hop_length):
    """Return the mean square of each frame in decibels, shape (n_frames,)."""
    views = (np.lib.stride_tricks.sliding_window_view(clip, n_fft) for clip in signal.clips)
    frames = (view[::hop_length] for view in views)
    power = np.concatenate([np.einsum("ij,ij->i", part, part) for part in frames]) / n_fft
    decibels = to_decibels(power)
    return np.maximum(decibels, find_floors(decibels, signal))
