import librosa
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.audio._deltas import append_deltas, name_deltas


@pytest.fixture
def frames(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=(30, 3))


@pytest.mark.parametrize("n_frames", [9, 10, 30])
@pytest.mark.parametrize("orders", [0, 1, 2])
def test_deltas_are_librosas(frames, n_frames, orders):
    frames = frames[:n_frames]
    parts = [librosa.feature.delta(frames, order=k, axis=0) for k in range(1, orders + 1)]
    expected = np.concatenate([frames, *parts], axis=1)
    assert_allclose(append_deltas(frames, orders), expected, atol=1e-12)


@pytest.mark.parametrize("n_frames", [1, 2, 8])
@pytest.mark.parametrize("order", [1, 2])
def test_short_clips_go_on_as_they_begin_and_end(frames, n_frames, order):
    frames = frames[:n_frames]
    expected = librosa.feature.delta(frames, order=order, axis=0, mode="nearest")
    assert_allclose(append_deltas(frames, order)[:, 3 * order :], expected, atol=1e-12)


def test_a_line_has_its_slope_and_no_curvature():
    frames = 3.0 * np.arange(12)[:, np.newaxis]
    deltas = append_deltas(frames, 2)[:, 1:]
    assert_allclose(deltas, np.tile([3, 0], (12, 1)), atol=1e-12)


def test_the_precision_is_kept(frames):
    assert append_deltas(frames.astype(np.float32), 2).dtype == np.float32


def test_frames_are_left_alone(frames):
    before = frames.copy()
    frames.flags.writeable = False
    append_deltas(frames[:4], 2)
    append_deltas(frames, 2)
    assert_array_equal(frames, before)


def test_names_follow_the_columns():
    assert name_deltas(["a", "b"], 0) == ["a", "b"]
    expected = ["a", "b", "a_delta", "b_delta", "a_delta2", "b_delta2"]
    assert name_deltas(["a", "b"], 2) == expected
