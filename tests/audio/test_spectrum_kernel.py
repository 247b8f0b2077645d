import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.fft import dct
from scipy.signal import get_window
from scipy.sparse import csr_array

from skmm.audio import _spectrum_kernel as kernel
from skmm.audio._lanes import fill_lanes, pack_lanes, unpack_lanes
from skmm.audio._spectrum_tables import (
    cosine_table,
    filter_tables,
    make_workspace,
    transform_tables,
)

DTYPES = {np.float32: 1e-5, np.float64: 1e-13}  # and the error relative to the largest power


@pytest.fixture
def clip(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=6_000)


def every_frequency(n_fft):
    return csr_array(np.eye(n_fft // 2 + 1, dtype=np.float32))


def measure(clip, n_fft, hop_length, filters=None, window="boxcar"):
    """The powers of bands, frame by frame, and the largest of each frame."""
    starts = np.arange(1 + (len(clip) - n_fft) // hop_length) * hop_length
    filters = every_frequency(n_fft) if filters is None else filters
    bands, loudest = kernel.measure_bands(
        clip,
        fill_lanes(starts),
        *transform_tables(n_fft, window, clip.dtype),
        *filter_tables(filters, clip.dtype),
        *make_workspace(n_fft, clip.dtype),
    )
    return unpack_lanes(bands, len(starts)), loudest.ravel()[: len(starts)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_fft", [4, 8, 16, 32, 64, 512, 1_024, 2_048, 4_096, 8_192, 16_384])
def test_powers_are_those_of_numpys_fourier_transform(clip, n_fft, dtype):
    clip = np.resize(clip, max(6_000, n_fft + 600))
    frames = np.lib.stride_tricks.sliding_window_view(clip, n_fft)[::300]
    expected = np.abs(np.fft.rfft(frames)) ** 2
    powers, _ = measure(clip.astype(dtype), n_fft, 300)
    assert powers.dtype == dtype
    assert_allclose(powers, expected, atol=DTYPES[dtype] * expected.max())


@pytest.mark.parametrize("n_frames", [1, 31, 32, 33, 64, 65])
def test_any_number_of_frames_fills_the_lanes(clip, n_frames):
    clip = clip[: 64 + (n_frames - 1) * 7]
    frames = np.lib.stride_tricks.sliding_window_view(clip, 64)[::7]
    assert_allclose(measure(clip, 64, 7)[0], np.abs(np.fft.rfft(frames)) ** 2, atol=1e-11)


def test_the_loudest_band_of_a_frame_is_told(clip):
    powers, loudest = measure(clip, 64, 7)
    assert_array_equal(loudest, powers.max(axis=1))


def test_frames_are_multiplied_by_the_window(clip):
    frames = np.lib.stride_tricks.sliding_window_view(clip, 256)[::100] * get_window("hann", 256)
    powers, _ = measure(clip, 256, 100, window="hann")
    assert_allclose(powers, np.abs(np.fft.rfft(frames)) ** 2, atol=1e-10)


@pytest.mark.filterwarnings("ignore:Empty filters")  # of the 60 bands some
@pytest.mark.parametrize("n_mels", [1, 5, 20, 60])
def test_bands_are_products_with_the_filters(clip, n_mels):
    filters = librosa.filters.mel(sr=8_000, n_fft=256, n_mels=n_mels)
    frames = np.lib.stride_tricks.sliding_window_view(clip, 256)[::100]
    expected = np.abs(np.fft.rfft(frames)) ** 2 @ filters.T
    assert_allclose(measure(clip, 256, 100, csr_array(filters))[0], expected, rtol=1e-10)


def test_what_the_workspace_held_does_not_count(clip):
    tables = (
        *transform_tables(64, "hann", clip.dtype),
        *filter_tables(every_frequency(64), clip.dtype),
        *make_workspace(64, clip.dtype),
    )
    starts = fill_lanes(np.arange(500) * 10)
    before, _ = kernel.measure_bands(clip, starts, *tables)
    kernel.measure_bands(1e6 * clip[::-1].copy(), starts, *tables)
    assert_array_equal(kernel.measure_bands(clip, starts, *tables)[0], before)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_fft", [32, 64])
def test_a_frame_is_the_same_in_every_lane(clip, n_fft, dtype):
    tables = (
        *transform_tables(n_fft, "hann", dtype),
        *filter_tables(csr_array(librosa.filters.mel(sr=8_000, n_fft=n_fft, n_mels=5)), dtype),
        *make_workspace(n_fft, dtype),
    )
    clip, starts = clip.astype(dtype), np.arange(kernel.LANES) * 7
    bands, loudest = kernel.measure_bands(clip, starts[np.newaxis], *tables)
    for shift in range(1, kernel.LANES):
        moved = kernel.measure_bands(clip, np.roll(starts, shift)[np.newaxis], *tables)
        assert_array_equal(moved[0], np.roll(bands, shift, axis=2))
        assert_array_equal(moved[1], np.roll(loudest, shift, axis=1))


def test_read_only_arrays_are_taken(clip):
    expected, _ = measure(clip, 64, 10)
    clip.flags.writeable = False
    assert_array_equal(measure(clip, 64, 10)[0], expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_frames", [1, 16, 40])
@pytest.mark.parametrize(("n_bands", "n_coefficients"), [(1, 1), (7, 5), (40, 40), (128, 20)])
def test_coefficients_are_scipys_cosine_transform_above_the_floors(
    n_bands, n_coefficients, n_frames, dtype, global_random_seed
):
    rng = np.random.default_rng(global_random_seed)
    bands = rng.uniform(-100, 50, size=(n_frames, n_bands)).astype(dtype)
    floors = rng.uniform(-100, 0, size=n_frames).astype(dtype)
    coefficients = np.empty((n_frames, n_coefficients), dtype=dtype)
    cosines = cosine_table(n_coefficients, n_bands, dtype)
    kernel.measure_coefficients(pack_lanes(bands), fill_lanes(floors), cosines, coefficients)
    raised = np.maximum(bands, floors[:, np.newaxis]).astype(np.float64)
    expected = dct(raised, norm="ortho")[:, :n_coefficients]
    assert_allclose(coefficients, expected, atol=1e3 * DTYPES[dtype])
