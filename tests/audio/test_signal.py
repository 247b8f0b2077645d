import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.audio import _signal
from skmm.audio._signal import join_clips, split_batch


@pytest.fixture
def clips(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return [rng.normal(size=n_samples) for n_samples in (1, 250, 99, 7, 100)]


@pytest.mark.parametrize("n_fft", [2, 31, 64])
@pytest.mark.parametrize("hop_length", [1, 10, 300])
def test_frames_of_clips_behind_one_another_are_those_of_each(clips, n_fft, hop_length):
    signal = join_clips(clips, n_fft=n_fft, hop_length=hop_length)
    windows = np.lib.stride_tricks.sliding_window_view(signal.samples, n_fft)
    for clip, frames in zip(clips, signal.split(signal.frames), strict=True):
        padded = np.pad(clip, n_fft // 2)
        expected = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]
        assert_array_equal(windows[frames], expected)


def test_every_clip_lies_between_zeros(clips):
    signal = join_clips(clips, n_fft=20, hop_length=5)
    for clip, part in zip(clips, signal.clips, strict=True):
        assert_array_equal(part, np.pad(clip, 10))
        assert np.shares_memory(part, signal.samples)


def test_the_maximum_over_a_clip_is_given_to_its_frames(clips):
    signal = join_clips(clips, n_fft=20, hop_length=5)
    values = np.random.default_rng(0).normal(size=len(signal.frames))
    expected = [np.full(len(part), part.max()) for part in signal.split(values)]
    assert_array_equal(signal.loudest(values), np.concatenate(expected))


@pytest.mark.parametrize("n_at_once", [1, 250, 400, 10_000])
def test_a_batch_is_split_in_its_order_at_the_limit(clips, monkeypatch, n_at_once):
    monkeypatch.setattr(_signal, "SAMPLES_AT_ONCE", n_at_once)
    parts = list(split_batch(clips, 20))
    assert [len(clip) for part in parts for clip in part] == [1, 250, 99, 7, 100]
    sizes = [sum(len(clip) + 20 for clip in part) for part in parts]
    assert all(size <= n_at_once or len(part) == 1 for size, part in zip(sizes, parts, strict=True))
    firsts = [len(part[0]) + 20 for part in parts[1:]]
    assert all(size + first > n_at_once for size, first in zip(sizes, firsts, strict=False))
