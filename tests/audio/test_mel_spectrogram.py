import pickle

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmm.audio import MelSpectrogramExtractor
from skmm.frame import TensorArray

FAST = {"n_mels": 16, "n_fft": 256, "hop_length": 100}


@pytest.fixture
def clips(global_random_seed):
    """Twenty clips of equal length, more than the largest batch below, each louder than the last."""
    rng = np.random.default_rng(global_random_seed)
    return (rng.normal(size=(20, 1_500)) * np.logspace(-4, 0, 20)[:, None]).astype(np.float32)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"n_mels": 40},
        {"n_fft": 512, "hop_length": 700, "n_mels": 32},
        {"n_fft": 1_001, "hop_length": 100},
        {"sampling_rate": 8_000},
    ],
)
def test_a_sequence_is_librosas_spectrogram_in_decibels(params, global_random_seed):
    clip = np.random.default_rng(global_random_seed).normal(size=8_000).astype("float32")
    names = {"sampling_rate": "sr"}
    settings = {names.get(name, name): value for name, value in params.items()}
    power = librosa.feature.melspectrogram(y=clip, **{"sr": 22_050, "n_mels": 64, **settings})
    block = MelSpectrogramExtractor(**params).fit_transform([clip])
    assert block.dtype == np.float32
    assert_allclose(block[0], librosa.power_to_db(power).T, atol=1e-3)


def test_the_loudest_band_of_a_tone_holds_its_frequency():
    extractor = MelSpectrogramExtractor(pool="mean")
    centers = librosa.mel_frequencies(64 + 2, fmax=22_050 / 2)[1:-1]
    for band in (10, 30, 50):
        tone = np.sin(2 * np.pi * centers[band] * np.arange(22_050) / 22_050)
        assert extractor.transform([tone])[0].argmax() == band


def test_silence_is_100_decibels_below_full_scale_without_a_warning():
    block = MelSpectrogramExtractor().fit_transform([np.zeros(5_000)])
    assert_allclose(block, np.full((1, 10, 64), -100), rtol=1e-6)


def test_a_quiet_clip_is_not_changed_by_a_loud_neighbor(clips):
    quiet, loud = clips[0] * 1e-3, clips[-1]
    extractor = MelSpectrogramExtractor(**FAST).fit(clips)
    assert_array_equal(extractor.transform([quiet, loud])[0], extractor.transform([quiet])[0])


@pytest.mark.parametrize("pool", ["mean_std", "mean", None])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_a_row_depends_on_its_own_clip_only(clips, batch_size, pool):
    extractor = MelSpectrogramExtractor(pool=pool, **FAST).fit(clips)
    block = extractor.transform(clips)
    order = np.random.default_rng(0).permutation(len(clips))
    batched = clone(extractor).set_params(batch_size=batch_size).fit(clips)
    assert_array_equal(batched.transform(clips[order]), block[order])
    for row in (0, 7, 19):
        assert_array_equal(extractor.transform(clips[row : row + 1])[0], block[row])


def test_list_series_tensor_and_paths_give_equal_rows(clips, tmp_path):
    paths = [str(tmp_path / f"{row}.wav") for row in range(4)]
    for clip, path in zip(clips, paths, strict=False):
        soundfile.write(path, clip, 22_050, subtype="FLOAT")
    extractor = MelSpectrogramExtractor(**FAST).fit(clips)
    block = extractor.transform(clips[:4])
    cells = pd.Series(list(clips[:4]), dtype=object)
    for X in (list(clips[:4]), cells, pd.Series(TensorArray(clips[:4])), paths, pd.Series(paths)):
        assert_array_equal(extractor.transform(X), block)


def test_a_null_cell_gives_nan(clips):
    block = MelSpectrogramExtractor(**FAST).fit_transform([clips[0], None])
    assert np.isfinite(block[0]).all()
    assert np.isnan(block[1]).all()


def test_worker_processes_give_equal_rows(clips):
    extractor = MelSpectrogramExtractor(batch_size=6, **FAST).fit(clips)
    expected = extractor.transform(clips)
    assert_array_equal(extractor.set_params(n_jobs=2).transform(clips), expected)


def test_read_only_clips_are_read_and_left_alone(clips):
    clips.flags.writeable = False
    before = clips.copy()
    MelSpectrogramExtractor(**FAST).fit_transform(clips)
    assert_array_equal(clips, before)


def test_names_say_band_and_statistic(clips):
    extractor = MelSpectrogramExtractor(2, n_fft=256, pool="mean_std").fit(clips)
    names = extractor.get_feature_names_out()
    assert list(names) == ["mel0_mean", "mel1_mean", "mel0_std", "mel1_std"]


def test_as_a_frame_a_sequence_is_one_column(clips):
    extractor = MelSpectrogramExtractor(**FAST).set_output(transform="pandas")
    frame = extractor.fit_transform(pd.Series([clips[0], None], index=["a", "b"]))
    assert list(frame.columns) == list(extractor.get_feature_names_out())
    assert list(frame.index) == ["a", "b"]
    assert_array_equal(frame["melspectrogramextractor"].array.present, [True, False])


def test_clone_and_pickle_give_equal_rows(clips):
    extractor = MelSpectrogramExtractor(**FAST).fit(clips)
    block = extractor.transform(clips[:2])
    assert_array_equal(pickle.loads(pickle.dumps(extractor)).transform(clips[:2]), block)
    assert_array_equal(clone(extractor).fit(clips).transform(clips[:2]), block)


def test_no_bands_are_refused(clips):
    with pytest.raises(ValueError, match="n_mels"):
        MelSpectrogramExtractor(0).fit(clips)
