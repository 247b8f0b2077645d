import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmm import ModalityError, make_frame
from skmm.sensor import SensorWindowExtractor

OPTIONS = [{}, {"resample": True}, {"standardize": True}, {"length": 12}]


def test_short_recordings_are_filled_up_with_steps_of_nan(recordings):
    longest = max(map(len, recordings))
    block = SensorWindowExtractor().fit_transform(recordings)
    assert block.shape == (20, longest, 3)
    assert block.dtype == np.float32
    for window, recording in zip(block, recordings, strict=True):
        assert_array_equal(window[: len(recording)], recording.astype(np.float32))
        assert np.isnan(window[len(recording) :]).all()


def test_long_recordings_are_cut(recordings):
    block = SensorWindowExtractor(5).fit_transform(recordings)
    for window, recording in zip(block, recordings, strict=True):
        assert_array_equal(window[: len(recording)], recording[:5].astype(np.float32))


def test_the_longest_recording_of_fit_sets_the_length(recordings):
    extractor = SensorWindowExtractor().fit([np.ones((4, 3)), np.ones((6, 3))])
    assert extractor.length_ == 6
    assert extractor.transform(recordings).shape == (20, 6, 3)


@pytest.mark.parametrize("length", [1, 2, 30])
def test_resampling_interpolates_as_numpy_does(length, recordings):
    block = SensorWindowExtractor(length, resample=True).fit_transform(recordings)
    for window, recording in zip(block, recordings, strict=True):
        steps = np.linspace(0, len(recording) - 1, length)
        expected = [np.interp(steps, np.arange(len(recording)), x) for x in recording.T]
        assert_allclose(window, np.transpose(expected), rtol=1e-6)


def test_resampling_to_the_same_length_changes_nothing(recordings):
    for recording in recordings:
        window = SensorWindowExtractor(len(recording), resample=True).fit_transform([recording])
        assert_array_equal(window[0], recording.astype(np.float32))


@pytest.mark.parametrize("resample", [False, True])
def test_standardized_windows_have_mean_zero_and_variance_one(resample, recordings):
    extractor = SensorWindowExtractor(20, resample=resample, standardize=True)
    varied = [recording[:, :2] for recording in recordings if len(recording) > 1]
    block = extractor.fit_transform(varied)
    assert_allclose(np.nanmean(block, axis=1), 0, atol=1e-6)
    assert_allclose(np.nanvar(block, axis=1), 1, rtol=1e-5)


def test_a_constant_channel_becomes_zero():
    block = SensorWindowExtractor(4, standardize=True).fit_transform([np.full((3, 1), 0.1)])
    assert_array_equal(block[0, :, 0], [0, 0, 0, np.nan])


def test_one_channel_keeps_its_axis():
    assert SensorWindowExtractor(3).fit_transform([[1.0, 2.0]]).shape == (1, 3, 1)


def test_a_null_cell_gives_a_window_of_nan():
    block = SensorWindowExtractor().fit_transform([[1.0, 2.0], None])
    assert_array_equal(np.isnan(block[:, :, 0]), [[False, False], [True, True]])


def test_only_a_length_to_learn_makes_a_fit_necessary(recordings):
    with pytest.raises(NotFittedError):
        SensorWindowExtractor().transform(recordings)
    expected = SensorWindowExtractor(9).fit_transform(recordings)
    assert_array_equal(SensorWindowExtractor(9).transform(recordings), expected)


@pytest.mark.parametrize("options", [{"length": 0}, {"resample": "yes"}, {"standardize": 1.0}])
def test_a_wrong_parameter_is_named(options):
    with pytest.raises(ValueError, match=f"The '{next(iter(options))}' parameter of SensorWindow"):
        SensorWindowExtractor(**options).fit([[1.0]])


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_neither_batches_nor_order_matter_to_the_bit(options, batch_size, recordings):
    expected = SensorWindowExtractor(**options).fit_transform(recordings)
    extractor = SensorWindowExtractor(**options, batch_size=batch_size).fit(recordings)
    assert_array_equal(extractor.transform(recordings), expected)
    assert_array_equal(extractor.transform(recordings[::-1]), expected[::-1])


def test_two_workers_equal_one(recordings):
    expected = SensorWindowExtractor().fit_transform(recordings)
    extractor = SensorWindowExtractor(batch_size=7, n_jobs=2)
    assert_array_equal(extractor.fit_transform(recordings), expected)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_container_gives_the_same_block(options, global_random_seed):
    stack = np.random.default_rng(global_random_seed).normal(size=(6, 30, 2)).astype("float32")
    expected = SensorWindowExtractor(**options).fit_transform(list(stack))
    for column in (stack, stack.tolist(), pd.Series(list(stack)), make_frame(wrist=stack)):
        assert_array_equal(SensorWindowExtractor(**options).fit_transform(column), expected)


def test_pandas_output_is_one_column_of_windows():
    recordings = pd.Series([[1.0, 2.0], None, [3.0]], index=["a", "b", "c"])
    extractor = SensorWindowExtractor(2).set_output(transform="pandas")
    frame = extractor.fit_transform(recordings)
    assert list(frame.columns) == list(extractor.get_feature_names_out())
    assert list(frame.index) == ["a", "b", "c"]
    assert list(frame.iloc[:, 0].isna()) == [False, True, False]
    assert_array_equal(frame.iloc[0, 0], [[1], [2]])


def test_a_copy_gives_the_same_block(recordings):
    extractor = SensorWindowExtractor(resample=True)
    expected = extractor.fit_transform(recordings)
    assert_array_equal(clone(extractor).fit_transform(recordings), expected)
    copy = pickle.loads(pickle.dumps(extractor))
    assert_array_equal(copy.transform(recordings), expected)


def test_a_failed_refit_leaves_the_old_length(recordings):
    extractor = SensorWindowExtractor().fit(recordings)
    expected = extractor.transform(recordings)
    with pytest.raises(ModalityError):
        extractor.fit([[1.0], [np.nan]])
    assert_array_equal(extractor.transform(recordings), expected)
