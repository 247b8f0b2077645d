import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.base import clone

from skmm import ModalityError, make_frame
from skmm.sensor import SensorStatisticsExtractor


def test_rows_are_statistics_channel_by_channel(recordings):
    block = SensorStatisticsExtractor(("mean", "q75", "magnitude_mean")).fit_transform(recordings)
    expected = [
        [*x.mean(axis=0), *np.percentile(x, 75, axis=0), np.linalg.norm(x, axis=1).mean()]
        for x in recordings
    ]
    assert block.dtype == np.float32
    assert_allclose(block, expected, rtol=1e-6)


def test_columns_are_named_after_channel_and_statistic():
    extractor = SensorStatisticsExtractor(("mean", "correlation", "magnitude_std", "std"))
    extractor.fit([np.ones((4, 3))])
    assert list(extractor.get_feature_names_out()) == [
        *("ch0_mean", "ch1_mean", "ch2_mean"),
        *("correlation_ch0_ch1", "correlation_ch0_ch2", "correlation_ch1_ch2"),
        "magnitude_std",
        *("ch0_std", "ch1_std", "ch2_std"),
    ]


def test_bands_are_named_by_number():
    extractor = SensorStatisticsExtractor(("band_power",), bands=2).fit([np.ones((4, 2))])
    assert list(extractor.get_feature_names_out()) == [
        *("ch0_band_power0", "ch0_band_power1", "ch1_band_power0", "ch1_band_power1")
    ]


def test_bands_are_in_hertz():
    recording = np.sin(2 * np.pi * 3 * np.arange(100) / 50)
    bands = [(0, 2), (2, 4), (4, 25)]
    extractor = SensorStatisticsExtractor(("band_power",), sampling_rate=50, bands=bands)
    assert_allclose(extractor.fit_transform([recording]), [[0, 1, 0]], atol=1e-6)


def test_impossible_bands_are_refused():
    with pytest.raises(ValueError, match=r"bands=\[\(30, 40\)\], where pairs .* rate, 25"):
        SensorStatisticsExtractor(sampling_rate=50, bands=[(30, 40)]).fit([[1.0]])


def test_many_recordings_of_one_length_equal_one_at_a_time(global_random_seed):
    stack = np.random.default_rng(global_random_seed).normal(size=(90, 500, 2))
    extractor = SensorStatisticsExtractor(batch_size=100)
    block = extractor.fit_transform(stack)
    for row in (0, 1, 64, 65, 89):
        assert_array_equal(extractor.transform(stack[[row]])[0], block[row])


def test_there_is_a_name_for_every_column(recordings):
    extractor = SensorStatisticsExtractor()
    block = extractor.fit_transform(recordings)
    names = extractor.get_feature_names_out()
    assert len(set(names)) == len(names) == block.shape[1] == extractor.n_features_out_


def test_the_sampling_rate_is_the_unit_of_time():
    recording = np.arange(50.0)
    names = ("slope", "spectral_centroid")
    slow, fast = (
        SensorStatisticsExtractor(names, sampling_rate=rate).fit_transform([recording])[0]
        for rate in (1, 10)
    )
    assert_allclose(slow[0], stats.linregress(np.arange(50), recording).slope)
    assert_allclose(fast, slow * 10, rtol=1e-6)


@pytest.mark.parametrize(
    "recording",
    [np.ones((20, 2)), np.full((20, 2), 0.1), np.zeros(7), [3.0], [1e30, -1e30], [1e-300, 0]],
)
def test_constant_short_and_extreme_recordings_give_finite_rows_without_a_warning(recording):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(SensorStatisticsExtractor().fit_transform([recording])).all()


def test_recordings_may_differ_in_length(recordings):
    assert len({len(recording) for recording in recordings}) > 5
    assert np.isfinite(SensorStatisticsExtractor().fit_transform(recordings)).all()


def test_a_fit_is_not_needed(recordings):
    expected = SensorStatisticsExtractor().fit_transform(recordings)
    assert_array_equal(SensorStatisticsExtractor().transform(recordings), expected)


def test_a_null_cell_gives_a_row_of_nan(recordings):
    block = SensorStatisticsExtractor().fit_transform([recordings[0], None])
    assert_array_equal(np.isnan(block).all(axis=1), [False, True])


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match=r"statistics holds 'mode', where some of mean, std"):
        SensorStatisticsExtractor(("mean", "mode")).fit([[1.0]])


@pytest.mark.parametrize("statistics", [("correlation",), ()])
def test_statistics_that_give_no_column_are_refused(statistics):
    with pytest.raises(ModalityError, match=r"none of a recording of 1 channel\(s\); add one"):
        SensorStatisticsExtractor(statistics).fit([[1.0, 2.0]])


@pytest.mark.parametrize(
    "options", [{"sampling_rate": 0}, {"statistics": "mean"}, {"bands": 0}, {"bands": "4"}]
)
def test_a_wrong_parameter_is_named(options):
    with pytest.raises(ValueError, match=f"The '{next(iter(options))}' parameter of SensorStat"):
        SensorStatisticsExtractor(**options).fit([[1.0]])


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_neither_batches_nor_order_matter_to_the_bit(batch_size, recordings):
    expected = SensorStatisticsExtractor().fit_transform(recordings)
    extractor = SensorStatisticsExtractor(batch_size=batch_size).fit(recordings)
    assert_array_equal(extractor.transform(recordings), expected)
    assert_array_equal(extractor.transform(recordings[::-1]), expected[::-1])


def test_two_workers_equal_one(recordings):
    expected = SensorStatisticsExtractor().fit_transform(recordings)
    extractor = SensorStatisticsExtractor(batch_size=7, n_jobs=2)
    assert_array_equal(extractor.fit_transform(recordings), expected)


def test_every_container_gives_the_same_block(global_random_seed):
    stack = np.random.default_rng(global_random_seed).normal(size=(6, 30, 2)).astype("float32")
    expected = SensorStatisticsExtractor().fit_transform(list(stack))
    columns = [
        stack,
        stack.tolist(),
        [np.asfortranarray(recording) for recording in stack],
        pd.Series(list(stack)),
        make_frame(wrist=stack),
        make_frame(wrist=list(stack)),
    ]
    for column in columns:
        assert_array_equal(SensorStatisticsExtractor().fit_transform(column), expected)


def test_read_only_recordings_are_read_and_left_alone(recordings):
    before = [recording.copy() for recording in recordings]
    for recording in recordings:
        recording.flags.writeable = False
    SensorStatisticsExtractor().fit_transform(recordings)
    for recording, old in zip(recordings, before, strict=True):
        assert_array_equal(recording, old)


def test_pandas_output_names_the_columns_and_the_rows():
    recordings = pd.Series([[1.0, 3.0], [2.0, 4.0]], index=["a", "b"])
    extractor = SensorStatisticsExtractor(("min",)).set_output(transform="pandas")
    expected = pd.DataFrame({"ch0_min": [1.0, 2.0]}, index=["a", "b"], dtype="float32")
    pd.testing.assert_frame_equal(extractor.fit_transform(recordings), expected)


def test_a_copy_gives_the_same_block(recordings):
    extractor = SensorStatisticsExtractor(["mean", "std"], sampling_rate=5)
    expected = extractor.fit_transform(recordings)
    assert_array_equal(clone(extractor).fit_transform(recordings), expected)
    copy = pickle.loads(pickle.dumps(extractor))
    assert_array_equal(copy.transform(recordings), expected)


def test_a_failed_refit_leaves_the_old_extractor(recordings):
    extractor = SensorStatisticsExtractor().fit(recordings)
    with pytest.raises(ModalityError):
        extractor.fit([[np.nan]])
    assert extractor.n_channels_ == 3
    assert extractor.transform(recordings).shape == (20, extractor.n_features_out_)


def test_a_statistic_is_named_once():
    with pytest.raises(ValueError, match="names one twice"):
        SensorStatisticsExtractor(("mean", "max", "mean")).fit([[1.0, 2.0]])
