import struct
import warnings

import librosa
import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal

from skmm import ModalityError
from skmm.audio import MFCCExtractor
from skmm.audio._decode import decode_file, read_header

RATE = 8_000


@pytest.fixture
def tone():
    return 0.5 * np.sin(np.arange(RATE) * 0.2).astype(np.float32)


def decode(path, dtype="float32"):
    return decode_file(path, max_seconds=10, dtype=dtype)


def write(path, samples, rate=RATE, **options):
    soundfile.write(path, samples, rate, **options)
    return str(path)


def patch(path, place, layout, *values):
    """Overwrite bytes of a file, as a liar or a broken disk would."""
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, place, *values)
    path.write_bytes(content)


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        ("a.wav", "PCM_U8", 0.01),
        ("a.wav", "PCM_16", 1e-4),
        ("a.wav", "PCM_24", 1e-6),
        ("a.wav", "PCM_32", 1e-6),
        ("a.wav", "FLOAT", 0),
        ("a.wav", "DOUBLE", 0),
        ("a.flac", "PCM_16", 1e-4),
        ("a.mp3", "MPEG_LAYER_III", 0.05),
        ("a.ogg", "VORBIS", 0.05),
        ("a.ogg", "OPUS", 0.1),
    ],
)
def test_every_format_gives_back_the_samples(tmp_path, tone, name, subtype, tolerance):
    clip, rate = decode(write(tmp_path / name, tone, subtype=subtype))
    assert rate == RATE
    assert clip.dtype == np.float32
    assert len(clip) == len(tone)
    inside = slice(500, -500)  # lossy formats ring at the ends
    assert_allclose(clip[inside], tone[inside], atol=tolerance)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_24"), ("a.wav", "FLOAT"), ("a.wav", "DOUBLE"), ("a.flac", "PCM_24")],
)
def test_channels_that_nearly_cancel_out_are_mixed_in_double_precision(tmp_path, name, subtype):
    left = 0.9 + np.sin(np.arange(RATE)) * 1e-6
    channels = np.stack([left, np.full(RATE, -0.8999995)], axis=1)
    path = write(tmp_path / name, channels, subtype=subtype)
    stored, _ = soundfile.read(path, dtype="float64")
    clip, _ = decode(path, "float64")
    assert clip.dtype == np.float64
    assert_allclose(clip, (stored[:, 0] + stored[:, 1]) / 2, rtol=1e-15)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_the_header_tells_the_length(tmp_path, tone, name):
    path = write(tmp_path / name, tone)
    assert read_header(path) == (len(tone), RATE)


def test_long_files_are_decoded_to_their_end(tmp_path, global_random_seed):
    noise = np.random.default_rng(global_random_seed).normal(size=70_000).astype(np.float32)
    clip, _ = decode(write(tmp_path / "a.wav", noise, subtype="FLOAT"))
    assert_array_equal(clip, noise)


@pytest.mark.parametrize("n_channels", [2, 32])
def test_channels_are_mixed_to_their_mean(tmp_path, tone, n_channels):
    channels = np.outer(tone, np.linspace(0, 1, n_channels))
    clip, _ = decode(write(tmp_path / "a.wav", channels, subtype="FLOAT"))
    assert_allclose(clip, channels.mean(axis=1), atol=1e-6)


@pytest.mark.parametrize("rate", [1, 0, 4_000_000])
def test_an_absurd_sampling_rate_is_refused(tmp_path, tone, assert_refused, rate):
    path = tmp_path / "a.wav"
    write(path, tone)
    patch(path, 24, "<I", rate)
    assert_refused(str(path))


def test_the_accepted_sampling_rates_are_said(tmp_path, tone, assert_refused):
    path = write(tmp_path / "a.wav", tone, 999)
    assert_refused(path, "sampling rate is 999 Hz", "1000 to 768000 Hz")


def test_too_many_channels_are_refused(tmp_path, assert_refused):
    path = write(tmp_path / "a.wav", np.zeros((20, 33)))
    assert_refused(path, "33 channels. Expected at most 32")


def test_a_long_file_is_refused_before_it_is_decoded(tmp_path, tone, monkeypatch, assert_refused):
    def read(*args, **kwargs):
        raise AssertionError("the file was decoded")

    path = write(tmp_path / "a.flac", tone)
    monkeypatch.setattr(soundfile.SoundFile, "read", read)
    extractor = MFCCExtractor(max_seconds=0.99)
    assert_refused(path, "lasts 1 s", "max_seconds=0.99", extractor=extractor)


def test_a_length_that_the_writer_did_not_know_is_repaired(tmp_path, tone):
    path = tmp_path / "a.wav"
    write(path, tone, subtype="FLOAT")
    patch(path, 4, "<I", 0xFFFFFFFF)
    data = path.read_bytes().index(b"data")
    patch(path, data + 4, "<I", 0xFFFFFFFF)
    clip, _ = decode(path)
    assert_array_equal(clip, tone)


def test_a_flac_stream_that_does_not_say_its_length_is_refused(tmp_path, tone, assert_refused):
    path = tmp_path / "a.flac"
    write(path, tone)
    length = 8 + 13  # the last 36 bits before the checksum in STREAMINFO
    patch(path, length, ">BI", path.read_bytes()[length] & 0xF0, 0)
    assert_refused(str(path), "does not say how long it is")


@pytest.mark.parametrize("name", ["a.wav", "a.mp3"])
def test_a_cut_off_file_is_shorter_with_a_warning(tmp_path, tone, name):
    path = tmp_path / name
    write(path, tone)
    cut(path, 0.5)
    with pytest.warns(UserWarning, match="less than its header says"):
        clip, _ = decode(path)
    assert 0 < len(clip) < 0.7 * len(tone)


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.flac", "PCM_16"), ("a.ogg", "VORBIS"), ("a.ogg", "OPUS")]
)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_other_cut_off_files_are_refused(tmp_path, tone, assert_refused, name, subtype, share):
    path = tmp_path / name
    write(path, tone, subtype=subtype)
    cut(path, share)
    assert_refused(str(path), "cannot decode", "WAV, FLAC, OGG .* or MP3")


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.raw", "a.m4a", "a.aac"])
@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"just text", b"\0" * 100, b"RIFF\x10\0\0\0WAVE"),
        b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(200),
        b"\xff\xf1P\x80\x1f\xfc" + b"\1" * 300,  # the head of a stream of AAC
    ],
)
def test_what_is_no_audio_is_refused(tmp_path, assert_refused, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert_refused(str(path), "cannot decode", "Convert it", "None")


@pytest.mark.parametrize("name", ["a.au", "a.caf", "a.w64"])
def test_rare_formats_are_refused(tmp_path, tone, assert_refused, name):
    path = write(tmp_path / name, tone)
    assert_refused(path, f"is in {name[2:].upper()} format. Expected WAV, FLAC, OGG or MP3")


def test_a_file_without_samples_is_refused_and_not_missing(tmp_path, assert_refused):
    assert_refused(write(tmp_path / "a.wav", np.zeros(0)), "no samples", "None")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_finite_are_counted(tmp_path, tone, assert_refused, value):
    tone[7:9] = value
    path = write(tmp_path / "a.wav", tone, subtype="FLOAT")
    assert_refused(path, "2 of 8000 samples")


@pytest.mark.parametrize("path", ["absent.wav", "https://example.org/a.wav"])
def test_a_path_without_a_file_is_refused(assert_refused, path):
    assert_refused(path, "cannot read")


def test_a_folder_is_refused(tmp_path, assert_refused):
    assert_refused(tmp_path, "it is a folder")


def test_an_error_reaches_the_caller_from_a_worker_process(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"no audio")
    X = [np.zeros(3_000), str(path)]
    with pytest.raises(ModalityError, match=r"modality 'audio', row 1: cannot decode .*a\.wav"):
        MFCCExtractor(n_jobs=2, batch_size=1).fit_transform(X)


def row_or_none(extractor, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of the files are cut off
        try:
            return extractor.transform([str(path)])
        except ModalityError:
            return None


@pytest.fixture
def extractor(tone):
    """One that has imported and compiled what it needs, also to resample."""
    extractor = MFCCExtractor(4, sampling_rate=RATE, n_mels=16, n_fft=256)
    librosa.resample(tone, orig_sr=RATE, target_sr=RATE + 1)
    extractor.transform([tone])
    return extractor


ALL_FORMATS = pytest.mark.parametrize(
    ("name", "subtype"),
    [
        *(("a.wav", subtype) for subtype in ("PCM_U8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE")),
        *(
            ("a.flac", "PCM_16"),
            ("a.mp3", "MPEG_LAYER_III"),
            ("a.ogg", "VORBIS"),
            ("a.ogg", "OPUS"),
        ),
    ],
)


@ALL_FORMATS
def test_a_damaged_file_gives_finite_features_or_a_modality_error(
    tmp_path, tone, extractor, name, subtype, damage, bounded
):
    path = tmp_path / name
    write(path, tone[:2_000], subtype=subtype)
    for version in damage(path.read_bytes(), 60):
        path.write_bytes(version)
        with bounded(megabytes=300, seconds=5):
            row = row_or_none(extractor, path)
        assert row is None or np.isfinite(row).all()


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("lie", [0, 1, 2**31 - 1, 2**32 - 1])
def test_no_field_of_a_header_is_believed(tmp_path, tone, extractor, name, lie, bounded):
    path = tmp_path / name
    write(path, tone[:2_000])
    content = path.read_bytes()
    for place in range(60):
        path.write_bytes(content)
        patch(path, place, "<I", lie)
        with bounded(megabytes=300, seconds=5):
            row = row_or_none(extractor, path)
        assert row is None or np.isfinite(row).all()


@ALL_FORMATS
def test_silence_is_finite_in_every_format(tmp_path, extractor, name, subtype):
    path = write(tmp_path / name, np.zeros(RATE), subtype=subtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(extractor.transform([path])).all()
