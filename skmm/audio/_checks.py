"""Checks that clips from files and from arrays share."""

import numpy as np

from skmm._validation import ModalityError

# Ten times the sum of a window of such samples, squared, still fits float32.
LOUDEST = 1e9

# What libsndfile says where the header does not.
_UNKNOWN_LENGTH = 2**63 - 1


def check_length(n_samples, sampling_rate, *, min_seconds=0.0, max_seconds, source):
    """Raise a ModalityError if a clip has no samples, or is too short or too long.

    Parameters
    ----------
    n_samples, sampling_rate : int
    min_seconds, max_seconds : float
    source : str
        The clip, as the subject of the error message.
    """
    if n_samples == _UNKNOWN_LENGTH:
        raise ModalityError(
            f"the header of {source} does not say how long it is, as in a streamed FLAC file, so its "
            "size cannot be bounded before decoding. Save it as a file once more."
        )
    seconds = n_samples / sampling_rate
    if n_samples == 0:
        raise ModalityError(
            f"{source} has no samples. Replace the cell by None to mark the clip as missing."
        )
    if seconds < min_seconds:
        raise ModalityError(
            f"{source} lasts {seconds:g} s. Expected at least min_seconds={min_seconds:g}; lower "
            "it, or replace the cell by None to mark the clip as missing."
        )
    if seconds > max_seconds:
        raise ModalityError(
            f"{source} lasts {seconds:g} s. Expected at most max_seconds={max_seconds:g}; "
            "cut the clip, or raise max_seconds."
        )


def check_finite(clip, *, source):
    """Raise a ModalityError if samples are NaN, infinite, or too large for their power to be finite.

    Parameters
    ----------
    clip : ndarray of shape (n_samples,), float
    source : str
        The clip, as the subject of the error message.
    """
    if not -LOUDEST <= clip.min() <= clip.max() <= LOUDEST:  # no comparison holds for NaN
        n_bad = np.count_nonzero(~(np.abs(clip) <= LOUDEST))
        raise ModalityError(
            f"{source} has {n_bad} of {len(clip)} samples that are NaN, infinite or beyond "
            f"{LOUDEST:g}. Expected about [-1, 1]; clean it, or replace the cell by None to mark "
            "the clip as missing."
        )
