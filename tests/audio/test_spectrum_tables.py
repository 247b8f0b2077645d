import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.fft import dct
from scipy.signal import get_window
from scipy.sparse import csr_array

from skmm.audio._spectrum_tables import (
    LINE,
    cosine_table,
    filter_tables,
    is_covered,
    make_workspace,
    transform_tables,
)


@pytest.mark.parametrize("n_fft", [4, 64, 2_048, 16_384])
def test_powers_of_two_are_covered(n_fft):
    assert is_covered(n_fft)


@pytest.mark.parametrize("n_fft", [2, 3, 6, 1_000, 2_047, 32_768])
def test_other_lengths_are_left_to_librosa(n_fft):
    assert not is_covered(n_fft)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_fft", [4, 8, 256])
def test_roots_of_unity_and_window_are_of_the_dtype(n_fft, dtype):
    weights, roots, places = transform_tables(n_fft, "hann", dtype)
    assert weights.dtype == roots.dtype == dtype
    assert_array_equal(weights, get_window("hann", n_fft).astype(dtype))
    assert_allclose(roots @ [1, 1j], np.exp(2j * np.pi * np.arange(n_fft) / n_fft), atol=1e-7)
    assert_array_equal(np.sort(places), np.arange(n_fft // 2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_filters_are_runs_of_weights_and_an_empty_one_has_none(dtype):
    bank = np.zeros((4, 9), dtype=np.float32)
    bank[0, 2:7], bank[1, 3:7], bank[3, 8] = [1, 2, 3, 2, 1], 0.5, 4
    starts, ends, weights = filter_tables(csr_array(bank), dtype)
    assert weights.dtype == dtype
    assert_array_equal(ends, [8, 12, 16, 20])
    assert_array_equal(starts, [2, 3, 0, 8])
    for row, start, part in zip(bank, starts, np.split(weights, ends[:-1]), strict=True):
        assert_array_equal(np.pad(row, (0, 8))[start : start + len(part)], part)


@pytest.mark.parametrize("n_coefficients", [1, 4, 13])
def test_the_cosine_table_transforms_as_scipy_does(n_coefficients, global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=20)
    cosines = cosine_table(n_coefficients, 20, "float64")
    assert cosines.shape == (-(-n_coefficients // 4), 20, 4)
    products = (values @ cosines).ravel()
    expected = dct(values, norm="ortho")[:n_coefficients]
    assert_allclose(products[:n_coefficients], expected, atol=1e-12)
    assert not products[n_coefficients:].any()


@pytest.mark.parametrize("n_fft", [4, 2_048])
def test_the_workspace_starts_where_lines_of_the_cache_do(n_fft):
    for dtype in ("float32", "float64"):
        for room in make_workspace(n_fft, dtype):
            assert room.dtype == dtype
            assert room.ctypes.data % LINE == 0
