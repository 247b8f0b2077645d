import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skimage.util import img_as_float32

from skmm import ModalityError
from skmm.image._values import check_finite, to_float


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, bool])
def test_integers_are_scaled_as_in_scikit_image(dtype, global_random_seed):
    pixels = np.random.default_rng(global_random_seed).integers(0, 256, (5, 7)).astype(dtype)
    scaled = to_float(pixels)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, img_as_float32(pixels), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_bytes_equal_their_float_equivalent_to_the_bit(dtype):
    pixels = np.arange(256, dtype=np.uint8)
    if dtype == np.float16:  # 8 bits of precision do not hold all multiples of 1/255
        pixels = pixels[[0, 255]]
    assert_array_equal(to_float(pixels), to_float((pixels / 255).astype(dtype)))


def test_floats_stay_as_they_are():
    assert_array_equal(to_float(np.array([200.0, -3.5])), np.array([200, -3.5], dtype=np.float32))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64", "uint32", "complex64", "object", "U1"])
def test_types_without_a_known_range_are_refused(dtype):
    with pytest.raises(ModalityError, match=f"dtype {np.dtype(dtype)}.*Expected uint8"):
        to_float(np.zeros((2, 2), dtype=dtype))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e10])
def test_values_that_cannot_be_computed_with_are_counted(value):
    pixels = np.zeros((2, 3), dtype=np.float32)
    pixels[1, :2] = value
    with pytest.raises(ModalityError, match=r"the image has 2 of 6 values.*None"):
        check_finite(pixels, source="the image")
