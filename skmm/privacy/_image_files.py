"""Copy image files without what is in them beside pixels."""

import io
import os

import numpy as np

from skmm._atomic import replacing
from skmm._files import check_file
from skmm._validation import ModalityError
from skmm.image._decode import FORMATS
from skmm.privacy._jpeg import strip_jpeg

# Modes of Pillow that a PNG file holds as they are.
_PNG_MODES = {"1", "L", "LA", "RGB", "RGBA", "I;16"}


def strip_image_metadata(path, target):
    """Copy an image file without its metadata: EXIF with place, time and device, comments, profiles.

    Of a JPEG file the compressed pixels are copied as they are, and of its metadata only how a reader
    has to turn the picture. Other files become upright PNG files, or TIFF where PNG cannot hold the
    pixels. In any case the copy is decoded, and its pixels are compared with those of the file.

    Parameters
    ----------
    path : str or path-like
        A PNG, JPEG, BMP, GIF, TIFF or WEBP file.
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
    strip_audio_metadata : The same for audio files.
    anonymize : The same for columns of a frame.

    Notes
    -----
    Lost are, beside metadata: color profiles, so that colors may look different while pixels are the
    same; resolutions in dots per inch; all frames of an animation but the first; the division of
    colors into a palette. What is to be seen in the picture stays: faces, signs, watermarks.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from skmm.privacy import strip_image_metadata
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (8, 6)).save(folder / "anna.jpg", comment=b"Anna at home")
    >>> copy = strip_image_metadata(folder / "anna.jpg", folder / "000")
    >>> Path(copy).name, b"Anna" in Path(copy).read_bytes()
    ('000.jpg', False)
    """
    path = check_file(path)
    ending, data = _strip(path)
    copy = os.fspath(target) + ending
    with replacing(copy) as file:
        file.write(data)
    return copy


def is_image(path):
    """Tell whether Pillow takes a file for an image of a format that skmm reads."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=FORMATS):
            return True
    except UnidentifiedImageError:
        return False
    # An image, but too large a one, or with too large a text, to be read: copying it says so.
    except Exception:
        return True


def _strip(path):
    """The ending and the content of a clean copy."""
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as file:
            kind, orientation = file.format, _orientation_of(file)
            upright = _upright(file)
        if kind in ("JPEG", "MPO"):
            with open(path, "rb") as source:
                ending, data = ".jpg", strip_jpeg(source.read(), orientation)
        else:
            ending, data = _save_anew(upright)
        with Image.open(io.BytesIO(data)) as copy:
            is_equal = _pixels_are_equal(_upright(copy), upright)
    except ModalityError as error:
        raise ModalityError(f"cannot copy {path!r}: {error}") from error
    # On broken files the decoders raise anything from OSError over SyntaxError to struct.error.
    except Exception as error:
        raise ModalityError(
            f"cannot copy {path!r}: {str(error) or type(error).__name__}. Expected an undamaged image "
            f"in one of the formats {', '.join(FORMATS)}. Convert it, or replace the cell by None."
        ) from error
    if not is_equal:
        raise ModalityError(
            f"cannot copy {path!r}: without its metadata it would decode to other pixels. Convert it "
            "to PNG first, or replace the cell by None."
        )
    return ending, data


def _orientation_of(file):
    from PIL.ExifTags import Base

    orientation = file.getexif().get(Base.Orientation, 1)
    return orientation if orientation in range(1, 9) else 1


def _upright(file):
    """The pixels of the first frame, and nothing else, in a mode without a palette."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(file)
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        image = image.convert("RGBA")
    elif image.mode == "P":
        image = image.convert("RGB")
    return Image.frombytes(image.mode, image.size, image.tobytes())


def _save_anew(image):
    kind, ending = ("PNG", ".png") if image.mode in _PNG_MODES else ("TIFF", ".tif")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return ending, buffer.getvalue()


def _pixels_are_equal(one, other):
    return one.mode == other.mode and np.array_equal(np.asarray(one), np.asarray(other))
