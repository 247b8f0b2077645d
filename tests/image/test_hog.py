import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from skimage.feature import hog
from skimage.transform import resize
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmm import ModalityError
from skmm.frame import TensorArray
from skmm.image import HOGExtractor

SMALL = {"size": (24, 16), "orientations": 4}  # fast, and different in each direction


@pytest.fixture
def images(global_random_seed):
    """Twenty images of equal size, more than the largest batch below."""
    rng = np.random.default_rng(global_random_seed)
    return rng.integers(0, 256, (20, 30, 26, 3), dtype=np.uint8)


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"orientations": 1},
        {"orientations": 12, "pixels_per_cell": (6, 10)},
        {"cells_per_block": (1, 3)},
        {"block_norm": "L1"},
        {"block_norm": "L1-sqrt"},
        {"block_norm": "L2", "transform_sqrt": True},
    ],
)
def test_row_is_scikit_images_hog(channels, params, global_random_seed):
    image = np.random.default_rng(global_random_seed).random((40, 50, *channels), dtype=np.float32)
    settings = {"block_norm": "L2-Hys", "cells_per_block": (2, 2), **params}
    expected = hog(image, channel_axis=-1 if channels else None, **settings)
    assert_allclose(HOGExtractor(size=None, **params).transform([image])[0], expected, atol=1e-6)


def test_images_are_resized_with_anti_aliasing_first(images):
    resized = resize(images[0] / np.float32(255), (64, 64), anti_aliasing=True)
    expected = hog(resized, cells_per_block=(2, 2), channel_axis=-1)
    assert_allclose(HOGExtractor().transform(images[:1])[0], expected, atol=1e-6)


def test_a_flat_image_has_no_gradients():
    assert_array_equal(
        HOGExtractor().transform([np.full((70, 70), 200, np.uint8)]), np.zeros((1, 1764))
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_and_their_float_equivalent_give_equal_rows(images, dtype):
    floats = (images / 255).astype(dtype)
    extractor = HOGExtractor(**SMALL)
    assert_array_equal(extractor.transform(images[:3]), extractor.transform(floats[:3]))


def test_an_edge_falls_into_the_bin_of_its_direction():
    image = np.zeros((16, 16), dtype=np.uint8)
    image[8:] = 255
    extractor = HOGExtractor(4, pixels_per_cell=(16, 16), cells_per_block=(1, 1), size=(16, 16))
    row = extractor.fit_transform([image])[0]
    assert list(extractor.get_feature_names_out()[row > 0]) == ["block(0,0)_cell(0,0)_90deg"]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_a_row_depends_on_its_own_image_only(images, batch_size):
    extractor = HOGExtractor(**SMALL).fit(images)
    block = extractor.transform(images)
    order = np.random.default_rng(0).permutation(len(images))
    batched = clone(extractor).set_params(batch_size=batch_size)
    assert_array_equal(batched.transform(images[order]), block[order])
    for row in (0, 7, 19):
        assert_array_equal(extractor.transform(images[row : row + 1])[0], block[row])


def test_list_series_tensor_and_paths_give_equal_rows(images, tmp_path):
    paths = [str(tmp_path / f"{row}.png") for row in range(4)]
    for image, path in zip(images, paths, strict=False):
        Image.fromarray(image).save(path)
    extractor = HOGExtractor(**SMALL)
    block = extractor.transform(images[:4])
    cells = pd.Series(list(images[:4]), dtype=object)
    for X in (list(images[:4]), cells, pd.Series(TensorArray(images[:4])), paths, pd.Series(paths)):
        assert_array_equal(extractor.transform(X), block)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
@pytest.mark.parametrize(
    "params", [{}, {"size": None}, {"size": [30, 26]}, {"transform_sqrt": True}]
)
def test_one_array_equals_a_list_of_arrays(dtype, channels, params, global_random_seed):
    whole = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    pixels = np.random.default_rng(global_random_seed).random((5, 30, 26, *channels)) * whole
    extractor = HOGExtractor(**{**SMALL, **params})
    block = extractor.transform(pixels.astype(dtype))
    assert_array_equal(block, extractor.transform(list(pixels.astype(dtype))))


@pytest.mark.parametrize(
    ("value", "params", "cause"),
    [(np.nan, {}, "1 of 780 values"), (-1.0, {"transform_sqrt": True}, "has no square root")],
)
def test_a_bad_image_of_an_array_is_named_or_passed_over(value, params, cause, global_random_seed):
    images = np.random.default_rng(global_random_seed).random((5, 30, 26))
    expected = HOGExtractor(size=None, **params).transform(images)
    images[3, 7, 9] = value
    extractor = HOGExtractor(size=None, **params).fit(images)
    with pytest.raises(ModalityError, match=f"modality 'image', row 3: .*{cause}"):
        extractor.transform(images)
    with pytest.warns(UserWarning, match="1 of 5 samples"):
        block = extractor.set_params(on_error="missing").transform(images)
    assert np.isnan(block[3]).all()
    assert_array_equal(np.delete(block, 3, axis=0), np.delete(expected, 3, axis=0))


def test_a_null_cell_gives_a_row_of_nan(images):
    block = HOGExtractor(**SMALL).fit_transform([None, images[0], float("nan"), pd.NA])
    assert_array_equal(np.isnan(block).all(axis=1), [True, False, True, True])
    assert np.isfinite(block[1]).all()


def test_worker_processes_give_equal_rows(images):
    extractor = HOGExtractor(batch_size=6, **SMALL)
    expected = extractor.transform(images)
    assert_array_equal(extractor.set_params(n_jobs=2).transform(images), expected)


def test_read_only_images_are_read_and_left_alone(images):
    images.flags.writeable = False
    before = images.copy()
    assert HOGExtractor(**SMALL).fit_transform(images).flags.writeable
    assert_array_equal(images, before)


@pytest.mark.parametrize(
    "params", [{}, {"size": (30, 41), "pixels_per_cell": (5, 6), "cells_per_block": (1, 3)}]
)
def test_every_feature_has_a_name_of_its_own(images, params):
    extractor = HOGExtractor(**params).fit(images)
    names = extractor.get_feature_names_out()
    assert len(set(names)) == extractor.n_features_out_ == extractor.transform(images[:1]).shape[1]


def test_a_name_says_where_its_value_is_in_scikit_images_array(images):
    extractor = HOGExtractor(4, size=(30, 26), pixels_per_cell=(5, 6), cells_per_block=(1, 3))
    row = extractor.fit_transform(images[:1])[0]
    value_of = dict(zip(extractor.get_feature_names_out(), row, strict=True))
    image = images[0] / np.float32(255)
    expected = hog(image, 4, (5, 6), (1, 3), feature_vector=False, channel_axis=-1)
    for block_row, block_column, i, j, direction in np.ndindex(expected.shape):
        name = f"block({block_row},{block_column})_cell({i},{j})_{45 * direction}deg"
        value = expected[block_row, block_column, i, j, direction]
        assert_allclose(value_of[name], value, atol=1e-6)


def test_without_a_size_names_are_numbers(images):
    extractor = HOGExtractor(size=None).fit(images)
    assert extractor.get_feature_names_out()[0] == "hogextractor0"
    assert len(extractor.get_feature_names_out()) == extractor.n_features_out_


def test_output_can_be_a_frame(images):
    extractor = HOGExtractor(**SMALL).set_output(transform="pandas")
    frame = extractor.fit_transform(pd.Series(list(images[:2]), index=["a", "b"]))
    assert list(frame.columns) == list(extractor.get_feature_names_out())
    assert list(frame.index) == ["a", "b"]


def test_clone_and_pickle_give_equal_rows(images):
    extractor = HOGExtractor(**SMALL).fit(images)
    block = extractor.transform(images[:2])
    for copy in (clone(extractor), pickle.loads(pickle.dumps(extractor))):
        assert_array_equal(copy.transform(images[:2]), block)


def test_names_need_a_fitted_extractor():
    with pytest.raises(NotFittedError):
        HOGExtractor().get_feature_names_out()


def test_an_image_smaller_than_a_block_is_refused_with_the_needed_size(assert_refused):
    extractor = HOGExtractor(size=None, cells_per_block=(2, 3))
    assert_refused(np.zeros((20, 23)), "20 x 23 pixels", "at least 16 x 24", extractor=extractor)


def test_images_that_give_unequally_many_features_are_refused(assert_refused):
    assert_refused(np.zeros((20, 20)), "one size", extractor=HOGExtractor(size=None))


def test_images_of_several_shapes_may_give_equally_many_features(images):
    mixed = [images[0], images[1, :, :24], images[2, :, :, 0], images[3], images[4, :25]]
    extractor = HOGExtractor(size=None)
    alone = [extractor.transform([image])[0] for image in mixed]
    assert_array_equal(extractor.fit_transform(mixed), alone)


def test_roots_of_negative_pixels_are_refused(assert_refused):
    assert_refused(
        np.full((20, 20), -0.5),
        "smallest pixel is -0.5",
        extractor=HOGExtractor(transform_sqrt=True),
    )


@pytest.mark.parametrize(
    "params",
    [
        {"size": 64},
        {"size": (64, 0)},
        {"pixels_per_cell": (8, 8, 8)},
        {"cells_per_block": [2.0, 2]},
        {"orientations": 0},
        {"block_norm": "L3"},
        {"max_pixels": 0},
        {"transform_sqrt": "yes"},
    ],
)
def test_wrong_parameters_are_refused_by_name(images, params):
    for method in ("fit", "transform"):
        with pytest.raises(ValueError, match=next(iter(params))):
            getattr(HOGExtractor(**params), method)(images)


def test_a_failed_fit_leaves_the_fitted_extractor_alone(images):
    extractor = HOGExtractor(**SMALL).fit(images)
    with pytest.raises(ModalityError):
        extractor.set_params(size=None).fit([np.zeros((2, 2))])
    assert extractor.n_features_out_ == 2 * 1 * 4 * 4
