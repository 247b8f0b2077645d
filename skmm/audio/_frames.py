"""From the frames of a clip to one row: what the extractors of audio share."""

from functools import partial

import numpy as np

from skmm._extractor import Extractor, read_cells
from skmm._validation import Integral, Interval, Real, StrOptions
from skmm.audio._reader import count_samples, read_clip


class FrameExtractor(Extractor):
    """Base class of the extractors that describe a clip frame by frame.

    A subclass gives ``_describe(padded_clip)``, frames of shape ``(n_frames, n_values)``, and
    ``_value_names()``. Reading, pooling and the length of sequences are the same for all.
    """

    _modality = "audio"

    _parameter_constraints = {
        **Extractor._parameter_constraints,
        "sampling_rate": [Interval(Integral, 1, None, closed="left")],
        "n_fft": [Interval(Integral, 2, None, closed="left")],
        "hop_length": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "pool": [StrOptions({"mean", "mean_std"}), None],
        "max_frames": [Interval(Integral, 1, None, closed="left"), None],
        "min_seconds": [Interval(Real, 0, None, closed="left")],
        "max_seconds": [Interval(Real, 0, None, closed="neither")],
    }

    def _read(self, cell):
        return read_clip(
            cell,
            sampling_rate=self.sampling_rate,
            min_seconds=self.min_seconds,
            max_seconds=self.max_seconds,
        )

    def _extract(self, samples):
        return [self._summarize(self._describe(self._pad(clip))) for clip in samples]

    def _pad(self, clip):
        """Center the frames, as librosa does; one sample is then enough for a frame."""
        return np.pad(clip, self.n_fft // 2)

    def _summarize(self, frames):
        frames = frames[: self.max_frames]
        if self.pool is None:
            return _fit_length(frames, self.max_frames or self.n_frames_)
        # Sums of float32 over a long clip lose digits.
        means = frames.mean(axis=0, dtype=np.float64)
        if self.pool == "mean":
            return means
        return np.concatenate([means, frames.std(axis=0, dtype=np.float64)])

    def _fit_samples(self, samples, rows):
        if not self.__sklearn_tags__().requires_fit:
            return {}
        n_samples = self._count_longest(samples, rows) + 2 * (self.n_fft // 2)
        return {"n_frames_": 1 + (n_samples - self.n_fft) // self.hop_length}

    def _count_longest(self, samples, rows):
        """Find the longest clip, decoding as few files as possible.

        Files may hold less than their headers promise but never more, so they are decoded from the
        longest promise down, until the next one cannot win: honest headers cost one decoding.
        """
        cells, places = samples.cells[rows], [samples.place(row) for row in rows]
        count = partial(count_samples, sampling_rate=self.sampling_rate)
        promises = np.array(list(read_cells(count, cells, places)))
        longest = 0
        for position in np.argsort(-promises):
            if promises[position] <= longest:
                break
            [clip] = read_cells(self._read, [cells[position]], [places[position]])
            longest = max(longest, len(clip))
        return longest

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = self.pool is None and self.max_frames is None
        return tags

    def _feature_names(self):
        statistics = self.pool.split("_")
        return [f"{name}_{statistic}" for statistic in statistics for name in self._value_names()]


def _fit_length(frames, n_frames):
    """Cut a sequence, or pad it at the end with steps of NaN."""
    fitted = np.full((n_frames, frames.shape[1]), np.nan, dtype=np.float32)
    fitted[: len(frames)] = frames[:n_frames]
    return fitted
