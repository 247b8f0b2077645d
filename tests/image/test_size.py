import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.transform import resize
from sklearn.base import clone

from skmm.image import (
    CNNExtractor,
    ColorHistogramExtractor,
    HOGExtractor,
    PixelExtractor,
    TextureExtractor,
)
from skmm.image._size import check_pair, resize_image, resize_images, scale_sides


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


TALL, WIDE, LINE, COLUMN = (40, 10), (11, 37), (1, 300), (301, 1)


def resize_apart(image, size, aspect):
    """Resize with scikit-image, and cut or pad afterwards."""
    factors = [after / before for after, before in zip(size, image.shape, strict=False)]
    factor = max(factors) if aspect == "crop" else min(factors)
    scaled = [max(1, int(side * factor + 0.5 + 1e-9)) for side in image.shape[:2]]
    resized = resize(image.astype(np.float64), scaled, anti_aliasing=True)
    if aspect == "crop":
        top, left = ((side - after) // 2 for side, after in zip(scaled, size, strict=True))
        return resized[top : top + size[0], left : left + size[1]]
    missing = [after - side for side, after in zip(scaled, size, strict=True)]
    pads = [(n // 2, n - n // 2) for n in missing] + [(0, 0)] * (image.ndim - 2)
    return np.pad(resized, pads, mode="edge")


@pytest.mark.parametrize("aspect", ["crop", "pad"])
@pytest.mark.parametrize("channels", [(), (3,)], ids=["gray", "color"])
@pytest.mark.parametrize("sides", [TALL, WIDE, LINE, COLUMN, (1, 1), (32, 32), (20, 30)])
@pytest.mark.parametrize("size", [(16, 16), (20, 30), (7, 64), (1, 1), (5, 1)])
def test_crop_and_pad_keep_proportions(sides, channels, size, aspect, global_random_seed):
    image = np.random.default_rng(global_random_seed).random((*sides, *channels), dtype=np.float32)
    resized = resize_image(image, size, aspect)
    assert resized.shape == (*size, *channels)
    assert_allclose(resized, resize_apart(image, size, aspect), atol=1e-6)


@pytest.mark.parametrize(
    ("sides", "crop", "pad"),
    [((40, 10), (80, 20), (10, 3)), ((10, 40), (10, 40), (5, 20)), ((20, 40), (10, 20), (10, 20))],
)
def test_sides_are_scaled_to_cover_or_to_fit(sides, crop, pad):
    assert scale_sides(sides, (10, 20), "crop") == crop
    assert scale_sides(sides, (10, 20), "pad") == pad
    assert scale_sides(sides, (10, 20), "stretch") == (10, 20)


@pytest.mark.parametrize("aspect", ["stretch", "crop", "pad"])
def test_an_endless_line_needs_no_endless_image(aspect):
    line = np.linspace(0, 1, 200_000, dtype=np.float32)[np.newaxis]  # cropped from 64 x 12,800,000
    resized = resize_image(line, (64, 64), aspect)
    assert resized.shape == (64, 64)
    assert_allclose(resized.mean(), 0.5, atol=1e-3)


@pytest.mark.parametrize("aspect", ["stretch", "crop", "pad"])
def test_images_at_a_time_equal_images_one_by_one(aspect, global_random_seed):
    images = np.random.default_rng(global_random_seed).random((5, 9, 14, 3), dtype=np.float32)
    together = resize_images(images, (6, 6), aspect)
    assert_array_equal(together, [resize_image(image, (6, 6), aspect) for image in images])
    assert resize_images(images, None, aspect) is images
    assert resize_images(images, [9, 14], aspect) is images


@pytest.mark.parametrize("aspect", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("sides", [TALL, WIDE])
@pytest.mark.parametrize(
    "extractor",
    [
        HOGExtractor(pixels_per_cell=(8, 8)),
        PixelExtractor(),
        ColorHistogramExtractor(),
        TextureExtractor(),
        CNNExtractor(n_filters=3, patch_size=3, random_state=0),
    ],
    ids=lambda extractor: type(extractor).__name__,
)
def test_every_extractor_sees_the_image_so(extractor, sides, aspect, global_random_seed):
    pixels = np.random.default_rng(global_random_seed).random((*sides, 3), dtype=np.float32)
    resized = resize(pixels, (24, 16), anti_aliasing=True)
    if aspect != "stretch":
        resized = resize_apart(pixels, (24, 16), aspect)
    expected = clone(extractor).set_params(size=None).fit_transform([resized])
    rows = clone(extractor).set_params(size=(24, 16), aspect=aspect).fit_transform([pixels])
    assert_allclose(rows, expected, atol=1e-4)


def test_an_unknown_aspect_is_refused_by_name():
    with pytest.raises(ValueError, match="'aspect' parameter of PixelExtractor.*'squeeze'"):
        PixelExtractor(aspect="squeeze").fit([np.zeros((4, 4))])


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
