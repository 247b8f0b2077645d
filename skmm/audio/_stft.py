"""Magnitudes of the short-time Fourier transform in decibels."""

from skmm._validation import Integral, Interval, StrOptions
from skmm.audio._filters import linear_filters
from skmm.audio._frames import FrameExtractor

# Those of scipy.signal.get_window that have no parameters.
WINDOWS = {
    *("bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "flattop"),
    *("hamming", "hann", "nuttall", "parzen", "triang"),
}


class STFTExtractor(FrameExtractor):
    """Describe audio clips by their short-time spectrum.

    A clip is cut into overlapping frames, and each described by how loud its frequencies are, one by
    one or in bands of equal width. What the ear hears alike is not merged, as it is in mel bands: for
    machines, animals and other sounds that are not speech.

    Parameters
    ----------
    n_bands : int, default=None
        Number of bands of equal width, of which the energy is measured, at most ``n_fft // 2 + 1``.
        None measures the magnitude of each of the ``n_fft // 2 + 1`` frequencies.
    sampling_rate : int, default=22050
        Sampling rate in hertz. Files are resampled to it; arrays are taken to be at it.
    n_fft : int, default=2048
        Length of a frame in samples. Frequencies are multiples of ``sampling_rate / n_fft`` hertz.
    hop_length : int, default=512
        Samples from the start of one frame to the start of the next.
    window : str, default="hann"
        What frames are multiplied by: "bartlett", "blackman", "blackmanharris", "bohman", "boxcar",
        "cosine", "flattop", "hamming", "hann", "nuttall", "parzen" or "triang", as in
        :func:`scipy.signal.get_window`.
    energy : bool, default=False
        Whether to append the mean square of the samples of each frame, in decibels.
    deltas : {0, 1, 2}, default=0
        Derivatives over time up to which order to append to the values of each frame: slopes, or also
        curvatures, of least-squares fits over nine frames.
    pool : str, tuple of str or None, default="mean_std"
        How frames become one row: by "mean", "std", "min", "max" or a percentile such as "p25" of
        each value over time, or by a tuple of these; "mean_std" is short for two. ``None`` keeps the
        sequence, shape ``(n_samples, n_frames, n_values)``.
    max_frames : int, default=None
        Number of frames after which clips are cut. With ``pool=None`` it is the length of the
        sequences; where it is None they are as long as the longest clip seen in `fit`, and
        transforming needs a fitted extractor.
    precision : {"single", "double"}, default="single"
        Arithmetic, from reading and resampling on. The block is float32 either way.
    min_seconds, max_seconds : float, default=0.0 and 600.0
        Shortest and longest accepted clip in seconds. Files that are too long are refused before
        they are decoded.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a clip that cannot be used, such as a damaged file: raise an error; or warn,
        list it in ``failures_``, and go on as if it were missing. Features of another shape than
        those of other samples are an error all the same.
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that a clip is read once over all folds, candidates and runs.
    batch_size : int, default=64
        Number of clips read and described at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes. Results do not depend on it.
    verbose : bool, default=False
        Whether to show a progress bar.

    Attributes
    ----------
    block_shape_ : tuple of int
        Shape of one row: ``(n_features_out_,)``, or ``(n_frames_, n_values)`` with ``pool=None``.
        The values of a frame are bands or frequencies, energy, and the deltas of both.
    n_features_out_ : int
        Number of values in one row.
    failures_ : list of ModalityError
        The clips that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.
    n_frames_ : int
        Frames of the longest clip seen in `fit`; only with ``pool=None`` and ``max_frames=None``.

    See Also
    --------
    MelSpectrogramExtractor : Bands that are spaced as the ear hears.
    MFCCExtractor : The same after a cosine transform.

    Notes
    -----
    A cell of X is the path of a WAV, FLAC, OGG or MP3 file, or an array of shape ``(n_samples,)``
    or ``(n_channels, n_samples)``. Integers are divided by their full scale; floats are taken as
    they are, and expected in [-1, 1]. Channels are mixed to one. A null cell gives a row of NaN.

    Clips are padded with ``n_fft // 2`` zeros at both ends, so that frame t is centered at sample
    ``t * hop_length``, and a single sample gives a frame. Sequences shorter than `n_frames_` end in
    steps of NaN.

    With `deltas`, clips of fewer than nine frames go on as they begin and end, as with
    ``mode="nearest"`` of :func:`librosa.feature.delta`; longer ones are as by default there.

    Magnitudes agree with :func:`librosa.amplitude_to_db` of :func:`librosa.stft`, clip by clip:
    decibels are cut 80 below the loudest magnitude or band of the clip itself. The energy of a band is
    the sum of the squares of its magnitudes.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.audio import STFTExtractor
    >>> time = np.arange(8000) / 8000
    >>> clips = [np.sin(2 * np.pi * 500 * time), np.sin(2 * np.pi * 3500 * time[:4000])]
    >>> extractor = STFTExtractor(4, sampling_rate=8000, pool="max")
    >>> extractor.fit_transform(clips).argmax(axis=1)
    array([0, 3])
    >>> extractor.get_feature_names_out()
    array(['band0_max', 'band1_max', 'band2_max', 'band3_max'], dtype=object)
    """

    _parameter_constraints = {
        **FrameExtractor._parameter_constraints,
        "n_bands": [Interval(Integral, 1, None, closed="left"), None],
        "window": [StrOptions(WINDOWS)],
    }

    def __init__(
        self,
        n_bands=None,
        *,
        sampling_rate=22050,
        n_fft=2048,
        hop_length=512,
        window="hann",
        energy=False,
        deltas=0,
        pool="mean_std",
        max_frames=None,
        precision="single",
        min_seconds=0.0,
        max_seconds=600.0,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
    ):
        self.n_bands = n_bands
        self.sampling_rate = sampling_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.window = window
        self.energy = energy
        self.deltas = deltas
        self.pool = pool
        self.max_frames = max_frames
        self.precision = precision
        self.min_seconds = min_seconds
        self.max_seconds = max_seconds
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _validate_params(self):
        super()._validate_params()
        if self._n_bands > self.n_fft // 2 + 1:
            raise ValueError(
                f"n_bands={self.n_bands} cannot be made of the {self.n_fft // 2 + 1} frequencies of "
                f"n_fft={self.n_fft}; lower n_bands, or raise n_fft"
            )

    @property
    def _n_bands(self):
        return self.n_fft // 2 + 1 if self.n_bands is None else self.n_bands

    def _make_filters(self):
        return linear_filters(self.n_fft, self._n_bands)

    def _band_names(self):
        name = "bin" if self.n_bands is None else "band"
        return [f"{name}{band}" for band in range(self._n_bands)]
