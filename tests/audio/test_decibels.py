import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.audio._decibels import BandMeter, measure_energy, to_decibels
from skmm.audio._filters import linear_filters


@pytest.fixture
def clip(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.normal(size=5_000) * np.logspace(-6, 0, 5_000)


@pytest.mark.parametrize("n_fft", [2, 3, 4, 100, 256, 1_001])
@pytest.mark.parametrize("window", ["hann", "boxcar"])
def test_bands_are_librosas_with_the_kernel_and_without(clip, n_fft, window):
    filters = linear_filters(n_fft, 2)
    meter = BandMeter(filters, n_fft=n_fft, hop_length=70, window=window, dtype=np.dtype("f8"))
    spectrum = librosa.stft(clip, n_fft=n_fft, hop_length=70, window=window, center=False)
    expected = librosa.power_to_db(filters @ np.abs(spectrum) ** 2)
    assert_allclose(meter.measure(clip), expected.T, atol=1e-6)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_decibels_are_librosas(dtype):
    power = np.logspace(-12, 6, 50).astype(dtype).reshape(5, 10)
    expected = librosa.power_to_db(power)
    assert_allclose(to_decibels(power.copy()), expected, rtol=1e-6)
    assert expected.min() == expected.max() - 80


def test_silence_is_100_decibels_below_1():
    assert_array_equal(to_decibels(np.zeros((2, 3))), np.full((2, 3), -100.0))


@pytest.mark.parametrize("n_fft", [255, 256])
def test_energy_is_the_square_of_librosas_root_mean_square(clip, n_fft):
    rms = librosa.feature.rms(
        y=clip, frame_length=n_fft, hop_length=70, center=False, dtype=np.float64
    )
    expected = librosa.amplitude_to_db(rms)[0]
    assert_allclose(measure_energy(clip, n_fft=n_fft, hop_length=70), expected, atol=1e-6)
