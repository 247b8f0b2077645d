import pathlib

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmm import ModalityError
from skmm.image import HOGExtractor
from skmm.image._reader import read_arrays, read_image


def read(cell):
    return read_image(cell, max_pixels=10_000)


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_a_file_equals_its_pixels(tmp_path, kind, global_random_seed):
    pixels = np.random.default_rng(global_random_seed).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    path = kind(tmp_path / "a.png")
    Image.fromarray(pixels).save(path)
    assert_array_equal(read(path), read(pixels))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5, 4), (5, 4)), ((5, 4, 1), (5, 4)), ((5, 4, 3), (5, 4, 3)), ((5, 4, 4), (5, 4, 3))],
)
def test_arrays_become_gray_or_color(shape, expected):
    image = read(np.zeros(shape, dtype=np.uint8))
    assert image.shape == expected
    assert image.dtype == np.float32


def test_an_array_is_laid_on_white_as_a_file_is(tmp_path, global_random_seed):
    pixels = np.random.default_rng(global_random_seed).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert_allclose(read(pixels), read(tmp_path / "a.png"), atol=1 / 255)


def test_lists_of_floats_are_images():
    assert_array_equal(read([[0.0, 0.5], [1.0, 0.25]]), np.float32([[0, 0.5], [1, 0.25]]))


def test_an_array_is_not_written_to():
    pixels = np.full((4, 4, 4), 0.5)
    pixels.flags.writeable = False
    read(pixels)
    assert (pixels == 0.5).all()


@pytest.mark.parametrize(
    "shape", [(3, 20, 20), (20, 20, 5), (20, 20, 2), (20,), (), (1, 20, 20, 3), (1, 20, 20)]
)
def test_other_shapes_are_refused_with_the_layout_that_is_meant(assert_refused, shape):
    assert_refused(
        np.zeros(shape), f"shape {shape}".replace("(", r"\(").replace(")", r"\)"), "last"
    )


@pytest.mark.parametrize("shape", [(0, 0), (0, 5, 3), (5, 0)])
def test_an_empty_array_is_refused_and_not_missing(assert_refused, shape):
    assert_refused(np.zeros(shape), "no pixels", "None")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_not_finite_are_counted(assert_refused, value):
    image = np.zeros((20, 20))
    image[3, 4:7] = value
    assert_refused(image, "3 of 400 values", extractor=HOGExtractor())


def test_an_image_full_of_nan_is_refused_and_not_missing(assert_refused):
    assert_refused(np.full((20, 20), np.nan), "400 of 400 values")


def test_arrays_of_objects_are_refused(assert_refused):
    assert_refused(np.zeros((20, 20), dtype=object), "dtype object")


def test_integers_of_64_bits_are_refused_instead_of_read_as_black(assert_refused):
    assert_refused(np.full((20, 20), 200), "dtype int64", r"astype\('uint8'\)")


def test_ragged_lists_are_refused(assert_refused):
    assert_refused([[0.0, 1.0], [0.5]], "unequal lengths")


@pytest.mark.parametrize("cell", [b"bytes", 3, {"a": 1}], ids=["bytes", "number", "dict"])
def test_other_cells_are_refused_by_type(cell):
    with pytest.raises(ValueError, match=f"of type {type(cell).__name__}.*Expected the path"):
        read(cell)


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 1), (6, 5, 3), (6, 5, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, bool, np.float16, np.float32, np.float64])
def test_arrays_at_a_time_equal_arrays_one_by_one(shape, dtype, global_random_seed):
    pixels = np.random.default_rng(global_random_seed).random((4, *shape))
    whole = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    pixels = (pixels * whole).round(3).astype(dtype)
    before = pixels.copy()
    images = read_arrays(pixels)
    assert images.dtype == np.float32
    assert_array_equal(images, [read(cell) for cell in pixels])
    assert_array_equal(pixels, before)


@pytest.mark.parametrize(("shape", "kept"), [((6, 5), True), ((6, 5, 3), True), ((6, 5, 4), False)])
def test_opaque_bytes_are_kept_on_request(shape, kept):
    pixels = np.zeros((2, *shape), dtype=np.uint8)
    assert read_arrays(pixels, keep_bytes=True).dtype == (np.uint8 if kept else np.float32)
    assert read_arrays(pixels.astype(np.uint16), keep_bytes=True).dtype == np.float32


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 3, 20, 20)),
        np.zeros((2, 20)),
        np.zeros((2, 0, 5)),
        np.zeros((2, 4, 4), dtype=np.int64),
        np.array([np.zeros((4, 4)), np.full((4, 4), np.nan)]),
        np.array([np.zeros((4, 4, 4)), np.full((4, 4, 4), 2.0)]),
    ],
    ids=["channels first", "vectors", "empty", "int64", "nan", "opacity"],
)
def test_a_bad_array_among_others_is_refused(pixels):
    with pytest.raises(ModalityError):
        read_arrays(pixels)


def test_a_check_sees_arrays_before_they_are_resized():
    seen = []
    read_image(
        np.zeros((6, 8)), max_pixels=1, size=(3, 4), check=lambda image: seen.append(image.shape)
    )
    assert seen == [(6, 8)]


@pytest.mark.parametrize("opacity", [255.0, -0.5])
def test_opacity_out_of_its_range_is_refused(opacity):
    image = np.full((2, 2, 4), 0.5)
    image[:, :, 3] = opacity
    with pytest.raises(ModalityError, match=r"Expected opacity in \[0, 1\]"):
        read_image(image, max_pixels=100)
