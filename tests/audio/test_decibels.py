import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.audio._decibels import BandMeter, measure_energy, to_decibels
from skmm.audio._filters import linear_filters
from skmm.audio._lanes import unpack_lanes
from skmm.audio._signal import join_clips


@pytest.fixture
def clip(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.normal(size=5_000) * np.logspace(-6, 0, 5_000)


@pytest.mark.parametrize("n_fft", [2, 3, 4, 100, 256, 1_001, 32_768])
@pytest.mark.parametrize("window", ["hann", "boxcar"])
def test_bands_are_librosas_with_the_kernel_and_without(clip, n_fft, window):
    filters, settings = linear_filters(n_fft, 2), {"n_fft": n_fft, "hop_length": 70}
    clips = [clip, 1e-3 * clip[:900]]
    meter = BandMeter(filters, **settings, window=window, dtype=np.dtype("f8"))
    signal = join_clips(clips, **settings)
    decibels, floors = meter.measure(signal)
    frames = np.maximum(unpack_lanes(decibels, len(floors)), floors[:, np.newaxis])
    for part, clip in zip(signal.split(frames), clips, strict=True):
        padded = np.pad(clip, n_fft // 2)
        spectrum = librosa.stft(padded, **settings, window=window, center=False)
        expected = librosa.power_to_db(filters @ np.abs(spectrum) ** 2)
        assert_allclose(part, expected.T, atol=1e-6)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_decibels_are_librosas(dtype):
    power = np.logspace(-12, 6, 50).astype(dtype).reshape(5, 10)
    expected = librosa.power_to_db(power, top_db=None)
    assert_allclose(to_decibels(power.copy()), expected, rtol=1e-6)


def test_silence_is_100_decibels_below_1():
    assert_array_equal(to_decibels(np.zeros((2, 3))), np.full((2, 3), -100.0))


@pytest.mark.parametrize("n_fft", [255, 256])
def test_energy_is_the_square_of_librosas_root_mean_square(clip, n_fft):
    clips = [clip, 1e-3 * clip[:900]]
    settings = {"n_fft": n_fft, "hop_length": 70}
    signal = join_clips(clips, **settings)
    energy = measure_energy(signal, **settings)
    for part, clip in zip(signal.split(energy), clips, strict=True):
        rms = librosa.feature.rms(
            y=np.pad(clip, n_fft // 2),
            frame_length=n_fft,
            hop_length=70,
            center=False,
            dtype=np.float64,
        )
        assert_allclose(part, librosa.amplitude_to_db(rms)[0], atol=1e-6)
