import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.audio._lanes import fill_lanes, pack_lanes, unpack_lanes
from skmm.audio._spectrum_kernel import LANES


@pytest.mark.parametrize("n_values", [1, LANES - 1, LANES, LANES + 1, 5 * LANES])
def test_values_lie_side_by_side_and_the_last_fills_up(n_values):
    lanes = fill_lanes(np.arange(n_values))
    assert lanes.shape == (-(-n_values // LANES), LANES)
    assert_array_equal(lanes.ravel(), np.minimum(np.arange(lanes.size), n_values - 1))


@pytest.mark.parametrize("n_frames", [1, LANES, LANES + 1, 3 * LANES - 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_frame_by_frame_and_side_by_side_are_the_same_values(n_frames, dtype):
    frames = np.random.default_rng(0).normal(size=(n_frames, 3)).astype(dtype)
    blocks = pack_lanes(frames)
    assert blocks.dtype == dtype
    assert blocks.flags.c_contiguous
    for value in range(3):
        assert_array_equal(blocks[:, value], fill_lanes(frames[:, value]))
    assert_array_equal(unpack_lanes(blocks, n_frames), frames)
