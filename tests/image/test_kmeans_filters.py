import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.cluster import KMeans

from skmm import ModalityError
from skmm.image._kmeans_filters import Filters, encode_image, learn_filters, sample_patches

SIZE = 3


@pytest.fixture(params=[1, 3, 5], ids="{} channels".format)
def image(request, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.random((request.param, 9, 8), dtype=np.float32)


@pytest.fixture
def learned(image, global_random_seed):
    rng, n_values = np.random.default_rng(global_random_seed), len(image) * SIZE**2
    shape = (len(image), SIZE, SIZE)
    arrays = [rng.normal(size=s) for s in (shape, (n_values, n_values), (4, *shape))]
    return Filters(*(array.astype(np.float32) for array in arrays))


def normalize(patch):
    """Contrast normalization as in the paper, there for pixels in [0, 255]."""
    patch = patch.astype(float).ravel() * 255
    return (patch - patch.mean()) / np.sqrt(patch.var() + 10)


def loop_over_patches(image, learned, stride, code):
    """One patch after the other, in double precision."""
    height, width = (side - SIZE + 1 for side in image.shape[1:])
    maps = []
    for row in range(0, height, stride):
        for column in range(0, width, stride):
            patch = normalize(image[:, row : row + SIZE, column : column + SIZE])
            maps.append(code((patch - learned.patch_mean.ravel()) @ learned.whitening))
    shape = (len(range(0, height, stride)), len(range(0, width, stride)), -1)
    return np.array(maps).reshape(shape).transpose(2, 0, 1)


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_triangle_codes_are_those_of_a_loop(image, learned, stride):
    def code(white):
        distances = [np.linalg.norm(white - one.ravel()) for one in learned.filters]
        return [max(0, np.mean(distances) - distance) for distance in distances]

    maps = encode_image(image, learned, stride=stride, encoding="triangle", threshold=0.0)
    assert_allclose(maps, loop_over_patches(image, learned, stride, code), atol=1e-3)
    assert maps.dtype == np.float32


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_soft_threshold_codes_are_those_of_a_loop(image, learned, threshold):
    def code(white):
        units = [one.ravel() / np.linalg.norm(one) for one in learned.filters]
        return [max(0, s * (white @ unit) - threshold) for s in (1, -1) for unit in units]

    maps = encode_image(image, learned, stride=1, encoding="soft_threshold", threshold=threshold)
    assert_allclose(maps, loop_over_patches(image, learned, 1, code), atol=1e-3)


def test_patches_are_pieces_of_the_image(image, global_random_seed):
    patches = sample_patches(image, SIZE, 20, np.random.RandomState(global_random_seed))
    pieces = [
        image[:, row : row + SIZE, column : column + SIZE].tolist()
        for row in range(7)
        for column in range(6)
    ]
    assert patches.shape == (20, len(image), SIZE, SIZE)
    assert all(patch.tolist() in pieces for patch in patches)


def test_filters_are_the_centers_of_whitened_patches(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    patches = rng.random((200, 2, SIZE, SIZE), dtype=np.float32)
    learned = learn_filters(patches, 5, random_state=3)
    normal = np.array([normalize(patch) for patch in patches])
    assert_allclose(learned.patch_mean.ravel(), normal.mean(axis=0), atol=1e-4)
    # ZCA: symmetric, and a direction of variance v keeps v / (v + 0.1) of it.
    variances, directions = np.linalg.eigh(np.cov(normal.T))
    assert_allclose(learned.whitening, learned.whitening.T, atol=1e-4)
    white = (normal - normal.mean(axis=0)) @ learned.whitening
    assert_allclose(
        np.var(white @ directions, axis=0, ddof=1), variances / (variances + 0.1), atol=1e-3
    )
    # At the end of k-means each center is the mean of the patches that are nearest to it.
    centers = learned.filters.reshape(5, -1)
    nearest = ((white[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    spread = ((white - centers[nearest]) ** 2).sum()
    assert spread <= 1.05 * KMeans(5, n_init=1, random_state=3).fit(white).inertia_


def test_flat_patches_do_not_divide_by_zero(learned, image):
    for encoding in ("triangle", "soft_threshold"):
        maps = encode_image(
            np.zeros_like(image), learned, stride=1, encoding=encoding, threshold=0.1
        )
        assert np.isfinite(maps).all()
        assert_array_equal(maps, np.broadcast_to(maps[:, :1, :1], maps.shape))


def test_a_filter_of_zeros_has_no_projection(learned, image):
    none = learned._replace(filters=np.zeros_like(learned.filters))
    assert not encode_image(image, none, stride=1, encoding="soft_threshold", threshold=0.0).any()


def test_blank_images_are_refused_with_the_way_out():
    with pytest.raises(ModalityError, match=r"have 1 different patches.*n_filters=2.*not blank"):
        learn_filters(np.zeros((50, 1, SIZE, SIZE), np.float32), 2, random_state=0)
