"""Read one cell of an audio column, a file or an array, and check it before it is trusted."""

import numpy as np

from skmm._files import is_path
from skmm._validation import ModalityError
from skmm.audio._checks import check_finite, check_length
from skmm.audio._decode import MAX_CHANNELS, decode_file, read_header

_FULL_SCALES = {"int8": 2**7, "int16": 2**15, "int32": 2**31}


def read_clip(cell, *, sampling_rate, min_seconds, max_seconds, dtype):
    """Decode, check, mix to mono and resample one clip.

    Parameters
    ----------
    cell : str, path-like or array-like of shape (n_samples,) or (n_channels, n_samples)
        A WAV, FLAC, OGG or MP3 file, or samples at `sampling_rate`: integers by full scale,
        or floats, which are taken as they are and expected in [-1, 1].
    sampling_rate : int
        Sampling rate of the result in hertz.
    min_seconds, max_seconds : float
        Accepted lengths. A file that is too long is refused before it is decoded.
    dtype : {"float32", "float64"}
        Of everything that is done to the samples, and of the result.

    Returns
    -------
    clip : ndarray of shape (n_samples,), of that dtype

    Raises
    ------
    ModalityError
        If the cell cannot be read; it has no place yet.
    """
    if is_path(cell):
        source = repr(str(cell))
        clip, rate = decode_file(cell, max_seconds=max_seconds, dtype=dtype)
    else:
        source = "the clip"
        clip, rate = _mix_to_mono(_to_float(_as_samples(cell), dtype)), sampling_rate
    check_length(len(clip), rate, min_seconds=min_seconds, max_seconds=max_seconds, source=source)
    check_finite(clip, source=source)
    return _resample(clip, rate, sampling_rate)


def count_samples(cell, *, sampling_rate):
    """Tell how long a clip is at most, from its header or shape, without decoding it.

    Parameters
    ----------
    cell : str, path-like or array-like
        As in :func:`read_clip`.
    sampling_rate : int
        Sampling rate in hertz that the clip would be resampled to.

    Returns
    -------
    n_samples : int
    """
    if not is_path(cell):
        return _as_samples(cell).shape[-1]
    n_samples, rate = read_header(cell)
    # librosa's own arithmetic, so that the length is the one that _resample gives
    return int(np.ceil(n_samples * (float(sampling_rate) / rate)))


def _as_samples(cell):
    """Return an array cell as an array of shape (n_samples,) or (n_channels, n_samples)."""
    if not isinstance(cell, np.ndarray | list | tuple):
        raise ModalityError(
            f"the cell is of type {type(cell).__name__}. Expected the path of an audio file, or "
            "samples as an array; None marks the clip as missing."
        )
    try:
        samples = np.asarray(cell)
    except ValueError as error:
        raise ModalityError(
            "the clip is a sequence of parts of unequal lengths. Expected shape (n_samples,) or "
            "(n_channels, n_samples); of a pair of samples and sampling rate give the samples, and "
            "the rate as sampling_rate= of the extractor."
        ) from error
    if samples.ndim not in (1, 2) or _has_channels_last(samples):
        raise ModalityError(
            f"the clip has shape {samples.shape}. Expected (n_samples,), or (n_channels, "
            f"n_samples) with at most {MAX_CHANNELS} channels, which come first; transpose it."
        )
    return samples


def _has_channels_last(samples):
    """Soundfile returns (n_samples, n_channels); more channels than samples give that away."""
    n_channels, n_samples = samples.shape if samples.ndim == 2 else (1, samples.shape[0])
    return n_samples > 0 and n_channels > min(MAX_CHANNELS, n_samples)


def _to_float(samples, dtype):
    """Bring integers to [-1, 1) by full scale; floats stay as they are."""
    if samples.dtype == dtype:
        return samples
    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):  # too large for float32 is found by the finite check
            return samples.astype(dtype)
    if samples.dtype == np.uint8:  # the 8-bit samples of WAV files are centered at 128
        return (samples.astype(dtype) - 128) / 128
    if samples.dtype.name in _FULL_SCALES:
        return samples.astype(dtype) / _FULL_SCALES[samples.dtype.name]
    raise ModalityError(
        f"the samples are of dtype {samples.dtype}. Expected floats in [-1, 1], or int8, uint8, "
        "int16 or int32, whose full scale is known; convert them, for instance by "
        "clip.astype('int16')."
    )


def _mix_to_mono(samples):
    if samples.ndim == 1 or samples.size == 0:
        return samples.ravel()
    # In the layout of a decoded file: the order of a sum depends on it, to the last bit.
    return np.ascontiguousarray(samples.T).mean(axis=1)


def _resample(clip, rate, sampling_rate):
    if rate == sampling_rate:
        return clip
    import librosa

    return librosa.resample(clip, orig_sr=rate, target_sr=sampling_rate, res_type="soxr_hq")
