import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.color import gray2rgb, rgb2hsv, rgb2lab
from skimage.transform import resize

from skmm.image import ColorHistogramExtractor

CONVERT = {"rgb": np.asarray, "hsv": rgb2hsv, "lab": rgb2lab}
RANGES = {"rgb": [(0, 1)] * 3, "hsv": [(0, 1)] * 3, "lab": [(0, 100), (-87, 99), (-108, 95)]}


@pytest.fixture
def images(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.integers(0, 256, (3, 30, 26, 3), dtype=np.uint8)


def channels(image, space):
    """The pixels as rows of three numbers, float64, as in the extractor converted from float32."""
    pixels = CONVERT[space](image / np.float32(255)).astype(np.float64).reshape(-1, 3)
    return np.clip(pixels, *np.transpose(RANGES[space]))


@pytest.mark.parametrize("space", RANGES)
@pytest.mark.parametrize("n_bins", [1, 4, 5, 15])
def test_joint_histogram_is_numpys(images, space, n_bins):
    expected, _ = np.histogramdd(channels(images[0], space), n_bins, RANGES[space])
    row = ColorHistogramExtractor(n_bins, space=space, joint=True).transform(images[:1])[0]
    assert_allclose(row, expected.ravel() / (30 * 26), atol=1e-7)


@pytest.mark.parametrize("space", RANGES)
@pytest.mark.parametrize("n_bins", [1, 8, 51])
def test_marginal_histograms_are_numpys(images, space, n_bins):
    expected = [
        np.histogram(values, n_bins, limits)[0] / (30 * 26)
        for values, limits in zip(channels(images[0], space).T, RANGES[space], strict=True)
    ]
    row = ColorHistogramExtractor(n_bins, space=space).transform(images[:1])[0]
    assert_allclose(row, np.concatenate(expected), atol=1e-7)


def test_the_corners_of_rgb_lie_within_the_ranges_of_lab():
    corners = rgb2lab(np.indices((2, 2, 2)).reshape(3, 1, 8).T.astype(float)).reshape(-1, 3)
    least, most = np.transpose(RANGES["lab"])
    assert (corners >= least).all()
    assert (corners <= most + 1e-3).all()


@pytest.mark.parametrize("space", RANGES)
@pytest.mark.parametrize("joint", [False, True])
def test_every_histogram_sums_to_one(space, joint):
    extremes = np.zeros((4, 2, 3), dtype=np.uint8)
    extremes[:2] = 255
    row = ColorHistogramExtractor(space=space, joint=joint).transform([extremes])[0]
    assert_allclose(row.sum(), 1 if joint else 3, rtol=1e-6)


@pytest.mark.parametrize("space", RANGES)
@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1)])
def test_gray_counts_as_three_equal_channels(space, shape, global_random_seed):
    gray = np.random.default_rng(global_random_seed).integers(0, 256, shape, dtype=np.uint8)
    extractor = ColorHistogramExtractor(space=space)
    color = gray2rgb(gray.reshape(9, 7))
    assert_array_equal(extractor.transform([gray]), extractor.transform([color]))


def test_images_of_all_sizes_and_types_share_a_block(images):
    mixed = [images[0], images[1, :5], images[2] / 255.0, images[0, :, :, 0]]
    assert ColorHistogramExtractor().fit_transform(mixed).shape == (4, 24)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_and_their_float_equivalent_give_equal_rows(images, dtype):
    extractor = ColorHistogramExtractor(15, space="hsv", joint=True)
    assert_array_equal(
        extractor.transform(images), extractor.transform((images / 255).astype(dtype))
    )


def test_images_are_resized_first(images):
    small = resize(images[0] / np.float32(255), (8, 9), anti_aliasing=True)
    expected = np.histogram(small[:, :, 1], 4, (0, 1))[0] / 72
    row = ColorHistogramExtractor(4, size=(8, 9)).transform(images[:1])[0]
    assert_allclose(row[4:8], expected, atol=1e-7)


def test_a_name_says_which_colors_are_counted():
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    image[..., 2] = 255
    extractor = ColorHistogramExtractor(2, joint=True)
    row = extractor.fit_transform([image])[0]
    assert list(extractor.get_feature_names_out()[row > 0]) == ["r0_g0_b1"]
    names = ColorHistogramExtractor(2, space="lab").fit([image]).get_feature_names_out()
    assert list(names) == ["L0", "L1", "a0", "a1", "b0", "b1"]


@pytest.mark.parametrize("value", [-0.5, 200.0])
def test_pixels_that_are_no_colors_are_refused(assert_refused, value):
    cell = np.zeros((4, 4, 3))
    cell[0, 0, 0] = value
    assert_refused(
        cell, f"range from .*{value:g}", r"\[0, 1\]", extractor=ColorHistogramExtractor()
    )


@pytest.mark.parametrize(
    "params",
    [{"n_bins": 0}, {"space": "cmyk"}, {"joint": "yes"}, {"size": 8}, {"max_pixels": 0}],
)
def test_wrong_parameters_are_refused_by_name(images, params):
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match=next(iter(params))):
            getattr(ColorHistogramExtractor(**params), method)(images)
