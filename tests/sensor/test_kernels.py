"""What the kernels measure is tested in ``test_measures.py``; here is how they are compiled."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from skmm.sensor._kernels import (
    MOMENTS,
    SPECTRAL,
    correlate_channels,
    measure_magnitudes,
    measure_moments,
    measure_spectra,
)

FREQUENCIES = np.arange(4.0)
ONCE = np.ones(4)
BANDS = np.array([[0.0, 2.0]])
CALLS = {
    "moments": lambda x: measure_moments(x[0], 2.0)[0],
    "spectra": lambda x: measure_spectra(x[0] + 1j * x[1], FREQUENCIES, ONCE, BANDS),
    "magnitudes": measure_magnitudes,
    "correlations": correlate_channels,
}


@pytest.fixture
def values(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=(2, 3, 4))


@pytest.mark.parametrize("call", CALLS)
def test_a_kernel_takes_read_only_arrays_and_leaves_threads_alone(call, values):
    expected, n_threads = CALLS[call](values), torch.get_num_threads()
    values.flags.writeable = False
    assert_array_equal(CALLS[call](values), expected)
    assert torch.get_num_threads() == n_threads


@pytest.mark.parametrize("call", CALLS)
def test_a_compiled_kernel_agrees_with_its_source(call, values, monkeypatch):
    expected = CALLS[call](values)
    import skmm.sensor._kernels as kernels

    for kernel in list(vars(kernels).values()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(kernels, kernel.__name__, kernel.py_func)
            monkeypatch.setitem(globals(), kernel.__name__, kernel.py_func)
    np.testing.assert_allclose(CALLS[call](values), expected, rtol=1e-12)


def test_tables_have_a_column_per_name(values):
    assert measure_moments(values[0], 1.0)[0].shape == (3, len(MOMENTS))
    spectra = values[0].astype(complex)
    assert measure_spectra(spectra, FREQUENCIES, ONCE, BANDS).shape == (3, len(SPECTRAL) + 1)
