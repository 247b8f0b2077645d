import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from skmm.audio._pool_kernel import measure_moments


@pytest.fixture(params=["float32", "float64"])
def frames(request, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.normal(-300, 20, size=(70, 9)).astype(request.param)


@pytest.mark.parametrize("n_frames", [1, 2, 70])
def test_moments_are_numpys(frames, n_frames):
    frames = frames[:n_frames]
    values = frames.astype(np.float64)
    expected = [function(values, axis=0) for function in (np.mean, np.std, np.min, np.max)]
    assert_allclose(measure_moments(frames), expected, rtol=1e-12)


def test_read_only_frames_are_taken_and_threads_left_alone(frames):
    expected, n_threads = measure_moments(frames), torch.get_num_threads()
    frames.flags.writeable = False
    assert_array_equal(measure_moments(frames), expected)
    assert torch.get_num_threads() == n_threads


def test_the_compiled_moments_agree_with_their_source(frames):
    assert_allclose(measure_moments.py_func(frames), measure_moments(frames), rtol=1e-12)
