"""Mel spectrograms in decibels."""

from skmm._validation import Integral, Interval
from skmm.audio._filters import mel_filters
from skmm.audio._frames import FrameExtractor


class MelSpectrogramExtractor(FrameExtractor):
    """Describe audio clips by the energy of their mel bands over time.

    The spectrum of each frame is pooled into bands that are spaced as the ear hears them, and
    expressed in decibels. By default the sequence of frames is kept, for networks.

    Parameters
    ----------
    n_mels : int, default=64
        Number of mel bands.
    sampling_rate : int, default=22050
        Sampling rate in hertz. Files are resampled to it; arrays are taken to be at it.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=512
        Samples from the start of one frame to the start of the next.
    energy : bool, default=False
        Whether to append the mean square of the samples of each frame, in decibels.
    deltas : {0, 1, 2}, default=0
        Derivatives over time up to which order to append to the values of each frame: slopes, or also
        curvatures, of least-squares fits over nine frames.
    pool : str, tuple of str or None, default=None
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
        Shape of one row: ``(n_frames_, n_values)``, or ``(n_features_out_,)`` where frames are
        pooled. The values of a frame are `n_mels` bands, energy, and the deltas of both.
    n_features_out_ : int
        Number of values in one row.
    failures_ : list of ModalityError
        The clips that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.
    n_frames_ : int
        Frames of the longest clip seen in `fit`; only with ``pool=None`` and ``max_frames=None``.

    See Also
    --------
    MFCCExtractor : The same after a cosine transform, which makes the values less dependent.
    STFTExtractor : Bands of equal width, or each frequency.

    Notes
    -----
    A cell of X is the path of a WAV, FLAC, OGG or MP3 file, or an array of shape ``(n_samples,)``
    or ``(n_channels, n_samples)``. Integers are divided by their full scale; floats are taken as
    they are, and expected in [-1, 1]. Channels are mixed to one. A null cell gives NaN.

    Clips are padded with ``n_fft // 2`` zeros at both ends, so that frame t is centered at sample
    ``t * hop_length``, and a single sample gives a frame. Sequences shorter than `n_frames_` end in
    steps of NaN.

    With `deltas`, clips of fewer than nine frames go on as they begin and end, as with
    ``mode="nearest"`` of :func:`librosa.feature.delta`; longer ones are as by default there.

    Rows agree with :func:`librosa.power_to_db` of :func:`librosa.feature.melspectrogram`, clip by
    clip: decibels are cut 80 below the loudest band of the clip itself, never of its neighbors.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.audio import MelSpectrogramExtractor
    >>> clips = [np.sin(np.arange(4000)), np.sin(np.arange(9000))]
    >>> block = MelSpectrogramExtractor(n_mels=32).fit_transform(clips)
    >>> block.shape
    (2, 18, 32)
    >>> np.isnan(block).all(axis=2).sum(axis=1)  # padding at the end of each clip
    array([10,  0])
    """

    _parameter_constraints = {
        **FrameExtractor._parameter_constraints,
        "n_mels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_mels=64,
        *,
        sampling_rate=22050,
        n_fft=2048,
        hop_length=512,
        energy=False,
        deltas=0,
        pool=None,
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
        self.n_mels = n_mels
        self.sampling_rate = sampling_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
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

    def _make_filters(self):
        return mel_filters(self.sampling_rate, self.n_fft, self.n_mels)

    def _band_names(self):
        return [f"mel{band}" for band in range(self.n_mels)]
