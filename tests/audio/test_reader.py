import pathlib

import librosa
import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal

from skmm import ModalityError
from skmm.audio import MFCCExtractor
from skmm.audio._reader import count_samples, read_clip


def read(cell, sampling_rate=8_000, dtype="float32"):
    return read_clip(cell, sampling_rate=sampling_rate, min_seconds=0, max_seconds=10, dtype=dtype)


@pytest.fixture
def noise(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(scale=0.1, size=5_000).astype("float32")


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("kind", [str, pathlib.Path])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning")
def test_a_file_is_read_and_resampled_as_by_librosa(tmp_path, noise, rate, kind, dtype):
    path = kind(tmp_path / "a.wav")
    soundfile.write(path, np.stack([noise, noise[::-1]], axis=1), rate, subtype="FLOAT")
    expected, _ = librosa.load(path, sr=8_000, dtype=np.dtype(dtype))
    clip = read(path, dtype=dtype)
    assert clip.dtype == dtype
    assert_array_equal(clip, expected)


def test_resampling_keeps_a_tone(tmp_path):
    t = np.arange(48_000) / 48_000
    soundfile.write(tmp_path / "a.wav", np.sin(2 * np.pi * 440 * t), 48_000, subtype="FLOAT")
    expected = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000)
    assert_allclose(read(tmp_path / "a.wav")[500:-500], expected[500:-500], atol=1e-3)


@pytest.mark.parametrize("sampling_rate", [8_000, 22_050, 44_100])
@pytest.mark.parametrize("n_samples", [1, 2, 999, 4_999])
@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000])
def test_the_length_is_known_without_decoding(tmp_path, noise, sampling_rate, n_samples, rate):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise[:n_samples], rate)
    length = count_samples(path, sampling_rate=sampling_rate)
    assert length == len(read(path, sampling_rate))


@pytest.mark.parametrize("shape", [(50,), (1, 50), (2, 50), (1, 1), (20, 20)])
def test_the_length_of_an_array_is_its_last_axis(shape):
    assert (
        count_samples(np.zeros(shape), sampling_rate=8_000)
        == shape[-1]
        == len(read(np.zeros(shape)))
    )


def test_channels_of_an_array_are_mixed_to_their_mean(noise):
    assert_allclose(read(np.stack([noise, 0 * noise])), noise / 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "subtype"), [("int16", "PCM_16"), ("int32", "PCM_32"), ("uint8", "PCM_U8")]
)
def test_integers_are_divided_by_full_scale_as_in_files(tmp_path, noise, dtype, subtype):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise, 8_000, subtype=subtype)
    decoded = read(path)
    half = 2 ** (8 * np.dtype(dtype).itemsize - 1)
    cell = np.rint(decoded.astype(np.float64) * half + (half if dtype == "uint8" else 0)).astype(
        dtype
    )
    assert_allclose(read(cell), decoded, atol=1e-7)


def test_int8_reaches_from_minus_one_to_almost_one():
    assert_array_equal(
        read(np.array([-128, 0, 127], dtype=np.int8)), np.float32([-1, 0, 127 / 128])
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_stay_as_they_are(dtype):
    assert_array_equal(read(np.array([0.5, -3, 200], dtype=dtype)), np.float32([0.5, -3, 200]))


def test_in_double_precision_nothing_is_rounded(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    floats, integers = rng.normal(size=99), rng.integers(-(2**31), 2**31, 99, dtype=np.int32)
    assert_array_equal(read(floats, dtype="float64"), floats)
    assert_array_equal(read(integers, dtype="float64") * 2**31, integers)
    assert_array_equal(
        read([floats, integers / 2**31], dtype="float64") * 2, floats + integers / 2**31
    )
    assert np.any(read(floats) != floats)
    assert np.any(read(integers) * np.float64(2**31) != integers)


def test_lists_of_floats_are_clips():
    assert_array_equal(read([0.0, 0.5, -0.5]), np.float32([0, 0.5, -0.5]))


def test_an_array_is_not_written_to():
    clip = np.full((2, 10), 0.5)
    clip.flags.writeable = False
    read(clip)
    assert (clip == 0.5).all()


@pytest.mark.parametrize("shape", [(9_000, 2), (33, 9_000), (3, 2), (), (2, 2, 50)])
def test_other_shapes_are_refused_with_the_layout_that_is_meant(assert_refused, shape):
    described = f"shape {shape}".replace("(", r"\(").replace(")", r"\)")
    assert_refused(np.zeros(shape), described, "channels, which come first")


@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_an_empty_clip_is_refused_and_not_missing(assert_refused, shape):
    assert_refused(np.zeros(shape), "no samples", "None")


def test_a_clip_full_of_nan_is_refused_and_not_missing(assert_refused):
    assert_refused(np.full(900, np.nan), "900 of 900 samples")


@pytest.mark.parametrize("dtype", ["int64", "uint16", "bool", "complex64", "object"])
def test_types_without_a_known_full_scale_are_refused(assert_refused, dtype):
    assert_refused(np.zeros(900, dtype=dtype), f"dtype {dtype}", "int16")


def test_ragged_lists_are_refused(assert_refused):
    assert_refused([[0.0, 1.0], [0.5]], "unequal lengths")


@pytest.mark.parametrize("cell", [b"bytes", 3, {"a": 1}], ids=["bytes", "number", "dict"])
def test_other_cells_are_refused_by_type(cell):
    with pytest.raises(ValueError, match=f"of type {type(cell).__name__}.*Expected the path"):
        read(cell)


def test_short_and_long_arrays_are_refused_with_the_limit(assert_refused):
    assert_refused(np.zeros(100), "min_seconds=0.1", extractor=MFCCExtractor(min_seconds=0.1))
    assert_refused(np.zeros(9_000), "max_seconds=0.2", extractor=MFCCExtractor(max_seconds=0.2))


def test_a_clip_without_channels_has_no_samples():
    with pytest.raises(ModalityError, match="the clip has no samples"):
        read(np.zeros((0, 100), dtype=np.float32))


def test_a_clip_of_many_channels_is_the_same_in_every_layout():
    clips = np.random.default_rng(0).random((4, 200, 9), dtype=np.float32).transpose(0, 2, 1)
    for clip in clips:
        assert_array_equal(read(clip), read(clip.copy()))


def test_of_a_pair_with_the_rate_only_the_samples_are_taken():
    clips = [(np.zeros(8000), 8000)]  # as librosa.load gives them
    with pytest.raises(
        ModalityError, match=r"pair of samples and sampling rate.*sampling_rate= of"
    ):
        MFCCExtractor().fit(clips)
