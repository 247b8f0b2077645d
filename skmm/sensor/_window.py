"""Bring recordings to one length."""

from functools import partial

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval
from skmm.sensor._reader import READING_CONSTRAINTS, read_recording


class SensorWindowExtractor(Extractor):
    """Bring sensor recordings to one length, for encoders of sequences.

    Parameters
    ----------
    length : int, default=None
        Number of steps per recording. None is the longest recording of ``fit``.
    resample : bool, default=False
        How to bring a recording to `length`. False keeps its steps: a longer recording is cut, a
        shorter one filled up at its end with steps of NaN, which sequence encoders take as padding.
        True stretches it, by linear interpolation, from its first step to its last.
    standardize : bool, default=False
        Whether each channel of each recording is brought to mean 0 and variance 1, over the steps
        that are left before padding. A constant channel becomes 0.
    gaps : {"error", "interpolate"}, default="error"
        What to do with values of NaN: refuse the recording, or fill them in by linear interpolation
        between the values before and after; at the ends, by the nearest value. A channel without
        any value is refused.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a recording that cannot be used, such as a damaged file: raise an error; or
        warn, list it in ``failures_``, and go on as if it were missing. Features of another shape
        than those of other samples are an error all the same.
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that a recording is read once over all folds, candidates and runs.
    batch_size : int, default=256
        Number of recordings a worker reads at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes. Results do not depend on it.
    verbose : bool, default=False
        Whether to show progress.

    Attributes
    ----------
    length_ : int
        Number of steps per recording.
    n_channels_ : int
        Number of channels of the first recording of ``fit``; others are refused afterwards.
    block_shape_ : tuple
        ``(length_, n_channels_)``.
    failures_ : list of ModalityError
        The recordings that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    SensorStatisticsExtractor : One row of statistics per recording.

    Notes
    -----
    A recording is an array of shape ``(n_steps,)`` or ``(n_steps, n_channels)``: time comes first.
    The block has shape ``(n_samples, length_, n_channels_)``. A null cell gives NaN throughout.

    Examples
    --------
    >>> from skmm.sensor import SensorWindowExtractor
    >>> recordings = [[1, 2, 3, 4], [5, 7]]
    >>> SensorWindowExtractor(3).fit_transform(recordings)[:, :, 0]
    array([[ 1.,  2.,  3.],
           [ 5.,  7., nan]], dtype=float32)
    >>> SensorWindowExtractor(3, resample=True).fit_transform(recordings)[:, :, 0]
    array([[1. , 2.5, 4. ],
           [5. , 6. , 7. ]], dtype=float32)
    """

    _modality = "sensor"
    _learned = ("length_", "n_channels_")

    _parameter_constraints = {
        **Extractor._file_constraints,
        **READING_CONSTRAINTS,
        "length": [Interval(Integral, 1, None, closed="left"), None],
        "resample": ["boolean"],
        "standardize": ["boolean"],
    }

    def __init__(
        self,
        length=None,
        *,
        resample=False,
        standardize=False,
        gaps="error",
        on_error="raise",
        memory=None,
        batch_size=256,
        n_jobs=None,
        verbose=False,
    ):
        self.length = length
        self.resample = resample
        self.standardize = standardize
        self.gaps = gaps
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = self.length is None
        return tags

    def _fit_samples(self, samples, rows):
        recordings = samples.read(partial(read_recording, gaps=self.gaps), rows)
        _, first = next(recordings)
        length = self.length or max([len(first), *(len(recording) for _, recording in recordings)])
        return {"length_": length, "n_channels_": first.shape[1]}

    def _read(self, cell):
        return read_recording(cell, getattr(self, "n_channels_", None), gaps=self.gaps)

    def _extract(self, samples):
        return [self._fit_to_length(recording) for recording in samples]

    def _fit_to_length(self, recording):
        length = self.length or self.length_
        window = _stretch(recording, length) if self.resample else recording[:length]
        if self.standardize:
            window = _standardize(window)
        padding = np.full((length - len(window), window.shape[1]), np.nan)
        return np.concatenate([window, padding])


def _stretch(recording, length):
    old_steps = np.arange(len(recording))
    new_steps = np.linspace(0, len(recording) - 1, length)
    return np.stack([np.interp(new_steps, old_steps, channel) for channel in recording.T], axis=1)


def _standardize(window):
    centered = window - window.mean(axis=0)
    centered[:, np.ptp(window, axis=0) == 0] = 0  # whose mean may be rounded
    std = np.sqrt((centered**2).mean(axis=0))
    return np.divide(centered, std, out=np.zeros(centered.shape), where=std > 0)
