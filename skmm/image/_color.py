"""Bring images to one color space."""

import numpy as np


def convert_color(image, space):
    """Convert one image.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), float32
        Gray or RGB.
    space : {"rgb", "gray", "hsv", "lab"} or None
        As in :mod:`skimage.color`. ``None`` leaves the image as it is.

    Returns
    -------
    converted : ndarray of shape (height, width) if gray, (height, width, 3) otherwise, float32
        A gray image in another space has three equal channels first.
    """
    if space is None or (space == "gray" and image.ndim == 2):
        return image
    if image.ndim == 2:
        image = np.repeat(image[:, :, np.newaxis], 3, axis=2)
    if space == "rgb":
        return image
    from skimage import color

    return getattr(color, f"rgb2{space}")(image)
