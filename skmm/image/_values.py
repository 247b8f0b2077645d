"""The values of pixels: one scale for all types, and finite."""

import numpy as np

from skmm._validation import ModalityError

# The squared gradients of such pixels, summed over an image, still fit float32.
LARGEST = 1e9


def to_float(pixels):
    """Bring integers to [0, 1] by the full range of their type; floats stay as they are.

    Parameters
    ----------
    pixels : ndarray of dtype uint8, uint16, bool or float

    Returns
    -------
    pixels : ndarray of the same shape, float32
    """
    if pixels.dtype.kind == "u" and pixels.dtype.itemsize <= 2:
        return pixels / np.float32(2 ** (8 * pixels.dtype.itemsize) - 1)
    if pixels.dtype.kind in "bf":
        with np.errstate(over="ignore"):  # too large for float32 is found by the finite check
            return pixels.astype(np.float32, copy=False)
    raise ModalityError(
        f"the pixels are of dtype {pixels.dtype}. Expected uint8, uint16, bool or floats in "
        "[0, 1], whose range is known; convert them, for instance by image.astype('uint8')."
    )


def check_finite(pixels, *, source):
    """Raise a ModalityError if pixels are NaN, infinite, or too large to be computed with.

    Parameters
    ----------
    pixels : ndarray, float32
    source : str
        The image, as the subject of the error message.
    """
    # Most images are good: least and greatest are found sooner, and are NaN if any pixel is.
    if pixels.min() >= -LARGEST and pixels.max() <= LARGEST:
        return
    n_bad = np.count_nonzero(~(np.abs(pixels) <= LARGEST))
    raise ModalityError(
        f"{source} has {n_bad} of {pixels.size} values that are NaN, infinite or beyond "
        f"{LARGEST:g}. Expected values in [0, 1]; clean it, or replace the cell by None to "
        "mark the image as missing."
    )
