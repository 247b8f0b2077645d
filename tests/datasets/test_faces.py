"""Faces, read with a ruler."""

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.feature_selection import f_classif

from skmm.datasets._faces import draw_faces

MOODS = np.arange(60) % 5 - 2


def draw(moods, size=96, noise=0.0, seed=0):
    return draw_faces(moods, size, noise, np.random.RandomState(seed))


def bend_of_mouth(picture):
    """How much lower the middle of the mouth is than its ends, in parts of its width."""
    ink = picture.max(axis=2) < 60
    labels = np.flatnonzero(ink.any(axis=1))
    mouth = ink.copy()
    mouth[: labels[0] + (labels[-1] - labels[0]) // 2] = False  # eyes and brows are above
    columns = np.flatnonzero(mouth.any(axis=0))
    heights = np.array([np.flatnonzero(mouth[:, column]).mean() for column in columns])
    ends = np.r_[heights[:3], heights[-3:]].mean()
    middle = heights[len(heights) // 2 - 1 : len(heights) // 2 + 2].mean()
    return (middle - ends) / (columns[-1] - columns[0])


def test_the_mouth_bends_with_the_mood():
    bends = np.array([bend_of_mouth(picture) for picture in draw(MOODS)])
    means = np.array([bends[mood == MOODS].mean() for mood in range(-2, 3)])
    assert (np.diff(means) > 0.08).all()
    assert means[0] < -0.2
    assert means[4] > 0.2
    assert abs(means[2]) < 0.05
    nearest = np.abs(bends[:, None] - means).argmin(axis=1) - 2
    assert np.mean(nearest == MOODS) > 0.9


def test_noise_is_in_color_values():
    clean, noisy = draw(MOODS[:5]).astype(float), draw(MOODS[:5], noise=5.0).astype(float)
    inside = (clean[0] > 60) & (clean[0] < 200)  # nothing is clipped there
    assert abs((noisy[0] - clean[0])[inside].std() - 5) < 0.3


def test_no_pixel_gives_the_mood_away(global_random_seed):
    moods = np.arange(400) % 5
    pixels = draw(moods - 2, size=32, noise=20.0, seed=global_random_seed).reshape(400, -1)
    F, _ = f_classif(pixels.astype(float), moods)
    explained = 4 * F / (4 * F + 395)  # the share of a pixel's variance between moods
    assert explained.max() < 0.25


def test_faces_vary_and_the_seed_decides():
    pictures = draw(np.zeros(8, dtype=int))
    assert len(np.unique(pictures.reshape(8, -1), axis=0)) == 8
    assert_array_equal(pictures, draw(np.zeros(8, dtype=int)))
    assert pictures.dtype == np.uint8
