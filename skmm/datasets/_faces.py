"""Draw faces: head, eyes, brows and a mouth that show a mood."""

import numpy as np

# Lengths are in units of the radius of the head, rows downwards from its center.
_MOUTH = {"row": 0.4, "half_width": 0.45, "thickness": 0.1, "bend": 0.16}  # the bend is per class
_BROW = {"row": -0.5, "half_width": 0.17, "thickness": 0.08, "tilt": 0.05}  # and so is the tilt
_EYE = {"row": -0.22, "column": 0.36, "radius": 0.11}
_MOOD_SPREAD = 0.15  # standard deviation of what is drawn around the mood, in classes


def draw_faces(moods, size, noise, random_state):
    """Draw a face for each mood; place, size, colors and expression vary.

    Parameters
    ----------
    moods : ndarray of int
        From -2, which is an angry and sad face, to 2, a happy one.
    size : int
        Height and width of a picture in pixels.
    noise : float
        Standard deviation of the noise in a color value.
    random_state : RandomState

    Returns
    -------
    pictures : ndarray of shape (n_faces, size, size, 3), uint8
    """
    pictures = np.empty((len(moods), size, size, 3), dtype=np.uint8)
    for picture, mood in zip(pictures, moods, strict=True):
        clean = _draw_face(mood, size, random_state)
        noisy = clean + noise * random_state.standard_normal(size=clean.shape)
        picture[:] = np.round(np.clip(noisy, 0, 255))
    return pictures


def _draw_face(mood, size, random_state):
    from skimage.draw import disk

    radius = size * random_state.uniform(0.34, 0.42)
    center = size * random_state.uniform(0.44, 0.56, size=2)
    bend, tilt = mood + _MOOD_SPREAD * random_state.standard_normal(size=2)
    picture = np.empty((size, size, 3))
    picture[:] = random_state.uniform(120, 250, size=3)  # the background
    skin = np.array([255, 215, 180]) * random_state.uniform(0.6, 1)
    ink = random_state.uniform(0, 50)
    picture[disk(center, radius, shape=(size, size))] = skin

    def paint(outline):
        """Fill a polygon; its corners are (row, column), in radii from the center."""
        from skimage.draw import polygon

        rows, columns = center[:, np.newaxis] + radius * np.transpose(outline)
        picture[polygon(rows, columns, shape=(size, size))] = ink

    openness = random_state.uniform(0.7, 1.3)
    for side in (-1, 1):
        paint(_ellipse(_EYE["row"], side * _EYE["column"], _EYE["radius"] * openness))
        paint(_brow(side, tilt))
    paint(_mouth(bend))
    return picture


def _mouth(bend):
    """A band that hangs in the middle for good moods and at its ends for bad ones."""
    columns = np.linspace(-1, 1, 15)
    middle = _MOUTH["row"] + _MOUTH["bend"] * bend * (0.5 - columns**2)
    return _band(middle, columns * _MOUTH["half_width"], _MOUTH["thickness"])


def _brow(side, tilt):
    """A band that falls towards the nose for bad moods."""
    columns = np.linspace(-1, 1, 2)
    middle = _BROW["row"] + _BROW["tilt"] * tilt * side * columns
    center = side * _EYE["column"]
    return _band(middle, center + columns * _BROW["half_width"], _BROW["thickness"])


def _band(middle, columns, thickness):
    upper = np.column_stack([middle - thickness / 2, columns])
    lower = np.column_stack([middle + thickness / 2, columns])
    return np.concatenate([upper, lower[::-1]])


def _ellipse(row, column, radius):
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.column_stack([row + radius * np.sin(angles), column + 0.8 * radius * np.cos(angles)])
