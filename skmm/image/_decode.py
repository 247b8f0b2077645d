"""Decode an image file, after checking what its header promises."""

import warnings
from typing import NamedTuple

import numpy as np

from skmm._files import check_file
from skmm._validation import ModalityError
from skmm.image._size import scale_sides
from skmm.image._values import check_finite, to_float

# Pillow's rarer formats are where decompression bombs and decoder bugs are found.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
_FORMAT_NAMES = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"


# How many times as large as wanted an image shall be that a JPEG decoder has shrunk: so our smoothing,
# and not its own, decides what the image looks like.
_MARGIN = 3
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap height and width


class Decoded(NamedTuple):
    """An image out of a file, which the decoder may have shrunk."""

    pixels: np.ndarray  # (height, width, 3), uint8
    sides: tuple  # height and width of the image in the file, upright
    shrunk: int  # how many of its pixels are one of `pixels`, in height and width


def decode_file(path, *, max_pixels, size=None, aspect="stretch"):
    """Decode the first frame of an image file, upright, in color, on white.

    Parameters
    ----------
    path : str or path-like
        A PNG, JPEG, BMP, GIF, TIFF or WEBP file.
    max_pixels : int
        Largest accepted width times height, checked before anything is decoded. Pillow's own limit
        of about 179 million pixels holds as well.
    size : (int, int) or None, default=None
        Height and width that the image will be resized to. Decoders of JPEG can leave out details that
        would be lost then, and take much less time.
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        How it will be resized.

    Returns
    -------
    decoded : Decoded
    """
    from PIL import Image

    path = check_file(path)
    try:
        with Image.open(path, formats=FORMATS) as file:
            _check_pixel_count(path, *file.size, max_pixels)
            has_more_frames = _has_more_frames(file)
            sides, shrunk = None, 1
            if size is not None and file.format in ("JPEG", "MPO"):
                sides = _upright_sides(file)
                shrunk = _shrink(file, scale_sides(sides, size, aspect), sides)
            pixels = _decode_frame(path, file)
    except ModalityError:
        raise
    # On broken files the decoders raise anything from OSError over SyntaxError to struct.error.
    except Exception as error:
        raise ModalityError(
            f"cannot decode {path!r}: {str(error) or type(error).__name__}. Expected an undamaged "
            f"image in {_FORMAT_NAMES} format. Convert it, or replace the cell by None to mark "
            "the image as missing."
        ) from error
    if has_more_frames:
        warnings.warn("an image file has several frames; only the first is used", stacklevel=2)
    return Decoded(pixels, pixels.shape[:2] if shrunk == 1 else sides, shrunk)


def _check_pixel_count(path, width, height, max_pixels):
    if width * height > max_pixels:
        raise ModalityError(
            f"{path!r} has {width} x {height} = {width * height} pixels. Expected at most "
            f"max_pixels={max_pixels}; shrink the image, or raise max_pixels."
        )


def _has_more_frames(file):
    # A phone's multi-picture JPEG (MPO) is one photo; its other frames are previews.
    return getattr(file, "is_animated", False) and file.format != "MPO"


def _upright_sides(file):
    from PIL.ExifTags import Base

    is_turned = file.getexif().get(Base.Orientation) in _TURNED
    return file.size if is_turned else file.size[::-1]


def _shrink(file, wanted, sides):
    """Let the decoder average squares of 2, 4 or 8 pixels, if enough remain; return how many."""
    most = min(side // (_MARGIN * target) for side, target in zip(sides, wanted, strict=True))
    for shrunk in (8, 4, 2):
        target = file.width // shrunk, file.height // shrunk
        if shrunk <= most and file.draft(None, target) is not None:
            return shrunk
    return 1


def _decode_frame(path, file):
    from PIL import ImageOps

    image = ImageOps.exif_transpose(file)
    if image.mode == "F" or image.mode.startswith("I"):
        return _decode_deep_gray(path, image)
    if image.has_transparency_data:
        image = _lay_on_white(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def _decode_deep_gray(path, image):
    """Scale 16-bit and float pixels, which Pillow's own conversion to RGB would clip."""
    if image.mode == "I":
        raise ModalityError(
            f"{path!r} holds 32-bit integers, whose range is not known. "
            "Expected 8 or 16 bits, or floats in [0, 1]; convert the file."
        )
    pixels = np.asarray(image)
    if image.mode == "F":
        check_finite(pixels, source=repr(path))
        _check_unit_range(path, pixels.min(), pixels.max())
    gray = np.rint(to_float(pixels) * 255).astype(np.uint8)
    return np.repeat(gray[:, :, np.newaxis], 3, axis=2)


def _check_unit_range(path, least, most):
    if least < 0 or most > 1:
        raise ModalityError(
            f"{path!r} holds floats from {least:g} to {most:g}. "
            "Expected values in [0, 1]; rescale the file."
        )


def _lay_on_white(image):
    from PIL import Image

    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image)
