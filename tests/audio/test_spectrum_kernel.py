import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array

from skmm.audio import _spectrum_kernel as kernel

DTYPES = {np.float32: 1e-5, np.float64: 1e-13}  # and the error relative to the largest power


@pytest.fixture
def clip(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=6_000)


def every_frequency(n_fft):
    return csr_array(np.eye(n_fft // 2 + 1, dtype=np.float32))


def measure(clip, n_fft, hop_length, filters=None, window=None):
    window = np.ones(n_fft, clip.dtype) if window is None else window.astype(clip.dtype)
    filters = every_frequency(n_fft) if filters is None else filters
    return kernel.measure_bands(
        clip,
        hop_length,
        window,
        *kernel.transform_tables(n_fft, clip.dtype),
        *kernel.filter_tables(filters, clip.dtype),
        *kernel.make_workspace(n_fft, clip.dtype),
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_fft", [4, 8, 16, 32, 64, 512, 1_024, 2_048, 4_096])
def test_powers_are_those_of_numpys_fourier_transform(clip, n_fft, dtype):
    frames = np.lib.stride_tricks.sliding_window_view(clip, n_fft)[::300]
    expected = np.abs(np.fft.rfft(frames)) ** 2
    powers = measure(clip.astype(dtype), n_fft, 300)
    assert powers.dtype == dtype
    assert_allclose(powers, expected, atol=DTYPES[dtype] * expected.max())


@pytest.mark.parametrize("n_frames", [1, 31, 32, 33, 64, 65])
def test_any_number_of_frames_fills_the_lanes(clip, n_frames):
    clip = clip[: 64 + (n_frames - 1) * 7]
    frames = np.lib.stride_tricks.sliding_window_view(clip, 64)[::7]
    assert_allclose(measure(clip, 64, 7), np.abs(np.fft.rfft(frames)) ** 2, atol=1e-11)


def test_samples_after_the_last_whole_frame_do_not_count(clip):
    assert_array_equal(measure(clip[:250], 64, 100), measure(clip[:264], 64, 100)[:2])


def test_frames_are_multiplied_by_the_window(clip):
    window = np.hanning(256)
    frames = np.lib.stride_tricks.sliding_window_view(clip, 256)[::100] * window
    powers = measure(clip, 256, 100, window=window)
    assert_allclose(powers, np.abs(np.fft.rfft(frames)) ** 2, atol=1e-10)


@pytest.mark.filterwarnings("ignore:Empty filters")  # of the 60 bands some
@pytest.mark.parametrize("n_mels", [1, 5, 20, 60])
def test_bands_are_products_with_the_filters(clip, n_mels):
    filters = librosa.filters.mel(sr=8_000, n_fft=256, n_mels=n_mels)
    frames = np.lib.stride_tricks.sliding_window_view(clip, 256)[::100]
    expected = np.abs(np.fft.rfft(frames)) ** 2 @ filters.T
    assert_allclose(measure(clip, 256, 100, csr_array(filters)), expected, rtol=1e-10)


def test_what_the_workspace_held_does_not_count(clip):
    n_fft, filters = 64, every_frequency(64)
    workspace = kernel.make_workspace(n_fft, clip.dtype)
    tables = kernel.transform_tables(n_fft, clip.dtype) + kernel.filter_tables(filters, clip.dtype)

    def powers(clip):
        return kernel.measure_bands(clip, 10, np.ones(n_fft), *tables, *workspace)

    before = powers(clip)
    powers(1e6 * clip[::-1].copy())
    assert_array_equal(powers(clip), before)


def test_read_only_arrays_are_taken(clip):
    expected = measure(clip, 64, 10)
    clip.flags.writeable = False
    assert_array_equal(measure(clip, 64, 10), expected)


@pytest.mark.parametrize("n_fft", [4, 64, 2_048])
def test_powers_of_two_are_covered(n_fft):
    assert kernel.is_covered(n_fft)


@pytest.mark.parametrize("n_fft", [2, 3, 6, 1_000, 2_047])
def test_other_lengths_are_left_to_librosa(n_fft):
    assert not kernel.is_covered(n_fft)
