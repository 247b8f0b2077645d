"""Files as cells: read, because noise is added to what is in them."""

import os
from functools import partial
from pathlib import PurePath

import numpy as np

from skmm._validation import ModalityError

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
SOUNDS = (".wav", ".flac", ".ogg", ".mp3")
RECORDINGS = (".npy", ".csv")
MAX_PIXELS = 50_000_000


def is_file(cell):
    """Tell whether a cell names a file: a path object, or a string that ends so and does exist."""
    if isinstance(cell, PurePath):
        return True
    known = PICTURES + SOUNDS + RECORDINGS
    return isinstance(cell, str) and cell.lower().endswith(known) and os.path.isfile(cell)


def choose_reader(path, *, sampling_rate):
    """Return the function that reads files such as `path` into arrays.

    Parameters
    ----------
    path : str or path-like
    sampling_rate : int or None
        That clips are resampled to, in hertz.

    Returns
    -------
    read : callable

    Raises
    ------
    ModalityError
        If the kind of file is not known, or the sampling rate is needed; it has no place yet.
    """
    path = os.fspath(path)
    if path.lower().endswith(PICTURES):
        return _read_picture
    if path.lower().endswith(RECORDINGS):
        from skmm.sensor._reader import read_recording

        return read_recording
    if not path.lower().endswith(SOUNDS):
        raise ModalityError(
            f"no noise is known for files such as {path!r}; expected pictures, sounds or recordings "
            "(.npy, .csv). Read them, and give what is in them"
        )
    if sampling_rate is None:
        raise ModalityError(
            "the cells are files of sounds, which noise turns into arrays; give sampling_rate=, the "
            "one that the extractor expects of arrays, in hertz"
        )
    from skmm.audio._reader import read_clip

    options = {"min_seconds": 0, "max_seconds": np.inf, "dtype": "float32"}
    return partial(read_clip, sampling_rate=sampling_rate, **options)


def _read_picture(path):
    from skmm.image._decode import decode_file

    return decode_file(path, max_pixels=MAX_PIXELS).pixels
