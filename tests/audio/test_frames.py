import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from skmm import ModalityError
from skmm.audio import MelSpectrogramExtractor, MFCCExtractor, STFTExtractor
from skmm.audio import _frames as frames_module
from skmm.audio import _signal as signal_module

FAST = {"n_fft": 256, "hop_length": 100}
EXTRACTORS = [
    MFCCExtractor(5, n_mels=16, pool=None, **FAST),
    MelSpectrogramExtractor(16, **FAST),
    STFTExtractor(16, pool=None, **FAST),
]


@pytest.fixture(params=EXTRACTORS, ids=lambda extractor: type(extractor).__name__)
def extractor(request):
    return request.param.__sklearn_clone__()


@pytest.fixture
def noise(global_random_seed):
    return np.random.default_rng(global_random_seed).normal(scale=0.1, size=4_000).astype("float32")


@pytest.fixture
def decoded(monkeypatch):
    """The cells that are decoded, in their order."""
    cells = []

    def read_clip(cell, **options):
        cells.append(cell)
        return original(cell, **options)

    original = frames_module.read_clip
    monkeypatch.setattr(frames_module, "read_clip", read_clip)
    return cells


def test_sequences_are_as_long_as_the_longest_clip_of_fit(extractor, noise):
    block = extractor.fit_transform([noise[:950], noise[:2_020], noise[:100]])
    assert extractor.n_frames_ == block.shape[1] == 1 + 2_020 // 100


def test_shorter_clips_end_in_steps_of_nan(extractor, noise):
    block = extractor.fit_transform([noise[:950], noise[:2_020]])
    alone = extractor.fit_transform([noise[:950]])
    assert_array_equal(block[0, :10], alone[0])
    assert np.isnan(block[0, 10:]).all()
    assert np.isfinite(block[1]).all()


def test_clips_longer_than_those_of_fit_are_cut(extractor, noise):
    whole = extractor.fit_transform([noise])
    cut = extractor.fit([noise[:950]]).transform([noise])
    assert_array_equal(cut, whole[:, :10])


@pytest.mark.parametrize("n_fft", [255, 256, 1_000])
@pytest.mark.parametrize("n_samples", [1, 99, 100, 1_999])
def test_the_learned_length_is_the_number_of_frames_exactly(extractor, noise, n_fft, n_samples):
    block = extractor.set_params(n_fft=n_fft).fit_transform([noise[:n_samples]])
    wide = extractor.set_params(max_frames=50).fit_transform([noise[:n_samples]])
    assert block.shape[1] == np.isfinite(wide).all(axis=2).sum()
    assert np.isfinite(block).all()


def test_with_max_frames_nothing_is_learned(extractor, noise):
    extractor.set_params(max_frames=7)
    block = extractor.transform([noise[:350], noise])
    assert block.shape[1] == 7
    assert_array_equal(np.isnan(block).all(axis=2).sum(axis=1), [3, 0])
    assert not hasattr(extractor.fit([noise]), "n_frames_")


def test_with_max_frames_pooled_clips_are_cut_too(extractor, noise):
    extractor.set_params(pool="mean", max_frames=10)
    block = extractor.transform([noise])
    sequence = extractor.set_params(pool=None).transform([noise])
    np.testing.assert_allclose(block[0], sequence[0].mean(axis=0), rtol=1e-5)


def test_a_learned_length_needs_a_fitted_extractor(extractor, noise):
    with pytest.raises(NotFittedError):
        extractor.transform([noise])
    extractor.set_params(pool="mean").transform([noise])


@pytest.mark.parametrize(
    ("params", "requires_fit"),
    [
        ({}, True),
        ({"max_frames": 3}, False),
        ({"pool": "mean"}, False),
        ({"pool": "mean_std"}, False),
    ],
)
def test_the_tag_says_whether_a_length_is_learned(extractor, params, requires_fit):
    assert extractor.set_params(**params).__sklearn_tags__().requires_fit is requires_fit


def test_fit_decodes_the_longest_file_only_beside_the_first(extractor, noise, tmp_path, decoded):
    lengths = [500, 900, 3_000, 700]
    paths = [tmp_path / f"{length}.wav" for length in lengths]
    for path, length in zip(paths, lengths, strict=True):
        soundfile.write(path, noise[:length], 16_000)
    extractor.fit(paths)
    assert decoded == [paths[2], paths[0]]  # for the length, and for the shape of a row
    assert extractor.n_frames_ == 1 + int(np.ceil(3_000 * 22_050 / 16_000)) // 100


def test_a_header_that_promises_too_much_does_not_make_sequences_longer(extractor, noise, tmp_path):
    liar = tmp_path / "a.mp3"
    soundfile.write(liar, np.tile(noise, 5), 22_050)
    liar.write_bytes(liar.read_bytes()[: liar.stat().st_size // 4])
    with pytest.warns(UserWarning, match="less than its header says"):
        extractor.fit([noise, liar])
    with pytest.warns(UserWarning, match="less than its header says"):
        wide = extractor.__sklearn_clone__().set_params(max_frames=300).transform([noise, liar])
    assert extractor.n_frames_ == np.isfinite(wide).all(axis=2).sum(axis=1).max()


@pytest.mark.parametrize("bad", [np.zeros((9_000, 2)), "absent.wav"], ids=["shape", "path"])
def test_a_bad_header_is_named_with_its_row(extractor, noise, bad):
    X = pd.Series([noise, bad], index=["a", "b"], dtype=object)
    with pytest.raises(ModalityError, match=r"modality 'audio', row 1 \(index 'b'\): "):
        extractor.fit(X)


def test_a_longest_clip_that_cannot_be_used_is_named_with_its_row(extractor, noise):
    with pytest.raises(ModalityError, match=r"row 1: the clip has 4000 of 4000 samples"):
        extractor.fit([noise[:100], np.full(4_000, np.nan)])


def test_missing_clips_have_no_say_in_the_length(extractor, noise):
    block = extractor.fit_transform([None, noise[:950], None])
    assert block.shape[1] == 10
    assert_array_equal(np.isnan(block).all(axis=(1, 2)), [True, False, True])


def test_pooling_is_the_mean_and_the_deviation_over_frames(extractor, noise):
    sequence = extractor.fit_transform([noise])[0].astype(np.float64)
    block = extractor.set_params(pool="mean_std").fit_transform([noise])
    expected = np.concatenate([sequence.mean(axis=0), sequence.std(axis=0)])
    np.testing.assert_allclose(block[0], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("pool", "functions"),
    [
        ("std", [np.std]),
        (("max", "min"), [np.max, np.min]),
        (("p25", "mean"), [lambda frames, axis: np.quantile(frames, 0.25, axis), np.mean]),
    ],
)
def test_pooling_by_several_statistics_is_named(extractor, noise, pool, functions):
    sequence = extractor.fit_transform([noise])[0].astype(np.float64)
    row = extractor.set_params(pool=pool).fit_transform([noise])[0]
    expected = np.concatenate([function(sequence, axis=0) for function in functions])
    np.testing.assert_allclose(row, expected, rtol=1e-6)
    statistics = [pool] if isinstance(pool, str) else pool
    names = extractor.get_feature_names_out()
    assert [name.rpartition("_")[2] for name in names] == list(
        np.repeat(statistics, len(row) // len(functions))
    )


def test_energy_is_appended_and_named(extractor, noise):
    plain = extractor.fit_transform([noise])
    block = extractor.set_params(energy=True).fit_transform([noise])
    rms = librosa.feature.rms(y=noise, frame_length=256, hop_length=100, pad_mode="constant")
    assert_array_equal(block[:, :, :-1], plain)
    np.testing.assert_allclose(block[0, :, -1], librosa.amplitude_to_db(rms)[0], atol=1e-4)
    names = extractor.set_params(pool="max").fit([noise]).get_feature_names_out()
    assert names[-1] == "energy_max"


def test_deltas_are_librosas_and_named(extractor, noise):
    plain = extractor.set_params(energy=True).fit_transform([noise])[0].astype(np.float64)
    n_values = plain.shape[1]
    block = extractor.set_params(deltas=2).fit_transform([noise])[0]
    assert block.shape[1] == 3 * n_values
    for order in (1, 2):
        expected = librosa.feature.delta(plain, order=order, axis=0)
        part = block[:, order * n_values : (order + 1) * n_values]
        np.testing.assert_allclose(part, expected, atol=1e-4)
    names = extractor.set_params(pool="mean").fit([noise]).get_feature_names_out()
    assert len(names) == 3 * n_values
    assert names[-1] == "energy_delta2_mean"
    assert names[n_values] == f"{names[0].removesuffix('_mean')}_delta_mean"


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("n_fft", [256, 250])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_row_does_not_depend_on_its_companions(extractor, noise, precision, n_fft, batch_size):
    extractor.set_params(precision=precision, n_fft=n_fft, deltas=1, energy=True, pool="mean_std")
    clips = [noise[:3_333], 1e-3 * noise, 30 * noise[:700], noise[1_000:3_000], noise[:5]]
    alone = np.concatenate([extractor.transform([clip]) for clip in clips])
    assert_array_equal(extractor.set_params(batch_size=batch_size).transform(clips), alone)


@pytest.mark.parametrize("n_at_once", [1, 3_000, 10_000])
def test_how_many_clips_are_joined_does_not_matter(extractor, noise, n_at_once, monkeypatch):
    extractor.set_params(deltas=1, energy=True, pool=("mean", "std", "p50"))
    clips = [
        noise[start : start + length]
        for start, length in zip(range(9), range(1, 3_600, 400), strict=True)
    ]
    expected = extractor.transform(clips)
    monkeypatch.setattr(signal_module, "SAMPLES_AT_ONCE", n_at_once)
    assert_array_equal(extractor.transform(clips), expected)


def test_both_precisions_give_a_block_of_float32_that_nearly_agrees(extractor, noise):
    single = extractor.fit_transform([noise])
    double = extractor.set_params(precision="double").fit_transform([noise])
    assert single.dtype == double.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=1e-2)
    assert np.any(single != double)


def test_a_refit_learns_a_new_length(extractor, noise):
    extractor.fit([noise])
    assert extractor.fit_transform([noise[:950]]).shape[1] == 10


@pytest.mark.parametrize(
    "params",
    [
        {"pool": "sum"},
        {"pool": 3},
        {"max_frames": 0},
        {"hop_length": 0},
        {"n_fft": 1},
        {"energy": 1.5},
        {"deltas": 3},
        {"precision": "half"},
        {"sampling_rate": 0},
        {"min_seconds": -1},
        {"max_seconds": 0},
    ],
)
def test_wrong_parameters_are_refused_by_name(extractor, noise, params):
    with pytest.raises(ValueError, match=next(iter(params))):
        extractor.set_params(**params).fit([noise])


def test_a_sequence_asked_for_after_fit_needs_another_fit():
    extractor = MFCCExtractor(pool="mean").fit([np.ones(3000)])
    with pytest.raises(NotFittedError):
        extractor.set_params(pool=None).transform([np.ones(3000)])


def test_an_only_empty_clip_is_refused_by_name_where_the_longest_is_looked_for():
    for on_error in ("raise", "missing"):
        extractor = MFCCExtractor(pool=None, on_error=on_error)
        with pytest.raises(ModalityError, match="row 0: the clip has no samples"):
            extractor.fit([np.zeros(0, dtype=np.float32)])
