"""Clips behind one another, cut into frames together."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

SAMPLES_AT_ONCE = 2**18  # a megabyte of float32: what is computed of them stays in the cache


class Signal(NamedTuple):
    """Clips behind one another, each between zeros, so that frame t is centered at ``t * hop``."""

    samples: np.ndarray  # (n_samples,)
    clips: list  # the part of the samples that each clip is, with its zeros
    frames: np.ndarray  # (n_frames,) int, the first sample of each frame
    n_frames: np.ndarray  # (n_clips,) int, of each clip

    def split(self, values):
        """Return the part of each clip of an array of one value or row per frame."""
        return _split(values, self.n_frames.cumsum())

    def loudest(self, values):
        """Return for each frame the maximum over all frames of its clip."""
        firsts = self.n_frames.cumsum() - self.n_frames
        return np.repeat(np.maximum.reduceat(values, firsts), self.n_frames)


def join_clips(clips, *, n_fft, hop_length):
    """Put clips behind one another, each between ``n_fft // 2`` zeros, as librosa pads them.

    One sample is then enough for a frame.

    Parameters
    ----------
    clips : list of ndarray of shape (n_samples,)
        Of one dtype.
    n_fft : int
        Length of a frame in samples.
    hop_length : int
        Samples from the start of one frame to the start of the next.

    Returns
    -------
    signal : Signal
    """
    lengths = np.array([len(clip) + n_fft // 2 * 2 for clip in clips])
    stops = lengths.cumsum()
    zeros = np.zeros(n_fft // 2, dtype=clips[0].dtype)
    samples = np.concatenate([part for clip in clips for part in (zeros, clip, zeros)])
    n_frames = 1 + (lengths - n_fft) // hop_length
    ends = n_frames.cumsum()
    steps = np.arange(ends[-1]) - np.repeat(ends - n_frames, n_frames)
    frames = np.repeat(stops - lengths, n_frames) + steps * hop_length
    return Signal(samples, _split(samples, stops), frames, n_frames)


def split_batch(clips, n_fft):
    """Yield clips in their order, as many as are well put behind one another, and one at least."""
    batch, n_samples = [], 0
    for clip in clips:
        n_samples += len(clip) + n_fft
        if batch and n_samples > SAMPLES_AT_ONCE:
            yield batch
            batch, n_samples = [], len(clip) + n_fft
        batch.append(clip)
    yield batch


def _split(values, ends):
    ends = ends.tolist()
    return [values[start:end] for start, end in pairwise([0, *ends])]
