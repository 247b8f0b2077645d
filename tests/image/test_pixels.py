import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from skimage.color import rgb2gray
from skimage.transform import resize
from sklearn.base import clone

from skmm.frame import TensorArray
from skmm.image import PixelExtractor


@pytest.fixture
def images(global_random_seed):
    """Twenty color images of equal size, more than the largest batch below."""
    rng = np.random.default_rng(global_random_seed)
    return rng.integers(0, 256, (20, 12, 10, 3), dtype=np.uint8)


def test_without_a_size_the_block_holds_the_pixels_channels_first(images):
    block = PixelExtractor(size=None).transform(images)
    assert block.dtype == np.float32
    assert_allclose(block, images.transpose(0, 3, 1, 2) / 255, rtol=1e-6)


@pytest.mark.parametrize("size", [(6, 7), (32, 32)])
def test_images_are_resized_as_in_scikit_image(images, size):
    expected = resize(images[0] / 255, size, anti_aliasing=True).transpose(2, 0, 1)
    assert_allclose(PixelExtractor(size).transform(images[:1])[0], expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(12, 10), (12, 10, 1)])
def test_gray_arrays_have_one_channel(shape):
    assert PixelExtractor((8, 6)).transform([np.zeros(shape)]).shape == (1, 1, 8, 6)


def test_gray_is_the_luminance_of_scikit_image(images):
    block = PixelExtractor(size=None, color="gray").transform(images[:2])
    assert_allclose(block[:, 0], rgb2gray(images[:2] / 255), atol=1e-6)


def test_gray_arrays_become_color_by_repetition(images):
    block = PixelExtractor(size=None, color="rgb").transform(images[:2, :, :, 0])
    assert_array_equal(block, np.repeat(block[:, :1], 3, axis=1))


@pytest.mark.parametrize(("color", "channels"), [("rgb", 3), ("gray", 1)])
def test_gray_and_color_mix_where_a_color_is_chosen(images, color, channels):
    block = PixelExtractor(size=None, color=color).transform([images[0], images[0, :, :, 0]])
    assert block.shape == (2, channels, 12, 10)


def test_gray_and_color_do_not_mix_otherwise(images, assert_refused):
    assert_refused(images[0], r"\(3, 32, 32\)", r"\(1, 32, 32\)")


def test_without_a_size_the_odd_image_is_named(assert_refused):
    assert_refused(np.zeros((40, 39)), r"\(1, 40, 39\)", extractor=PixelExtractor(size=None))


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
@pytest.mark.parametrize("color", [None, "gray"])
def test_a_row_depends_on_its_own_image_only(images, batch_size, color):
    extractor = PixelExtractor((8, 9), color=color).fit(images)
    block = extractor.transform(images)
    order = np.random.default_rng(0).permutation(len(images))
    batched = clone(extractor).set_params(batch_size=batch_size)
    assert_array_equal(batched.transform(images[order]), block[order])
    for row in (0, 7, 19):
        assert_array_equal(extractor.transform(images[row : row + 1])[0], block[row])


def test_list_series_tensor_and_paths_give_equal_rows(images, tmp_path):
    paths = [tmp_path / f"{row}.png" for row in range(4)]
    for image, path in zip(images, paths, strict=False):
        Image.fromarray(image).save(path)
    extractor = PixelExtractor((8, 8))
    block = extractor.transform(images[:4])
    cells = pd.Series(list(images[:4]), dtype=object)
    for X in (list(images[:4]), cells, pd.Series(TensorArray(images[:4])), paths):
        assert_array_equal(extractor.transform(X), block)


def test_a_null_cell_gives_nan(images):
    block = PixelExtractor().fit_transform([images[0], None])
    assert np.isfinite(block[0]).all()
    assert np.isnan(block[1]).all()


def test_worker_processes_give_equal_rows(images):
    extractor = PixelExtractor(batch_size=6)
    expected = extractor.transform(images)
    assert_array_equal(extractor.set_params(n_jobs=2).transform(images), expected)


def test_the_block_is_no_view_of_the_images():
    images = np.zeros((2, 8, 8), dtype=np.float32)
    images.flags.writeable = False
    block = PixelExtractor(size=None).fit_transform(images)
    assert block.flags.writeable
    assert not np.shares_memory(block, images)


def test_as_a_frame_the_block_is_one_column(images):
    X = pd.Series([images[0], None], index=["a", "b"])
    frame = PixelExtractor().set_output(transform="pandas").fit_transform(X)
    assert list(frame.columns) == ["pixelextractor"]
    assert list(frame.index) == ["a", "b"]
    assert_array_equal(frame["pixelextractor"].array.present, [True, False])
    assert frame["pixelextractor"].array.tensor.shape == (2, 3, 32, 32)


def test_the_block_has_one_name(images):
    assert list(PixelExtractor().fit(images).get_feature_names_out()) == ["pixelextractor"]


def test_clone_and_pickle_give_equal_rows(images):
    extractor = PixelExtractor((8, 8), color="gray").fit(images)
    block = extractor.transform(images[:2])
    for copy in (clone(extractor), pickle.loads(pickle.dumps(extractor))):
        assert_array_equal(copy.transform(images[:2]), block)


@pytest.mark.parametrize("params", [{"size": 8}, {"size": (8, -1)}, {"color": "bgr"}])
def test_wrong_parameters_are_refused_by_name(images, params):
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match=next(iter(params))):
            getattr(PixelExtractor(**params), method)(images)
