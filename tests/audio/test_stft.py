import pickle

import librosa
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmm.audio import STFTExtractor
from skmm.audio._stft import WINDOWS


@pytest.fixture
def clip(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(size=8_000).astype("float32")


def librosas_decibels(clip, **params):
    return librosa.amplitude_to_db(np.abs(librosa.stft(clip.astype(np.float64), **params))).T


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 2e-2), ("double", 1e-4)])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"n_fft": 512, "hop_length": 700},
        {"n_fft": 1_001, "hop_length": 100},
        {"window": "hamming"},
        {"window": "boxcar", "n_fft": 4_096},
    ],
)
def test_a_sequence_is_librosas_magnitudes_in_decibels(clip, params, precision, tolerance):
    extractor = STFTExtractor(pool=None, precision=precision, **params)
    expected = librosas_decibels(clip, **{"hop_length": 512, **params})
    assert_allclose(extractor.fit_transform([clip])[0], expected, atol=tolerance)


@pytest.mark.parametrize("window", sorted(WINDOWS))
def test_every_window_is_scipys(clip, window):
    extractor = STFTExtractor(n_fft=64, window=window, pool=None, precision="double")
    expected = librosas_decibels(clip, n_fft=64, hop_length=512, window=window)
    assert_allclose(extractor.fit_transform([clip])[0], expected, atol=1e-4)


@pytest.mark.parametrize("n_bands", [1, 5, 64, 513])
def test_the_energy_of_a_band_is_the_sum_of_its_squared_magnitudes(clip, n_bands):
    power = np.abs(librosa.stft(clip.astype(np.float64), n_fft=1_024, hop_length=512)) ** 2
    bands = np.stack([part.sum(axis=0) for part in np.array_split(power, n_bands)])
    extractor = STFTExtractor(n_bands, n_fft=1_024, pool=None, precision="double")
    assert_allclose(extractor.fit_transform([clip])[0], librosa.power_to_db(bands).T, atol=1e-4)


@pytest.mark.parametrize("frequency", [430, 2_000, 9_000])
def test_the_loudest_frequency_of_a_tone_is_its_own(frequency):
    tone = np.sin(2 * np.pi * frequency * np.arange(22_050) / 22_050)
    row = STFTExtractor(pool="max").transform([tone])[0]
    assert row.argmax() == round(frequency * 2_048 / 22_050)


def test_silence_is_100_decibels_below_full_scale():
    block = STFTExtractor(8, pool=None).fit_transform([np.zeros(5_000)])
    assert_allclose(block, np.full((1, 10, 8), -100), rtol=1e-6)


def test_decibels_are_cut_80_below_the_loudest_of_the_clip_alone(clip):
    extractor = STFTExtractor(8, pool="min")
    quiet = clip * (np.arange(8_000) < 2_000)
    block = extractor.transform([clip * 1e3, quiet, clip * 1e3])
    loudest = clone(extractor).set_params(pool="max").transform([quiet])[0].max()
    assert_allclose(block[1], np.full(8, loudest - 80), atol=1e-4)


def test_names_say_frequency_or_band(clip):
    names = STFTExtractor(n_fft=4, pool="mean").fit([clip]).get_feature_names_out()
    assert list(names) == ["bin0_mean", "bin1_mean", "bin2_mean"]
    names = STFTExtractor(2, pool=("p5", "max")).fit([clip]).get_feature_names_out()
    assert list(names) == ["band0_p5", "band1_p5", "band0_max", "band1_max"]


def test_a_null_cell_gives_a_row_of_nan(clip):
    block = STFTExtractor(4).fit_transform(pd.Series([clip, None], dtype=object))
    assert_array_equal(np.isnan(block).all(axis=1), [False, True])


def test_clone_and_pickle_give_equal_rows(clip):
    extractor = STFTExtractor(4, n_fft=256).fit([clip])
    row = extractor.transform([clip])
    assert_array_equal(pickle.loads(pickle.dumps(extractor)).transform([clip]), row)
    assert_array_equal(clone(extractor).fit([clip]).transform([clip]), row)


@pytest.mark.parametrize("method", ["fit", "transform"])
def test_more_bands_than_frequencies_are_refused(clip, method):
    with pytest.raises(
        ValueError, match="n_bands=130 cannot be made of the 129 frequencies of n_fft=256"
    ):
        getattr(STFTExtractor(130, n_fft=256), method)([clip])


@pytest.mark.parametrize("params", [{"n_bands": 0}, {"window": "house"}])
def test_wrong_parameters_are_refused_by_name(clip, params):
    with pytest.raises(ValueError, match=next(iter(params))):
        STFTExtractor(**params).fit([clip])
