import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.transform import resize

from skmm.image._size import check_pair, resize_image


@pytest.mark.parametrize(
    "shape", [(48, 40), (48, 40, 3), (1, 1), (1, 7), (2, 3), (5, 200, 3), (300, 211, 3)]
)
@pytest.mark.parametrize("size", [(16, 16), (64, 30), (48, 9), (1, 2)])
def test_resizing_is_scikit_images(shape, size, global_random_seed):
    image = np.random.default_rng(global_random_seed).random(shape, dtype=np.float32)
    expected = resize(image.astype(np.float64), size, anti_aliasing=True)
    resized = resize_image(image, size)
    assert resized.dtype == np.float32
    assert_allclose(resized, expected, atol=1e-6)


@pytest.mark.parametrize("size", [(16, 16), (64, 65), (50, 7)])
def test_what_is_flat_stays_exactly_flat(size):
    image = np.zeros((50, 60, 3), dtype=np.float32)
    image[:25] = 0.7
    top = resize_image(image, size)[: size[0] // 4]
    assert_array_equal(top, np.float32(0.7))
    assert_array_equal(resize_image(image[:25], size), np.float32(0.7))


def test_read_only_views_are_resized_and_left_alone(global_random_seed):
    image = np.random.default_rng(global_random_seed).random((9, 14, 3), dtype=np.float32)
    before = image.copy()
    image.flags.writeable = False
    assert_array_equal(
        resize_image(image[:, ::2], (5, 5)), resize_image(before[:, ::2].copy(), (5, 5))
    )
    assert_array_equal(image, before)


@pytest.mark.parametrize("size", [None, (4, 5), [4, 5]])
def test_an_image_of_the_wanted_size_is_not_touched(size):
    image = np.ones((4, 5, 3), dtype=np.float32)
    assert resize_image(image, size) is image


def test_anti_aliasing_keeps_a_fine_grating_from_becoming_stripes():
    grating = np.tile(np.float32([0, 0, 1]), (60, 20))
    assert np.ptp(resize_image(grating, (30, 20))[:, 4:-4]) < 0.1


@pytest.mark.parametrize("pair", [(8, 8), [8, 16], (np.int64(8), 1)])
def test_pairs_of_positive_integers_are_accepted(pair):
    check_pair("size", pair)


@pytest.mark.parametrize("pair", [8, (8,), (8, 8, 8), (0, 8), (-1, 8), (8.0, 8), "88", None])
def test_anything_else_is_refused_by_name(pair):
    with pytest.raises(ValueError, match="size must be a pair of positive integers"):
        check_pair("size", pair)
