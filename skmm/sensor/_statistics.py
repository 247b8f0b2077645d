"""Describe a recording by statistics of its channels."""

from collections import defaultdict
from functools import partial
from itertools import chain

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, ModalityError, Real
from skmm.sensor._bands import find_bands
from skmm.sensor._measures import MEASURES, Recordings, measure, name_columns
from skmm.sensor._reader import READING_CONSTRAINTS, read_recording

STATISTICS = tuple(MEASURES)

_VALUES_AT_ONCE = 2**16  # half a megabyte: what several measures share stays in the cache


class SensorStatisticsExtractor(Extractor):
    """Describe sensor recordings of any length by statistics of their channels.

    Parameters
    ----------
    statistics : sequence of str, default=all of those below
        What to compute. Of each channel:

        - ``"mean"``, ``"std"``, ``"min"``, ``"max"``, ``"median"``, ``"q25"``, ``"q75"`` (quartiles),
          ``"range"``, ``"rms"`` (root of the mean square);
        - ``"skewness"`` and ``"kurtosis"`` (0 for a normal distribution), not corrected for bias;
        - ``"zero_crossings"``: share of the steps at which the sign changes, from 0 to 1;
        - ``"slope"`` of the straight line through the values, per second;
        - ``"autocorrelation"`` of one step and the next;
        - ``"spectral_centroid"``, the mean frequency, and ``"dominant_frequency"``, in hertz, and
          ``"spectral_entropy"``, from 0 to 1, of the power spectrum [1]_ without the mean;
        - ``"band_power"``: share of each of the `bands` in that spectrum, from 0 to 1.

        Across channels:

        - ``"magnitude_mean"``, ``"magnitude_std"``: of the Euclidean length of each step;
        - ``"correlation"`` of each pair of channels.
    sampling_rate : float, default=1.0
        Number of steps per second, in hertz.
    bands : int, or sequence of (first, last), default=4
        Bands of ``"band_power"``: a number of bands of equal width from 0 to half the sampling
        rate, or where each begins and ends, in hertz. A band has its first frequency, and not its
        last, unless that is half the sampling rate.
    gaps : {"error", "interpolate"}, default="error"
        What to do with values of NaN: refuse the recording, or fill them in by linear interpolation
        between the values before and after; at the ends, by the nearest value. A channel without
        any value is refused.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a recording that cannot be used, such as a damaged file: raise an error; or warn,
        list it in ``failures_``, and go on as if it were missing. Features of another shape than
        those of other samples are an error all the same.
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
    n_channels_ : int
        Number of channels of the first recording of ``fit``; others are refused afterwards.
    n_features_out_ : int
        Number of columns of the block.
    failures_ : list of ModalityError
        The recordings that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    SensorWindowExtractor : The recordings themselves, brought to one length.

    Notes
    -----
    A recording is an array of shape ``(n_steps,)`` or ``(n_steps, n_channels)``: time comes first.
    What is not defined for a constant channel is 0. A null cell gives a row of NaN.

    References
    ----------
    .. [1] D. Anguita et al., "A public domain dataset for human activity recognition using
       smartphones", ESANN, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.sensor import SensorStatisticsExtractor
    >>> recordings = [np.sin(2 * np.pi * 3 * np.arange(100) / 50), np.ones(80)]
    >>> extractor = SensorStatisticsExtractor(("max", "dominant_frequency"), sampling_rate=50)
    >>> extractor.fit_transform(recordings).round(2)
    array([[1., 3.],
           [1., 0.]], dtype=float32)
    >>> extractor.get_feature_names_out()
    array(['ch0_max', 'ch0_dominant_frequency'], dtype=object)
    """

    _modality = "sensor"
    _learned = ("n_channels_",)

    _parameter_constraints = {
        **Extractor._file_constraints,
        **READING_CONSTRAINTS,
        "statistics": ["array-like"],
        "sampling_rate": [Interval(Real, 0, None, closed="neither")],
        "bands": [Interval(Integral, 1, None, closed="left"), "array-like"],
    }

    def __init__(
        self,
        statistics=STATISTICS,
        *,
        sampling_rate=1.0,
        bands=4,
        gaps="error",
        on_error="raise",
        memory=None,
        batch_size=256,
        n_jobs=None,
        verbose=False,
    ):
        self.statistics = statistics
        self.sampling_rate = sampling_rate
        self.bands = bands
        self.gaps = gaps
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _fit_samples(self, samples, rows):
        _, recording = next(samples.read(partial(read_recording, gaps=self.gaps), rows))
        if not self._name_columns(recording.shape[1]):
            raise ModalityError(
                f"statistics={self.statistics!r} are none of a recording of "
                f"{recording.shape[1]} channel(s); add one that is of each channel",
                modality=samples.name,
            )
        return {"n_channels_": recording.shape[1]}

    def _read(self, cell):
        return read_recording(cell, getattr(self, "n_channels_", None), gaps=self.gaps)

    def _extract(self, samples):
        names, bands = self._check_statistics(), find_bands(self.bands, self.sampling_rate)
        rows = [None] * len(samples)
        for places in _batches_of_one_shape(samples):
            values = np.stack([samples[place] for place in places])
            features = measure(Recordings(values, self.sampling_rate, bands), names)
            for place, row in zip(places, features, strict=True):
                rows[place] = row
        return rows

    def _check_statistics(self):
        if len(set(self.statistics)) < len(self.statistics):
            raise ValueError(f"statistics={self.statistics!r} names one twice; name each once")
        unknown = [name for name in self.statistics if name not in MEASURES]
        if unknown:
            raise ValueError(
                f"statistics holds {unknown[0]!r}, where some of {', '.join(MEASURES)} are expected"
            )
        return list(self.statistics)

    def _name_columns(self, n_channels):
        n_bands = len(find_bands(self.bands, self.sampling_rate))
        names = (name_columns(name, n_channels, n_bands) for name in self._check_statistics())
        return list(chain.from_iterable(names))

    def _feature_names(self):
        return self._name_columns(self.n_channels_)


def _batches_of_one_shape(recordings):
    """Yield the positions of recordings that are measured together."""
    places = defaultdict(list)
    for place, recording in enumerate(recordings):
        places[recording.shape].append(place)
    for (n_steps, n_channels), same in places.items():
        size = max(_VALUES_AT_ONCE // (n_steps * n_channels), 1)
        yield from (same[start : start + size] for start in range(0, len(same), size))
