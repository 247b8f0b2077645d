"""The power of bands of frequencies over time, in decibels."""

import numpy as np

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

    def measure(self, clip):
        """Return decibels of shape (n_frames, n_bands) of a clip that is not shorter than a frame."""
        return to_decibels(self.measure_powers(clip))

    def _use_kernel(self, dtype):
        from skmm.audio._spectrum_kernel import (
            filter_tables,
            is_covered,
            make_workspace,
            measure_bands,
            transform_tables,
        )

        if not is_covered(self.n_fft):
            return None
        from scipy.signal import get_window

        window = get_window(self.window, self.n_fft).astype(dtype)
        tables = transform_tables(self.n_fft, dtype) + filter_tables(self.filters, dtype)
        workspace = make_workspace(self.n_fft, dtype)
        return lambda clip: measure_bands(clip, self.hop_length, window, *tables, *workspace)

    def _use_librosa(self, clip):
        from librosa import stft

        spectrum = stft(
            clip, n_fft=self.n_fft, hop_length=self.hop_length, window=self.window, center=False
        )
        return (self.filters @ np.abs(spectrum) ** 2).T


def to_decibels(power):
    """Turn power into decibels in place, cut 80 below the loudest."""
    np.maximum(power, FLOOR, out=power)
    np.log10(power, out=power)
    power *= 10
    return np.maximum(power, power.max() - power.dtype.type(RANGE), out=power)


def measure_energy(clip, *, n_fft, hop_length):
    """Return the mean square of each frame in decibels, shape (n_frames,)."""
    frames = np.lib.stride_tricks.sliding_window_view(clip, n_fft)[::hop_length]
    return to_decibels(np.einsum("ij,ij->i", frames, frames) / n_fft)
