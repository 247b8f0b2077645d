import numpy as np
import pytest
from numpy.testing import assert_allclose
from skimage.transform import resize

from skmm.image._size import check_pair, resize_image


@pytest.mark.parametrize("shape", [(48, 40), (48, 40, 3), (1, 1), (5, 200, 3)])
@pytest.mark.parametrize("size", [(16, 16), (64, 30)])
def test_resizing_is_scikit_images(shape, size, global_random_seed):
    image = np.random.default_rng(global_random_seed).random(shape, dtype=np.float32)
    expected = resize(image.astype(np.float64), size, anti_aliasing=True)
    assert_allclose(resize_image(image, size), expected, atol=1e-5)


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
