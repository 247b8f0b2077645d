"""Read one cell of an image column, a file or an array, and check it before it is trusted."""

import numpy as np

from skmm._files import is_path
from skmm._validation import ModalityError
from skmm.image._decode import decode_file
from skmm.image._size import resize_image
from skmm.image._values import check_finite, to_float


def read_image(cell, *, max_pixels, size=None, aspect="stretch", check=None):
    """Decode, check and resize one image.

    Parameters
    ----------
    cell : str, path-like or array-like of shape (height, width) or (height, width, 1, 3 or 4)
        A file in PNG, JPEG, BMP, GIF, TIFF or WEBP format, or pixels: uint8 and uint16 by their
        full range, bool, or floats, which are taken as they are and expected in [0, 1].
    max_pixels : int
        Largest accepted width times height of a file, checked before it is decoded.
    size : (int, int) or None, default=None
        Height and width that the image is resized to, as in :func:`resize_image`.
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of an image of other proportions.
    check : callable, default=None
        Is called with an image that was an array before it is resized. Files are in [0, 1].

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
        decoded = decode_file(cell, max_pixels=max_pixels, size=size, aspect=aspect)
        image = to_float(decoded.pixels)
        return resize_image(image, size, aspect, sides=decoded.sides, shrunk=decoded.shrunk)
    image = read_arrays(_as_array(cell)[np.newaxis])[0]
    if check is not None:
        check(image)
    return resize_image(image, size, aspect)


def read_arrays(pixels, *, keep_bytes=False):
    """Check images that are arrays of one shape and dtype.

    Parameters
    ----------
    pixels : ndarray of shape (n_images, height, width) or (n_images, height, width, 1, 3 or 4)
        As for :func:`read_image`.
    keep_bytes : bool, default=False
        Whether opaque images of type uint8 stay as they are.

    Returns
    -------
    images : ndarray of shape (n_images, height, width) or (n_images, height, width, 3), float32

    Raises
    ------
    ModalityError
        If any of them cannot be used. The message is right for one image only.
    """
    _check_shape(pixels.shape[1:])
    is_opaque = pixels.shape[3:] != (4,)
    images = pixels if keep_bytes and is_opaque and pixels.dtype == np.uint8 else to_float(pixels)
    if pixels.dtype.kind == "f":
        check_finite(images, source="the image")
    return _flatten_channels(images)


def _as_array(cell):
    if not isinstance(cell, np.ndarray | list | tuple):
        raise ModalityError(
            f"the cell is of type {type(cell).__name__}. Expected the path of an image, or its "
            "pixels as an array, such as np.asarray(image); None marks the image as missing."
        )
    try:
        return np.asarray(cell)
    except ValueError as error:
        raise ModalityError(
            "the image is a list of rows of unequal lengths. Expected shape (height, width), or "
            "(height, width, channels)."
        ) from error


def _check_shape(shape):
    if len(shape) != 2 and not (len(shape) == 3 and shape[2] in (1, 3, 4)):
        raise ModalityError(
            f"the image has shape {shape}. Expected (height, width), or (height, width, "
            "channels) with 1, 3 or 4 channels, which come last; transpose it."
        )
    if 0 in shape:
        raise ModalityError(
            f"the image has shape {shape}, so no pixels. "
            "Replace the cell by None to mark the image as missing."
        )


def _flatten_channels(images):
    """Drop a single channel; lay four of them, the last being opacity, on white."""
    n_channels = images.shape[3] if images.ndim == 4 else None
    if n_channels == 1:
        return images[..., 0]
    if n_channels == 4:
        color, opacity = images[..., :3], images[..., 3:]
        if opacity.min() < 0 or opacity.max() > 1:
            raise ModalityError(
                f"the fourth channel holds values from {opacity.min():g} to {opacity.max():g}. "
                "Expected opacity in [0, 1]; scale the image, or leave the channel out."
            )
        return color * opacity + (1 - opacity)
    return images
