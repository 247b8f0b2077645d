"""Mel-frequency cepstral coefficients."""

import numpy as np

from skmm._validation import Integral, Interval
from skmm.audio._filters import mel_filters
from skmm.audio._frames import FrameExtractor
from skmm.audio._lanes import fill_lanes


class MFCCExtractor(FrameExtractor):
    """Describe audio clips by their mel-frequency cepstral coefficients.

    The short-time spectrum of a clip is pooled into mel bands, its logarithm decorrelated by a
    cosine transform [1]_, and the frames summarized, so that clips of any length give equal rows.

    Parameters
    ----------
    n_mfcc : int, default=20
        Number of coefficients per frame, at most `n_mels`.
    sampling_rate : int, default=22050
        Sampling rate in hertz. Files are resampled to it; arrays are taken to be at it.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=512
        Samples from the start of one frame to the start of the next.
    n_mels : int, default=128
        Number of mel bands.
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
        The values of a frame are `n_mfcc` coefficients, energy, and the deltas of both.
    n_features_out_ : int
        Number of values in one row.
    failures_ : list of ModalityError
        The clips that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.
    n_frames_ : int
        Frames of the longest clip seen in `fit`; only with ``pool=None`` and ``max_frames=None``.

    See Also
    --------
    MelSpectrogramExtractor : Band energies without the cosine transform.
    STFTExtractor : Bands of equal width, or each frequency.

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

    Values agree with :func:`librosa.feature.mfcc`, clip by clip, to 2e-3, or 1e-4 with
    ``precision="double"``; they range from -700 to 340. Decibels are cut 80 below the loudest band
    of the clip itself, never of its neighbors.

    References
    ----------
    .. [1] S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic
       word recognition in continuously spoken sentences", IEEE Trans. ASSP 28(4), 1980.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.audio import MFCCExtractor
    >>> clips = [np.sin(np.arange(4000)), np.sin(np.arange(9000))]
    >>> MFCCExtractor(n_mfcc=4).fit_transform(clips).shape
    (2, 8)
    >>> MFCCExtractor(n_mfcc=4, pool=None).fit_transform(clips).shape
    (2, 18, 4)
    """

    _parameter_constraints = {
        **FrameExtractor._parameter_constraints,
        "n_mfcc": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_mfcc=20,
        *,
        sampling_rate=22050,
        n_fft=2048,
        hop_length=512,
        n_mels=128,
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
        self.n_mfcc = n_mfcc
        self.sampling_rate = sampling_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.n_mels = n_mels
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
        if self.n_mfcc > self.n_mels:
            raise ValueError(
                f"n_mfcc={self.n_mfcc} coefficients cannot be made of n_mels={self.n_mels} bands; "
                "lower n_mfcc, or raise n_mels"
            )

    def _make_filters(self):
        return mel_filters(self.sampling_rate, self.n_fft, self.n_mels)

    def _transform_bands(self, decibels, floors):
        # No matrix product, whose bits depend on the number of rows and of threads.
        from skmm.audio._spectrum_kernel import measure_coefficients
        from skmm.audio._spectrum_tables import cosine_table

        coefficients = np.empty((len(floors), self.n_mfcc), dtype=decibels.dtype)
        cosines = cosine_table(self.n_mfcc, self.n_mels, decibels.dtype)
        measure_coefficients(decibels, fill_lanes(floors), cosines, coefficients)
        return coefficients

    def _band_names(self):
        return [f"mfcc{coefficient}" for coefficient in range(self.n_mfcc)]
