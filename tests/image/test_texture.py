import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.color import rgb2gray
from skimage.feature import local_binary_pattern
from skimage.transform import resize

from skmm.image import TextureExtractor


@pytest.fixture
def images(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.integers(0, 256, (3, 30, 26), dtype=np.uint8)


def histogram(image, n_points=8, radius=1):
    patterns = local_binary_pattern(image, n_points, radius, method="uniform")
    return np.histogram(patterns, n_points + 2, (0, n_points + 2))[0] / image.size


@pytest.mark.parametrize(("n_points", "radius"), [(8, 1), (4, 1), (1, 1), (16, 2), (12, 1.5)])
def test_row_is_the_histogram_of_scikit_images_patterns(images, n_points, radius):
    row = TextureExtractor(n_points, radius).fit_transform(images[:1])[0]
    assert_allclose(row, histogram(images[0], n_points, radius), atol=1e-7)


def test_colors_become_gray_first(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    image = rng.integers(0, 256, (20, 21, 3), dtype=np.uint8)
    gray = np.rint(rgb2gray(image / np.float32(255)) * 255).astype(np.uint8)
    assert_allclose(TextureExtractor().transform([image])[0], histogram(gray), atol=1e-7)


def test_images_are_resized_first(images):
    small = resize(images[0] / np.float32(255), (16, 12), anti_aliasing=True)
    expected = histogram(np.rint(small * 255).astype(np.uint8))
    row = TextureExtractor(size=(16, 12)).transform(images[:1])[0]
    assert_allclose(row, expected, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_and_their_float_equivalent_give_equal_rows(images, dtype):
    extractor = TextureExtractor()
    assert_array_equal(
        extractor.transform(images), extractor.transform((images / 255).astype(dtype))
    )


def test_rounding_errors_make_no_patterns_of_flat_regions():
    flat = np.full((12, 12), 0.6)
    noisy = flat + np.random.default_rng(0).normal(size=flat.shape) * 1e-6
    extractor = TextureExtractor()
    assert_array_equal(extractor.transform([noisy]), extractor.transform([flat]))


def test_a_quarter_turn_changes_nothing(images):
    extractor = TextureExtractor()
    turned = [np.rot90(image) for image in images]
    assert_allclose(extractor.transform(turned), extractor.transform(images), atol=1e-7)


def test_images_of_all_sizes_share_a_block(images):
    rows = TextureExtractor().fit_transform([images[0], images[1, :5], np.zeros((1, 1))])
    assert rows.shape == (3, 10)
    assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)


def test_names_count_the_ones():
    names = TextureExtractor(3).fit([np.zeros((4, 4))]).get_feature_names_out()
    assert list(names) == ["ones0", "ones1", "ones2", "ones3", "other"]


@pytest.mark.parametrize(
    "params", [{"n_points": 0}, {"radius": 0}, {"size": (8,)}, {"max_pixels": 0}]
)
def test_wrong_parameters_are_refused_by_name(images, params):
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match=next(iter(params))):
            getattr(TextureExtractor(**params), method)(images)
