import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage import color

from skmm.image._color import convert_color

ORACLES = {"gray": color.rgb2gray, "hsv": color.rgb2hsv, "lab": color.rgb2lab}


@pytest.mark.parametrize("space", ORACLES)
def test_colors_are_converted_as_in_scikit_image(space, global_random_seed):
    image = np.random.default_rng(global_random_seed).random((6, 5, 3), dtype=np.float32)
    converted = convert_color(image, space)
    assert converted.dtype == np.float32
    # Of dark pixels scikit-image's own result in float32 and float64 differs by this much.
    assert_allclose(converted, ORACLES[space](image.astype(np.float64)), atol=2e-4)


@pytest.mark.parametrize("space", ["hsv", "lab", "rgb"])
def test_gray_is_a_color_of_three_equal_channels(space):
    gray = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    assert_array_equal(
        convert_color(gray, space), convert_color(np.stack([gray] * 3, axis=2), space)
    )


@pytest.mark.parametrize(("shape", "space"), [((4, 5), None), ((4, 5, 3), None), ((4, 5), "gray")])
def test_what_is_in_the_space_already_is_not_touched(shape, space):
    image = np.ones(shape, dtype=np.float32)
    assert convert_color(image, space) is image
