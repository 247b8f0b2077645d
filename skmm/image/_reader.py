"""Read one cell of an image column, a file or an array, and check it before it is trusted."""

import numpy as np

from skmm._files import is_path
from skmm._validation import ModalityError
from skmm.image._decode import decode_file
from skmm.image._values import check_finite, to_float


def read_image(cell, *, max_pixels):
    """Decode and check one image.

    Parameters
    ----------
    cell : str, path-like or array-like of shape (height, width) or (height, width, 1, 3 or 4)
        A file in PNG, JPEG, BMP, GIF, TIFF or WEBP format, or pixels: uint8 and uint16 by their
        full range, bool, or floats, which are taken as they are and expected in [0, 1].
    max_pixels : int
        Largest accepted width times height of a file, checked before it is decoded.

    Returns
    -------
    image : ndarray of shape (height, width) or (height, width, 3), float32
        Files always give three channels. What is transparent is laid on white.

    Raises
    ------
    ModalityError
        If the cell cannot be read; it has no place yet.
    """
    if is_path(cell):
        return to_float(decode_file(cell, max_pixels=max_pixels))
    pixels = _as_pixels(cell)
    image = to_float(pixels)
    if pixels.dtype.kind == "f":
        check_finite(image, source="the image")
    return _flatten_channels(image)


def _as_pixels(cell):
    """Return an array cell as an array of shape (height, width[, channels])."""
    if not isinstance(cell, np.ndarray | list | tuple):
        raise ModalityError(
            f"the cell is of type {type(cell).__name__}. Expected the path of an image, or its "
            "pixels as an array; None marks the image as missing."
        )
    try:
        pixels = np.asarray(cell)
    except ValueError as error:
        raise ModalityError(
            "the image is a list of rows of unequal lengths. Expected shape (height, width), or "
            "(height, width, channels)."
        ) from error
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4)):
        raise ModalityError(
            f"the image has shape {pixels.shape}. Expected (height, width), or (height, width, "
            "channels) with 1, 3 or 4 channels, which come last; transpose it."
        )
    if pixels.size == 0:
        raise ModalityError(
            f"the image has shape {pixels.shape}, so no pixels. "
            "Replace the cell by None to mark the image as missing."
        )
    return pixels


def _flatten_channels(pixels):
    """Drop a single channel; lay four of them, the last being opacity, on white."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        return pixels[:, :, 0]
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        color, opacity = pixels[:, :, :3], pixels[:, :, 3:]
        if opacity.min() < 0 or opacity.max() > 1:
            raise ModalityError(
                f"the fourth channel holds values from {opacity.min():g} to {opacity.max():g}. "
                "Expected opacity in [0, 1]; scale the image, or leave the channel out."
            )
        return color * opacity + (1 - opacity)
    return pixels
