import pickle

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmm.audio import MFCCExtractor
from skmm.frame import TensorArray

FAST = {"n_mfcc": 6, "n_mels": 16, "n_fft": 256, "hop_length": 100}


@pytest.fixture
def clips(global_random_seed):
    """Twenty clips of equal length, more than the largest batch below, each louder than the last."""
    rng = np.random.default_rng(global_random_seed)
    return (rng.normal(size=(20, 1_500)) * np.logspace(-4, 0, 20)[:, None]).astype(np.float32)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"n_mfcc": 4},
        {"n_mfcc": 40, "n_mels": 40},
        {"n_fft": 512, "hop_length": 700, "n_mels": 32},
        {"n_fft": 1_001, "hop_length": 100},
        {"sampling_rate": 8_000, "n_mels": 64},
    ],
)
def test_a_sequence_is_librosas_coefficients(params, global_random_seed):
    clip = np.random.default_rng(global_random_seed).normal(size=8_000).astype("float32")
    names = {"sampling_rate": "sr"}
    settings = {"sr": 22_050} | {names.get(name, name): value for name, value in params.items()}
    expected = librosa.feature.mfcc(y=clip, **settings).T
    block = MFCCExtractor(pool=None, **params).fit_transform([clip])
    assert_allclose(block[0], expected, atol=1e-3)


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 2e-3), ("double", 1e-4)])
@pytest.mark.parametrize("sampling_rate", [8_000, 16_000, 22_050])
@pytest.mark.parametrize(
    "sound", ["noise", "fading tone", "tone", "click", "offset", "speech-like"]
)
def test_agreement_holds_for_sounds_of_all_kinds(
    sound, sampling_rate, precision, tolerance, global_random_seed
):
    noise = np.random.default_rng(global_random_seed).normal(size=sampling_rate)
    time = np.arange(sampling_rate) / sampling_rate
    clip = {
        "noise": noise,
        "fading tone": np.sin(2 * np.pi * 1_000 * time) * np.exp(-12 * time),
        "tone": np.sin(2 * np.pi * 440 * time),
        "click": (time == 0.5).astype(float),
        "offset": 0.9 + 1e-3 * noise,
        "speech-like": np.sin(2 * np.pi * 120 * time) ** 9 * (np.sin(9 * time) > 0) + 1e-4 * noise,
    }[sound].astype(np.float32)
    expected = librosa.feature.mfcc(y=clip.astype(np.float64), sr=sampling_rate).T
    extractor = MFCCExtractor(sampling_rate=sampling_rate, precision=precision, pool=None)
    assert_allclose(extractor.fit_transform([clip])[0], expected, atol=tolerance)


@pytest.fixture
def nearly_canceling(global_random_seed):
    """Two channels whose mean, a thousandth of them, is lost where they are rounded to float32."""
    left = 0.9 + 1e-5 * np.random.default_rng(global_random_seed).normal(size=9_000)
    return np.stack([left, np.full(9_000, -0.9)])


@pytest.mark.parametrize("sampling_rate", [16_000, 22_050])
@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_24"), ("a.flac", "PCM_24"), ("a.wav", "FLOAT"), ("a.wav", "DOUBLE")],
)
@pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning")
def test_files_are_read_in_double_precision(
    tmp_path, nearly_canceling, name, subtype, sampling_rate
):
    path = tmp_path / name
    soundfile.write(path, nearly_canceling.T, 16_000, subtype=subtype)
    clip, _ = librosa.load(path, sr=sampling_rate, dtype=np.float64)
    expected = librosa.feature.mfcc(y=clip, sr=sampling_rate).T
    extractor = MFCCExtractor(sampling_rate=sampling_rate, precision="double", pool=None)
    assert_allclose(extractor.fit_transform([path])[0], expected, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_arrays_are_taken_in_double_precision(nearly_canceling, dtype):
    scale = 2**31 if dtype == "int32" else 1
    cell = (nearly_canceling * scale).astype(dtype)
    clip = cell.astype(np.float64).mean(axis=0) / scale
    expected = librosa.feature.mfcc(y=clip, sr=22_050).T
    block = MFCCExtractor(precision="double", pool=None).fit_transform([cell])
    assert_allclose(block[0], expected, atol=1e-4)
    rounded = librosa.feature.mfcc(y=cell.astype(np.float32).mean(axis=0) / scale, sr=22_050).T
    assert np.abs(rounded - expected).max() > 0.01


@pytest.mark.parametrize("n_mfcc", [4, 13, 40])
def test_a_row_is_mean_and_deviation_of_librosas_coefficients(n_mfcc, global_random_seed):
    clip = np.random.default_rng(global_random_seed).normal(size=8_000).astype("float32")
    frames = librosa.feature.mfcc(y=clip, sr=22_050, n_mfcc=n_mfcc)
    row = MFCCExtractor(n_mfcc).fit_transform([clip])[0]
    expected = np.concatenate([frames.mean(axis=1), frames.std(axis=1)])
    assert_allclose(row, expected, atol=1e-3)


@pytest.mark.parametrize("n_samples", [1, 2, 300, 2_047])
def test_a_clip_shorter_than_a_frame_equals_librosas_without_its_warning(clips, n_samples):
    clip = clips[0, :n_samples] if n_samples <= 1_500 else np.resize(clips[0], n_samples)
    with pytest.warns(UserWarning, match="n_fft=2048 is too large"):
        expected = librosa.feature.mfcc(y=clip, sr=22_050).mean(axis=1)
    assert_allclose(MFCCExtractor(pool="mean").transform([clip])[0], expected, atol=1e-3)


def test_silence_is_finite_without_a_warning():
    row = MFCCExtractor().transform([np.zeros(5_000)])[0]
    assert_allclose(row[0], -100 * np.sqrt(128), rtol=1e-6)  # 128 bands of -100 dB, transformed
    assert_allclose(row[1:], 0, atol=1e-3)


def test_a_quiet_clip_is_not_changed_by_a_loud_neighbor(clips):
    quiet, loud = clips[0] * 1e-3, clips[-1]
    extractor = MFCCExtractor(**FAST)
    assert_array_equal(extractor.transform([quiet, loud])[0], extractor.transform([quiet])[0])


def test_decibels_are_cut_80_below_the_loudest_of_the_clip():
    t = np.arange(6_000)
    clip = np.sin(t / 3) * (t < 3_000)  # loud, then silent
    frames = librosa.feature.mfcc(y=clip, sr=22_050).T
    block = MFCCExtractor(pool=None).fit_transform([clip])
    assert_allclose(block[0], frames, atol=1e-3)
    assert frames[-1, 0] > -100 * np.sqrt(128) + 100  # the floor of silence is not reached


@pytest.mark.parametrize("pool", ["mean_std", "mean", None])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_a_row_depends_on_its_own_clip_only(clips, batch_size, pool):
    extractor = MFCCExtractor(pool=pool, **FAST).fit(clips)
    block = extractor.transform(clips)
    order = np.random.default_rng(0).permutation(len(clips))
    batched = clone(extractor).set_params(batch_size=batch_size).fit(clips)
    assert_array_equal(batched.transform(clips[order]), block[order])
    for row in (0, 7, 19):
        assert_array_equal(extractor.transform(clips[row : row + 1])[0], block[row])


def test_list_series_tensor_and_paths_give_equal_rows(clips, tmp_path):
    paths = [tmp_path / f"{row}.wav" for row in range(4)]
    for clip, path in zip(clips, paths, strict=False):
        soundfile.write(path, clip, 22_050, subtype="FLOAT")
    extractor = MFCCExtractor(**FAST)
    block = extractor.transform(clips[:4])
    cells = pd.Series(list(clips[:4]), dtype=object)
    for X in (list(clips[:4]), cells, pd.Series(TensorArray(clips[:4])), paths):
        assert_array_equal(extractor.transform(X), block)


def test_a_null_cell_gives_a_row_of_nan(clips):
    block = MFCCExtractor(**FAST).fit_transform([None, clips[0], float("nan"), pd.NA])
    assert_array_equal(np.isnan(block).all(axis=1), [True, False, True, True])
    assert np.isfinite(block[1]).all()


def test_worker_processes_give_equal_rows(clips):
    extractor = MFCCExtractor(batch_size=6, **FAST)
    expected = extractor.transform(clips)
    assert_array_equal(extractor.set_params(n_jobs=2).transform(clips), expected)


def test_read_only_clips_are_read_and_left_alone(clips):
    clips.flags.writeable = False
    before = clips.copy()
    MFCCExtractor(**FAST).fit_transform(clips)
    assert_array_equal(clips, before)


def test_names_say_coefficient_and_statistic(clips):
    extractor = MFCCExtractor(2, n_mels=16, n_fft=256).fit(clips)
    names = extractor.get_feature_names_out()
    assert list(names) == ["mfcc0_mean", "mfcc1_mean", "mfcc0_std", "mfcc1_std"]
    names = extractor.set_params(pool="mean").fit(clips).get_feature_names_out()
    assert list(names) == ["mfcc0_mean", "mfcc1_mean"]
    names = extractor.set_params(pool=None).fit(clips).get_feature_names_out()
    assert list(names) == ["mfccextractor"]


def test_as_a_frame_a_sequence_is_one_column(clips):
    extractor = MFCCExtractor(pool=None, **FAST).set_output(transform="pandas")
    frame = extractor.fit_transform(pd.Series([clips[0], None], index=["a", "b"]))
    assert list(frame.columns) == ["mfccextractor"]
    assert list(frame.index) == ["a", "b"]
    assert frame["mfccextractor"].array.tensor.shape == (2, 16, 6)


def test_as_a_frame_a_pooled_block_has_named_columns(clips):
    extractor = MFCCExtractor(**FAST).set_output(transform="pandas")
    frame = extractor.fit_transform(list(clips))
    assert list(frame.columns) == list(extractor.get_feature_names_out())


@pytest.mark.parametrize("pool", ["mean_std", None])
def test_clone_and_pickle_give_equal_rows(clips, pool):
    extractor = MFCCExtractor(pool=pool, **FAST).fit(clips)
    block = extractor.transform(clips[:2])
    assert_array_equal(pickle.loads(pickle.dumps(extractor)).transform(clips[:2]), block)
    assert_array_equal(clone(extractor).fit(clips).transform(clips[:2]), block)


@pytest.mark.parametrize("method", ["fit", "transform"])
def test_more_coefficients_than_bands_are_refused(clips, method):
    with pytest.raises(ValueError, match="n_mfcc=20 coefficients cannot be made of n_mels=16"):
        getattr(MFCCExtractor(n_mels=16), method)(clips)


def test_no_bands_are_refused(clips):
    with pytest.raises(ValueError, match="n_mels"):
        MFCCExtractor(n_mels=0).fit(clips)


def test_empty_bands_are_warned_of(clips):
    with pytest.warns(UserWarning, match="mel bands hold no frequency"):
        MFCCExtractor(n_fft=256).transform(clips[:2])


def test_no_coefficients_are_refused(clips):
    with pytest.raises(ValueError, match="n_mfcc"):
        MFCCExtractor(0).fit(clips)
