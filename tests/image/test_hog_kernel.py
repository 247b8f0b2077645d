from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.feature import hog

from skmm.image._hog_kernel import COLUMNS, NORMS, ROWS, describe

# What lies exactly between two bins, or has no gradient at all, is where kernels differ.
PICTURES = {
    "random": lambda rng, shape: rng.random(shape),
    "bytes": lambda rng, shape: rng.integers(0, 256, shape) / np.float32(255),
    "few levels": lambda rng, shape: rng.integers(0, 4, shape) / 4,
    "flat": lambda rng, shape: np.full(shape, 0.7),
    "black": lambda rng, shape: np.zeros(shape),
    "ramp": lambda rng, shape: np.broadcast_to(np.arange(shape[1]), shape),
    "falling diagonal": lambda rng, shape: np.add.outer(np.arange(shape[0]), -np.arange(shape[1])),
    "rising diagonal": lambda rng, shape: np.add.outer(np.arange(shape[0]), np.arange(shape[1])),
    "rectangle": lambda rng, shape: np.pad(np.ones((9, 14)), ((12, 16), (7, 24))),
    "bright": lambda rng, shape: rng.random(shape) * 1e6,
}


def picture(kind, seed=0):
    """An image whose sides are multiples of few cells."""
    return np.ascontiguousarray(PICTURES[kind](np.random.default_rng(seed), (37, 45)), np.float32)


def scikit_images(image, orientations=9, cell=(8, 8), block=(2, 2), norm="L2-Hys"):
    channel_axis = -1 if image.ndim == 3 else None
    return hog(image, orientations, cell, block, norm, channel_axis=channel_axis)


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("orientations", [1, 2, 3, 4, 7, 8, 9, 12, 16, 36])
def test_directions_fall_into_the_bins_of_scikit_image(kind, orientations, global_random_seed):
    image = picture(kind, global_random_seed)
    expected = scikit_images(image, orientations)
    assert_allclose(
        describe(image[np.newaxis], orientations, (8, 8), (2, 2), "L2-Hys")[0], expected, atol=1e-6
    )


@pytest.mark.parametrize("kind", ["random", "flat", "few levels"])
@pytest.mark.parametrize(
    ("cell", "block", "norm"),
    list(product([(8, 8), (5, 6), (1, 1), (3, 7), (16, 2)], [(2, 2), (1, 3), (1, 1)], NORMS)),
)
def test_cells_and_blocks_are_scikit_images(kind, cell, block, norm, global_random_seed):
    image = picture(kind, global_random_seed)
    expected = scikit_images(image, 4, cell, block, norm)
    assert_allclose(describe(image[np.newaxis], 4, cell, block, norm)[0], expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["random", "bytes", "few levels", "flat"])
@pytest.mark.parametrize("orientations", [4, 9])
def test_of_equally_strong_colors_the_first_counts(kind, orientations, global_random_seed):
    seeds = (global_random_seed, global_random_seed + 1, global_random_seed + 2)
    image = np.stack([picture(kind, seed) for seed in seeds], axis=2)
    expected = scikit_images(image, orientations)
    assert_allclose(
        describe(image[np.newaxis], orientations, (8, 8), (2, 2), "L2-Hys")[0], expected, atol=1e-6
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (2, 2), (2, 3), (3, 2)])
def test_the_smallest_images_have_gradients_where_scikit_image_has(shape, global_random_seed):
    image = np.random.default_rng(global_random_seed).random(shape, dtype=np.float32)
    expected = scikit_images(image, 9, (1, 1), (1, 1))
    assert_allclose(
        describe(image[np.newaxis], 9, (1, 1), (1, 1), "L2-Hys")[0], expected, atol=1e-6
    )


def sum_exactly(image, orientations, cell):
    """Histograms of cells as wide as the image, normalized one by one, in double precision."""
    image = image.astype(np.float64)
    across, down = np.zeros_like(image), np.zeros_like(image)
    across[:, 1:-1], down[1:-1] = image[:, 2:] - image[:, :-2], image[2:] - image[:-2]
    angles = np.rad2deg(np.arctan2(down, across)) % 180
    bins = (angles / (180 / orientations)).astype(int).clip(0, orientations - 1)
    rows = []
    for top, left in np.ndindex(*np.floor_divide(image.shape, cell)):
        place = np.s_[top * cell[0] :, left * cell[1] :]
        strengths = np.hypot(across, down)[place][: cell[0], : cell[1]].ravel()
        votes = bins[place][: cell[0], : cell[1]].ravel()
        row = np.bincount(votes, strengths, orientations) / np.prod(cell)
        rows.append(row / np.sqrt((row**2).sum() + 1e-10))
    return np.concatenate(rows)


@pytest.mark.parametrize("cell", [(9, 255), (40, COLUMNS), (9, COLUMNS + 1), (33, 3 * COLUMNS - 5)])
def test_cells_wider_than_what_is_counted_at_a_time(cell, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    for shape in ((cell[0] + 3, cell[1] + 7), (2 * cell[0], 2 * cell[1] + 1)):
        image = rng.integers(0, 4, shape).astype(np.float32)
        # scikit-image adds thousands of float32 one after the other, and is 1e-5 off
        expected = sum_exactly(image, 9, cell)
        assert_allclose(describe(image[np.newaxis], 9, cell, (1, 1), "L2")[0], expected, atol=1e-6)


@pytest.mark.parametrize("width", [COLUMNS - 1, COLUMNS, COLUMNS + 1, 2 * COLUMNS, 1000])
@pytest.mark.parametrize("cell_width", [1, 3, 8, 12, 100])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_wide_images_are_scikit_images_too(width, cell_width, channels, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    image = rng.random((12, width, *channels), dtype=np.float32)
    expected = scikit_images(image, 6, (5, cell_width), (1, 2))
    described = describe(image[np.newaxis], 6, (5, cell_width), (1, 2), "L2-Hys")[0]
    assert_allclose(described, expected, atol=1e-6)


@pytest.mark.parametrize("orientations", [4, 8, 9, 16, 18])
def test_directions_next_to_a_bound_fall_into_the_bins_of_scikit_image(orientations):
    # Differences of bytes brought to [0, 1] are rounded, and often equal but for the last digit.
    for seed in range(30):
        levels = np.random.default_rng(seed).integers(0, 6, (64, 64), dtype=np.uint8)
        image = levels / np.float32(255)
        expected = scikit_images(image, orientations)
        described = describe(image[np.newaxis], orientations, (8, 8), (2, 2), "L2-Hys")[0]
        assert_allclose(described, expected, atol=1e-6)


@pytest.mark.parametrize("shape", [(6, 40, 24), (3, 33, 300), (6, 40, 24, 3)])
def test_bytes_equal_their_float_equivalent_to_the_bit(shape, global_random_seed):
    images = np.random.default_rng(global_random_seed).integers(0, 256, shape, dtype=np.uint8)
    described = describe(images, 9, (8, 8), (2, 2), "L2-Hys")
    assert_array_equal(described, describe(images / np.float32(255), 9, (8, 8), (2, 2), "L2-Hys"))


@pytest.mark.parametrize("norm", NORMS)
def test_sums_over_large_cells_stay_exact(norm, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    ramp = np.linspace(0, 1, 300, dtype=np.float32)[:, None] + np.zeros((1, 260), np.float32)
    for image in (ramp, ramp + rng.random(ramp.shape, dtype=np.float32) / 10):
        assert image.shape[0] // 2 > ROWS
        expected = scikit_images(image, 9, (140, 120), (2, 2), norm)
        assert_allclose(
            describe(image[np.newaxis], 9, (140, 120), (2, 2), norm)[0], expected, atol=1e-6
        )


@pytest.mark.parametrize("shape", [(16, 24), (16, 24, 3), (16, COLUMNS + 9)])
def test_an_image_is_not_changed_by_those_beside_it(shape, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    scales = 1e4 * rng.random(50, dtype=np.float32)
    images = [rng.random(shape, dtype=np.float32) * scale for scale in scales]
    together = describe(np.stack(images), 9, (8, 8), (2, 2), "L2-Hys")
    alone = [describe(image[np.newaxis], 9, (8, 8), (2, 2), "L2-Hys")[0] for image in images]
    assert_array_equal(together, alone)


@pytest.mark.parametrize("shape", [(16, 24), (16, 24, 3)])
def test_read_only_images_and_views_are_described_and_left_alone(shape, global_random_seed):
    image = np.random.default_rng(global_random_seed).random(shape, dtype=np.float32)
    expected = describe(image[np.newaxis], 9, (8, 8), (2, 2), "L2-Hys")
    view = np.repeat(image, 2, axis=0)[::2]
    image.flags.writeable = False
    before = image.copy()
    assert_array_equal(describe(image[np.newaxis], 9, (8, 8), (2, 2), "L2-Hys"), expected)
    assert_array_equal(describe(view[np.newaxis], 9, (8, 8), (2, 2), "L2-Hys"), expected)
    assert_array_equal(image, before)
