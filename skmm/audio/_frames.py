"""From the frames of a clip to one row: what the extractors of audio share."""

from functools import partial
from itertools import takewhile

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, Options, Real, StrOptions
from skmm.audio._decibels import BandMeter, measure_energy
from skmm.audio._deltas import append_deltas, name_deltas
from skmm.audio._lanes import unpack_lanes
from skmm.audio._pool import pool_frames, split_pool
from skmm.audio._reader import count_samples, read_clip
from skmm.audio._signal import join_clips, split_batch

_DTYPES = {"single": "float32", "double": "float64"}


class FrameExtractor(Extractor):
    """Base class of the extractors that describe a clip frame by frame.

    A subclass gives ``_make_filters()``, the bands of frequencies that are measured, and
    ``_band_names()``; also ``_transform_bands(decibels)``, if it does not take them as they are.
    Reading, energy, deltas, pooling and the length of sequences are the same for all.
    """

    _modality = "audio"
    _feature_version = 2
    _learned = ("n_frames_",)

    _parameter_constraints = {
        **Extractor._file_constraints,
        "sampling_rate": [Interval(Integral, 1, None, closed="left")],
        "n_fft": [Interval(Integral, 2, None, closed="left")],
        "hop_length": [Interval(Integral, 1, None, closed="left")],
        "energy": ["boolean"],
        "deltas": [Options(Integral, {0, 1, 2})],
        "pool": [str, tuple, list, None],
        "max_frames": [Interval(Integral, 1, None, closed="left"), None],
        "precision": [StrOptions(set(_DTYPES))],
        "min_seconds": [Interval(Real, 0, None, closed="left")],
        "max_seconds": [Interval(Real, 0, None, closed="neither")],
    }

    def _read(self, cell):
        return read_clip(
            cell,
            sampling_rate=self.sampling_rate,
            min_seconds=self.min_seconds,
            max_seconds=self.max_seconds,
            dtype=_DTYPES[self.precision],
        )

    def _validate_params(self):
        super()._validate_params()
        if self.pool is not None:
            split_pool(self.pool)

    def _extract(self, samples):
        meter = BandMeter(
            self._make_filters(),
            n_fft=self.n_fft,
            hop_length=self.hop_length,
            window=getattr(self, "window", "hann"),
            dtype=_DTYPES[self.precision],
        )
        described = map(partial(self._describe, meter), split_batch(samples, self.n_fft))
        summarize = self._choose_summary()
        return [summarize(frames[: self.max_frames]) for part in described for frames in part]

    def _describe(self, meter, clips):
        """Return frames of shape (n_frames, n_values) of each clip."""
        sizes = {"n_fft": self.n_fft, "hop_length": self.hop_length}
        signal = join_clips(clips, **sizes)
        frames = self._transform_bands(*meter.measure(signal))
        if self.energy:
            frames = np.column_stack([frames, measure_energy(signal, **sizes)])
        parts = signal.split(frames)
        return [append_deltas(part, self.deltas) for part in parts] if self.deltas else parts

    def _transform_bands(self, decibels, floors):
        """Return values of shape (n_frames, n_values); arguments as from ``BandMeter.measure``."""
        frames = unpack_lanes(decibels, len(floors))
        return np.maximum(frames, floors[:, np.newaxis], out=frames)

    def _choose_summary(self):
        if self.pool is not None:
            return partial(pool_frames, statistics=split_pool(self.pool))
        if self.max_frames is None:
            check_is_fitted(self, "n_frames_")  # pool= may have been set since fit
        return partial(_fit_length, n_frames=self.max_frames or self.n_frames_)

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
        count = partial(count_samples, sampling_rate=self.sampling_rate)
        promises, longest = dict(samples.read(count, rows)), -1  # so that an empty clip is refused
        by_promise = sorted(promises, key=promises.get, reverse=True)
        may_win = takewhile(lambda row: promises[row] > longest, by_promise)
        for _, clip in samples.read(self._read, may_win):
            longest = max(longest, len(clip))
        return longest

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = self.pool is None and self.max_frames is None
        return tags

    def _feature_names(self):
        values = name_deltas(self._band_names() + ["energy"] * self.energy, self.deltas)
        return [f"{value}_{statistic}" for statistic in split_pool(self.pool) for value in values]


def _fit_length(frames, n_frames):
    """Cut a sequence, or pad it at the end with steps of NaN."""
    if len(frames) >= n_frames:
        return frames[:n_frames]
    fitted = np.full((n_frames, frames.shape[1]), np.nan, dtype=np.float32)
    fitted[: len(frames)] = frames
    return fitted
