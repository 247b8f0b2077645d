"""Decode an audio file, after checking what its header promises."""

import os
import warnings
from contextlib import contextmanager

import numpy as np

from skmm._files import check_file
from skmm._validation import ModalityError
from skmm.audio._checks import check_length

# Everything a header may claim is bounded before anything is allocated.
MAX_CHANNELS = 32
MIN_RATE, MAX_RATE = 1_000, 768_000  # hertz
FORMATS = {"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3"}

_CHUNK = 65_536  # frames decoded at a time
_STREAMED = 0x7FFFF000  # who writes WAV to a pipe cannot know the length, and leaves 2 or 4 GB


def decode_file(path, *, max_seconds, dtype):
    """Decode an audio file and mix it to mono.

    Parameters
    ----------
    path : str or path-like
        A WAV, FLAC, OGG or MP3 file.
    max_seconds : float
        Largest accepted length, checked before anything is decoded.
    dtype : {"float32", "float64"}
        Of the samples, before they are mixed.

    Returns
    -------
    clip : ndarray of shape (n_samples,), of that dtype
    sampling_rate : int
        Sampling rate of the file in hertz.
    """
    path = check_file(path)
    with _open_file(path) as file:
        rate, promised = file.samplerate, file.frames
        check_length(promised, rate, max_seconds=max_seconds, source=repr(path))
        clip = _decode_mono(path, file, dtype)
    if len(clip) < promised or _is_cut_off(path):
        warnings.warn(
            "an audio file holds less than its header says; what there is of it is used",
            stacklevel=2,
        )
    return clip, rate


def read_header(path):
    """Read how long an audio file is, without decoding it.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    n_samples : int
        Samples per channel. The file may hold fewer, but no more are read of it.
    sampling_rate : int
        In hertz.
    """
    with _open_file(check_file(path)) as file:
        return file.frames, file.samplerate


@contextmanager
def _open_file(path):
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    # An unknown format is a LibsndfileError, a file called .raw a TypeError, and so on.
    except Exception as error:
        raise _undecodable(path, error) from error
    with file:
        _check_header(path, file)
        yield file


def _undecodable(path, error):
    cause = str(error).rstrip(".") or type(error).__name__
    return ModalityError(
        f"cannot decode {path!r}: {cause}. Expected an undamaged WAV, FLAC, "
        "OGG (Vorbis or Opus) or MP3 file. Convert it, or replace the cell by None to mark "
        "the clip as missing."
    )


def _check_header(path, file):
    if file.format not in FORMATS:
        raise ModalityError(
            f"{path!r} is in {file.format} format. Expected WAV, FLAC, OGG or MP3; convert it."
        )
    if not MIN_RATE <= file.samplerate <= MAX_RATE:
        raise ModalityError(
            f"{path!r} says that its sampling rate is {file.samplerate} Hz. "
            f"Expected {MIN_RATE} to {MAX_RATE} Hz; repair its header."
        )
    if file.channels > MAX_CHANNELS:
        raise ModalityError(
            f"{path!r} has {file.channels} channels. Expected at most {MAX_CHANNELS}; "
            "mix them first."
        )


def _decode_mono(path, file, dtype):
    # Chunks keep memory in proportion to what the file holds, whatever its header promises.
    chunks = [np.empty(0, dtype=dtype)]
    try:
        while len(chunk := file.read(_CHUNK, dtype=dtype, always_2d=True)):
            chunks.append(chunk.mean(axis=1))
    except Exception as error:
        raise _undecodable(path, error) from error
    return np.concatenate(chunks)


def _is_cut_off(path):
    """Compare a WAV file's size with the one it starts with; libsndfile repairs it silently."""
    with open(path, "rb") as file:
        head = file.read(8)
    promised = int.from_bytes(head[4:], "little") + len(head)
    return head[:4] == b"RIFF" and os.path.getsize(path) < promised < _STREAMED
