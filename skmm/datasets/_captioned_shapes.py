"""Drawn pairs of shapes, and captions that say what is to be seen."""

import numpy as np

from skmm._validation import Integral, Interval, Real, make_rng, validate_params
from skmm.datasets._levels import level_of_each, noise_levels
from skmm.datasets._presence import draw_presence, hide
from skmm.frame import make_frame

DEFAULT_NOISE = {"image": 20.0, "text": 0.1}
COLORS = {
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (50, 80, 220),
    "yellow": (240, 210, 50),
    "purple": (150, 60, 180),
    "orange": (245, 140, 30),
}
SIZES = {"small": 0.12, "large": 0.2}  # half of the width, in widths of the picture
SHAPES = ("circle", "square", "triangle", "cross")
TEMPLATES = (
    "a {left} left of a {right}",
    "a {right} right of a {left}",
    "a {left} and a {right}",
    "on the left a {left} , on the right a {right}",
)


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "size": [Interval(Integral, 24, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left"), dict],
        "missing": [Interval(Real, 0, 1, closed="both"), dict],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_captioned_shapes(n_samples=500, *, size=32, noise=1.0, missing=0.0, random_state=None):
    """Make pictures of two shapes side by side, and a caption for each.

    Left and right there is a circle, square, triangle or cross, small or large, in one of six colors,
    so that there are 2,304 different pictures up to place and noise. The caption names both in one of
    four ways.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples.
    size : int, default=32
        Height and width of the pictures in pixels, at least 24.
    noise : float or dict {modality: float}, default=1.0
        How much each modality is disturbed. A number is a multiple of the default levels: 0 is
        clean. A dict gives levels in the units below; what it does not name keeps the default.

        - ``"image"``: standard deviation of the noise in a color value, of 0 to 255; default 20;
        - ``"text"``: probability that a size or a color is left out of the caption, where 1 and more
          is every one; default 0.1.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1], per modality; what a dict does not name is complete. A
        row never loses everything: it keeps one modality, drawn at random.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. With the same seed, noise and missing change only how many samples
        are concerned, and how much.

    Returns
    -------
    X : DataFrame of shape (n_samples, 2)
        Column ``"image"``, a tensor column of shape (n_samples, size, size, 3), uint8;
        column ``"text"``, a caption per cell.
    y : ndarray of shape (n_samples,), int
        The shape on the left: 0 (circle), 1 (square), 2 (triangle) or 3 (cross).

    Raises
    ------
    ValueError
        If a dict names an unknown modality or a level out of range.

    See Also
    --------
    skmm.retrieval.CrossModalRetriever : Finds pictures by captions, and captions by pictures.
    make_sentiment : Pictures and texts that tell a class.

    Examples
    --------
    >>> from skmm.datasets import make_captioned_shapes
    >>> X, y = make_captioned_shapes(100, random_state=0)
    >>> X["image"].array.tensor.shape
    (100, 32, 32, 3)
    >>> y[0], X["text"].iloc[0]
    (np.int64(0), 'a ...')
    """
    levels = noise_levels(noise, DEFAULT_NOISE)
    rates = level_of_each(missing, list(levels), parameter="missing", upper=1)
    random_state = make_rng(random_state)

    scenes = [_draw_scene(random_state) for _ in range(n_samples)]
    pictures = np.empty((n_samples, size, size, 3), dtype=np.uint8)
    for picture, scene in zip(pictures, scenes, strict=True):
        clean = _paint(scene, size, random_state)
        noisy = clean + levels["image"] * random_state.standard_normal(size=clean.shape)
        picture[:] = np.round(np.clip(noisy, 0, 255))
    captions = np.array([_describe(s, levels["text"], random_state) for s in scenes], dtype=object)
    present = draw_presence(rates, n_samples, random_state)
    X = make_frame(
        image=hide(pictures, present["image"]), text=np.where(present["text"], captions, None)
    )
    return X, np.array([SHAPES.index(left[2]) for left, _ in scenes])


def _draw_scene(random_state):
    """What is left and what is right: size, color and shape of each."""
    return [
        tuple(
            choices[random_state.randint(len(choices))]
            for choices in (list(SIZES), list(COLORS), SHAPES)
        )
        for _ in range(2)
    ]


def _paint(scene, size, random_state):
    """Draw a scene on a light background; places vary a little."""
    picture = np.empty((size, size, 3))
    picture[:] = random_state.uniform(200, 255)
    for (how_large, color, shape), column in zip(scene, (0.27, 0.73), strict=True):
        center = size * (np.array([0.5, column]) + random_state.uniform(-0.05, 0.05, size=2))
        radius = size * SIZES[how_large]
        for rows, columns in _pixels_of(shape, center, radius, (size, size)):
            picture[rows, columns] = COLORS[color]
    return picture


def _pixels_of(shape, center, radius, frame):
    """Yield the pixels of the parts of a shape."""
    from skimage.draw import disk, polygon

    if shape == "circle":
        yield disk(center, radius, shape=frame)
        return
    outlines = {  # corners as (row, column), in radii from the center
        "square": [[(-0.9, -0.9), (-0.9, 0.9), (0.9, 0.9), (0.9, -0.9)]],
        "triangle": [[(-1, 0), (0.9, 1), (0.9, -1)]],
        "cross": [
            [(-1, -0.35), (-1, 0.35), (1, 0.35), (1, -0.35)],
            [(-0.35, -1), (-0.35, 1), (0.35, 1), (0.35, -1)],
        ],
    }
    for outline in outlines[shape]:
        rows, columns = center[:, np.newaxis] + radius * np.transpose(outline)
        yield polygon(rows, columns, shape=frame)


def _describe(scene, probability, random_state):
    # Everything is drawn for each caption, so that captions do not depend on each other's content.
    template = TEMPLATES[random_state.randint(len(TEMPLATES))]
    is_lost = random_state.uniform(size=(2, 2)) < probability
    left, right = (
        " ".join([word for word, lost in zip(adjectives, gone, strict=True) if not lost] + [shape])
        for (*adjectives, shape), gone in zip(scene, is_lost, strict=True)
    )
    return template.format(left=left, right=right)
