"""Copy audio files without what is in them beside sound."""

import os

import numpy as np

from skmm._atomic import replacing
from skmm._files import check_file
from skmm._validation import ModalityError
from skmm.audio._decode import FORMATS

_CHUNK = 65_536  # frames copied at a time

# Samples that are read and written without loss, as numpy has them; WAV files of floats hold others.
_EXACT = {
    "PCM_S8": "int16",
    "PCM_U8": "int16",
    "PCM_16": "int16",
    "PCM_24": "int32",
    "PCM_32": "int32",
    "FLOAT": "float32",
    "DOUBLE": "float64",
}
_ENDINGS = {"WAV": ".wav", "WAVEX": ".wav", "RF64": ".wav", "FLAC": ".flac"}


def strip_audio_metadata(path, target):
    """Copy an audio file without its metadata: names, places, times, devices, pictures.

    WAV and FLAC files are written anew with the same samples; MP3 and OGG files, and WAV files with
    compressed samples, become WAV files of 32-bit floats with the samples that they decode to; these
    are larger. In any case the copy is read, and its samples are compared with those of the file.

    Parameters
    ----------
    path : str or path-like
        A WAV, FLAC, OGG or MP3 file.
    target : str or path-like
        The copy, without an ending: that of its format is added. A file that is there is replaced.

    Returns
    -------
    path : str
        That of the copy.

    Raises
    ------
    ModalityError
        If the file cannot be read.

    See Also
    --------
    strip_image_metadata : The same for image files.
    anonymize : The same for columns of a frame.

    Notes
    -----
    Lost are RIFF chunks (INFO, bext, iXML, cue points), ID3 tags, Vorbis comments and pictures. What is
    to be heard stays: voices, names that are spoken. A WAV file of floats says when it was written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np, soundfile
    >>> from skmm.privacy import strip_audio_metadata
    >>> folder = Path(tempfile.mkdtemp())
    >>> with soundfile.SoundFile(folder / "bo.wav", "w", 8000, 1) as file:
    ...     file.artist = "Bo"
    ...     file.write(np.zeros(80))
    >>> copy = strip_audio_metadata(folder / "bo.wav", folder / "000")
    >>> Path(copy).name, soundfile.SoundFile(copy).artist
    ('000.wav', '')
    """
    import soundfile

    path = check_file(path)
    try:
        with soundfile.SoundFile(path) as source:
            if source.format not in FORMATS:
                raise ModalityError(f"{source.format} is not one of {sorted(FORMATS)}")
            copy = _copy(source, os.fspath(target))
    # An unknown format is a LibsndfileError, a file called .raw a TypeError, and so on.
    except (ModalityError, soundfile.SoundFileError, TypeError) as error:
        raise ModalityError(
            f"cannot copy {path!r}: {str(error).rstrip('.')}. Expected an undamaged WAV, FLAC, OGG or "
            "MP3 file. Convert it, or replace the cell by None."
        ) from error
    return copy


def _copy(source, target):
    """Write the samples of an open file; return the path."""
    import soundfile

    is_kept = source.subtype in _EXACT and source.format in _ENDINGS
    form, subtype = (source.format, source.subtype) if is_kept else ("WAV", "FLOAT")
    dtype = _EXACT[subtype]
    path = target + _ENDINGS[form]
    with replacing(path) as file:
        options = {"format": form, "subtype": subtype}
        with soundfile.SoundFile(file, "w", source.samplerate, source.channels, **options) as copy:
            for chunk in source.blocks(_CHUNK, dtype=dtype):
                copy.write(chunk)
        file.flush()
        # Decoders of compressed sound round as their buffers fall.
        _compare(source, file.name, dtype, tolerance=0.0 if is_kept else 1e-5)
    return path


def _compare(source, path, dtype, tolerance):
    import soundfile

    source.seek(0)
    with soundfile.SoundFile(path) as copy:
        is_equal = len(copy) == len(source) and all(
            np.allclose(one, other, rtol=0.0, atol=tolerance, equal_nan=True)
            for one, other in zip(
                source.blocks(_CHUNK, dtype=dtype), copy.blocks(_CHUNK, dtype=dtype), strict=True
            )
        )
    if not is_equal:
        raise ModalityError("the copy does not hold the same samples")
