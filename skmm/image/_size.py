"""Bring images to one size, and check parameters that are pairs of pixel counts."""

from numbers import Integral


def check_pair(name, value):
    """Raise a ValueError unless `value` is a pair of positive integers.

    Parameters
    ----------
    name : str
        The parameter, for the error message.
    value : object
    """
    is_pair = isinstance(value, tuple | list) and len(value) == 2
    if not (is_pair and all(isinstance(side, Integral) and side > 0 for side in value)):
        raise ValueError(
            f"{name} must be a pair of positive integers (rows, columns), got {value!r}"
        )


def resize_image(image, size):
    """Resize one image, smoothing it first where it shrinks.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), float32
    size : (int, int) or None
        Height and width in pixels; None keeps the image as it is, and so does its own size.

    Returns
    -------
    resized : ndarray of shape (*size) or (*size, 3), float32
    """
    if size is None or image.shape[:2] == tuple(size):
        return image
    from skimage.transform import resize

    return resize(image, tuple(size), anti_aliasing=True)
