"""Noise in numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.model_selection._robustness.noise_arrays import ARRAY_NOISES, disturb, measure_scale


def draw(shape, dtype=np.float64):
    values = np.random.default_rng(0).uniform(0, 200, size=shape)
    return values.astype(dtype)


def make_noisy(samples, noise, level, seed=0):
    scale = measure_scale(samples)
    return disturb(samples, noise, level, scale, np.random.RandomState(seed))


@pytest.mark.parametrize(
    ("shape", "dtype", "axes"),
    [
        ((50,), float, 0),  # numbers
        ((50, 3), float, 0),  # features
        ((50, 4, 3), float, (0, 1)),  # channels of sequences
        ((50, 4, 3), np.uint8, None),  # gray pictures
        ((50, 4, 5, 3), float, None),  # pictures
    ],
)
def test_means_and_deviations_are_numpys(shape, dtype, axes):
    samples = draw(shape, dtype)
    scale = measure_scale(samples)
    assert_allclose(scale.center, samples.mean(axis=axes))
    assert_allclose(scale.spread, samples.std(axis=axes))


def test_deviations_do_not_depend_on_how_many_rows_are_read_at_once(monkeypatch):
    samples = draw((50, 4, 3))
    whole, noisy = measure_scale(samples), make_noisy(samples, "gaussian", 1)
    monkeypatch.setattr("skmm.model_selection._robustness.noise_arrays._BYTES_AT_ONCE", 1000)
    assert_allclose(measure_scale(samples).spread, whole.spread)
    assert_allclose(make_noisy(samples, "gaussian", 1), noisy)


def test_padding_does_not_count_and_stays():
    samples = draw((50, 4, 3))
    samples[:20, 2:] = np.nan
    scale = measure_scale(samples)
    assert_allclose(scale.center, np.nanmean(samples, axis=(0, 1)))
    assert_allclose(scale.spread, np.nanstd(samples, axis=(0, 1)))
    for noise in ARRAY_NOISES:
        noisy = make_noisy(samples, noise, 0.5)
        assert_array_equal(np.isnan(noisy), np.isnan(samples))


def test_samples_of_several_lengths_are_measured_together():
    clips = [draw(9), draw(5)]
    scale = measure_scale(clips)
    assert_allclose(scale.center, np.mean([*clips[0], *clips[1]]))
    assert_allclose(scale.spread, np.std([*clips[0], *clips[1]]))
    recordings = [draw((9, 2)), draw((5, 2))]
    assert_allclose(measure_scale(recordings).spread, np.concatenate(recordings).std(axis=0))
    pictures = [draw((9, 2), np.uint8), draw((5, 3), np.uint8)]
    assert_allclose(measure_scale(pictures).spread, np.std([*pictures[0].flat, *pictures[1].flat]))


def test_normal_noise_is_in_units_of_the_standard_deviation():
    samples = draw((4000, 2)) * [1, 100]
    error = make_noisy(samples, "gaussian", 0.3) - samples
    assert_allclose(error.std(axis=0) / samples.std(axis=0), 0.3, rtol=0.05)
    assert_allclose(error.mean(axis=0) / samples.std(axis=0), 0, atol=0.02)


def test_a_level_is_a_multiple_of_the_same_noise():
    samples = draw((5, 3))
    once, twice = (make_noisy(samples, "gaussian", level) - samples for level in (0.2, 0.4))
    assert_allclose(twice, 2 * once)


@pytest.mark.parametrize("noise", [noise for noise in ARRAY_NOISES if noise != "gaussian"])
@pytest.mark.parametrize("shape", [(400, 6), (400, 6, 2), (400, 5, 4, 3)])
def test_a_share_is_hit_and_what_is_hit_stays_hit_at_higher_levels(noise, shape):
    samples = draw(shape)
    hit = [make_noisy(samples, noise, level) != samples for level in (0.2, 0.6, 1)]
    assert_allclose([part.mean() for part in hit], [0.2, 0.6, 1], atol=0.06)
    assert (hit[1] >= hit[0]).all()


def test_pixels_become_the_least_or_greatest_value_in_all_channels():
    for shape, axis in [((20, 6, 5, 3), 3), ((20, 3, 6, 5), 1)]:
        noisy = make_noisy(draw(shape, np.uint8), "salt_and_pepper", 1)
        assert set(np.unique(noisy)) == {0, 255}
        assert (noisy.min(axis=axis) == noisy.max(axis=axis)).all()
        assert_allclose((noisy == 0).mean(), 0.5, atol=0.1)
    floats = draw((20, 6, 5, 3))
    assert set(np.unique(make_noisy(floats, "salt_and_pepper", 1))) == {floats.min(), floats.max()}


def test_lost_values_become_the_mean_of_their_feature():
    samples = draw((30, 3))
    noisy = make_noisy(samples, "dropout", 1)
    assert_allclose(noisy, np.broadcast_to(samples.mean(axis=0), (30, 3)))


def test_steps_are_lost_in_all_channels():
    samples = draw((50, 8, 3))
    lost = make_noisy(samples, "drop_frames", 0.5) != samples
    assert (lost.all(axis=2) == lost.any(axis=2)).all()


def test_steps_of_a_sound_are_hundredths_of_its_length():
    samples = draw((10, 1000))
    lost = make_noisy(samples, "drop_frames", 0.5) != samples
    frames = lost.reshape(10, 100, 10)
    assert (frames.all(axis=2) == frames.any(axis=2)).all()
    short = draw((200, 7))
    assert_allclose((make_noisy(short, "drop_frames", 0.5) != short).mean(), 0.5, atol=0.05)


def test_blocks_are_lost_as_a_whole():
    samples = draw((50, 8, 3))
    lost = (make_noisy(samples, "drop_block", 0.5) != samples).reshape(50, -1)
    assert (lost.all(axis=1) == lost.any(axis=1)).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, bool])
@pytest.mark.parametrize("noise", ARRAY_NOISES)
def test_types_are_kept_and_integers_stay_in_their_range(noise, dtype):
    samples = draw((30, 8, 8, 3), dtype)
    noisy = make_noisy(samples, noise, 1)
    assert noisy.dtype == dtype
    if noise == "gaussian" and dtype == np.uint8:  # it would wrap around at both ends
        exact = make_noisy(samples.astype(float), noise, 1)
        assert_array_equal(noisy, np.clip(np.rint(exact), 0, 255))
        assert noisy.min() == 0
        assert noisy.max() == 255


def test_pictures_in_the_unit_interval_stay_there_and_vectors_need_not():
    pictures = draw((20, 4, 4, 3)) / 200
    noisy = make_noisy(pictures, "gaussian", 1)
    assert noisy.min() == 0
    assert noisy.max() == 1
    assert make_noisy(draw((20, 4)) / 200, "gaussian", 1).max() > 1


def test_samples_are_not_changed():
    samples = draw((10, 4))
    samples.flags.writeable = False
    before = samples.copy()
    for noise in ARRAY_NOISES:
        make_noisy(samples, noise, 1)
    assert_array_equal(samples, before)
