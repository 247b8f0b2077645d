import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal, stats

from skmm.sensor._bands import find_bands
from skmm.sensor._measures import MEASURES, Recordings, measure, name_columns

RATE = 20.0
ACROSS_CHANNELS = {"magnitude_mean", "magnitude_std", "correlation"}


def measured(name, values, bands=3):
    """The measure of one recording."""
    recordings = Recordings(values[np.newaxis], RATE, find_bands(bands, RATE))
    return measure(recordings, [name])[0]


def _periodogram(x):
    return signal.periodogram(x, fs=RATE, detrend="constant", scaling="spectrum")


def _mean_frequency(x):
    frequencies, power = _periodogram(x)
    return np.average(frequencies, weights=power)


def _entropy(x):
    power = _periodogram(x)[1][1:]  # the mean has none
    return stats.entropy(power) / np.log(len(power))


ORACLES = {
    "mean": np.mean,
    "std": np.std,
    "min": np.min,
    "max": np.max,
    "median": np.median,
    "q25": lambda x: np.percentile(x, 25),
    "q75": lambda x: np.percentile(x, 75),
    "range": lambda x: x.max() - x.min(),
    "rms": lambda x: np.linalg.norm(x) / np.sqrt(len(x)),
    "skewness": stats.skew,
    "kurtosis": stats.kurtosis,
    "zero_crossings": lambda x: np.mean(np.sign(x[1:]) != np.sign(x[:-1])),
    "slope": lambda x: stats.linregress(np.arange(len(x)) / RATE, x).slope,
    "autocorrelation": lambda x: (
        np.correlate(x - x.mean(), x - x.mean(), "full")[len(x)] / np.sum((x - x.mean()) ** 2)
    ),
    "spectral_centroid": _mean_frequency,
    "spectral_entropy": _entropy,
}


@pytest.mark.parametrize("name", ORACLES)
def test_a_measure_of_a_channel_agrees_with_numpy_and_scipy(name, recordings):
    for recording in recordings:
        if len(recording) > 3:
            expected = [ORACLES[name](channel) for channel in recording[:, :2].T]
            assert_allclose(measured(name, recording[:, :2]), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("n_steps", [16, 17, 40])
def test_the_dominant_frequency_is_the_peak_of_the_periodogram(n_steps, global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(9, 1, size=(n_steps, 2))
    expected = []
    for channel in values.T:
        frequencies, power = _periodogram(channel)
        expected.append(frequencies[power.argmax()])
    assert_allclose(measured("dominant_frequency", values), expected)


def test_the_frequency_of_a_sine_is_found():
    values = np.sin(2 * np.pi * 3.0 * np.arange(100) / RATE)[:, np.newaxis]
    assert_allclose(measured("dominant_frequency", values + 100), [3.0])
    assert_allclose(measured("spectral_centroid", values + 100), [3.0])
    assert_allclose(measured("spectral_entropy", values + 100), [0.0], atol=1e-6)


@pytest.mark.parametrize("n_steps", [1, 2, 16, 17, 40])
@pytest.mark.parametrize("bands", [1, 3, [(0.5, 3), (2, 7)]], ids=str)
def test_band_powers_are_shares_of_the_periodogram(bands, n_steps, global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(9, 1, size=(n_steps, 2))
    expected = []
    for channel in values.T:
        frequencies, power = _periodogram(channel)
        for first, last in find_bands(bands, RATE):
            inside = power[(frequencies >= first) & (frequencies < last)].sum()
            expected.append(inside / power.sum() if n_steps > 1 else 0)
    assert_allclose(measured("band_power", values, bands), expected, atol=1e-12)


def test_bands_of_equal_width_share_all_power(recordings):
    for recording in recordings:
        shares = measured("band_power", recording, 5).reshape(3, 5).sum(axis=1)
        varies = np.ptp(recording, axis=0) > 0
        assert_allclose(shares, varies)


def test_the_band_of_a_sine_has_its_power():
    values = np.sin(2 * np.pi * 3.0 * np.arange(100) / RATE)[:, np.newaxis]
    assert_allclose(measured("band_power", values, [(0, 3), (3, 4), (4, 10)]), [0, 1, 0], atol=1e-9)


def test_the_measures_of_a_long_drifting_channel_are_exact():
    values = 1e6 + np.random.default_rng(0).normal(size=(100_000, 1)) * 1e-3
    for name in ("mean", "std", "skewness", "kurtosis", "slope", "autocorrelation"):
        assert_allclose(
            measured(name, values)[0], ORACLES[name](values[:, 0]), rtol=1e-6, atol=1e-6
        )


def test_measures_across_channels_agree_with_numpy(recordings):
    for values in (recording for recording in recordings if len(recording) > 3):
        magnitude = np.linalg.norm(values, axis=1)
        assert_allclose(measured("magnitude_mean", values), [magnitude.mean()])
        assert_allclose(measured("magnitude_std", values), [magnitude.std()], atol=1e-12)
        expected = np.corrcoef(values[:, :2].T)[0, 1]
        assert_allclose(measured("correlation", values[:, :2]), [expected])


def test_correlations_are_in_the_order_of_their_names(global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=(30, 4))
    expected = {
        f"correlation_ch{i}_ch{j}": np.corrcoef(values.T)[i, j] for i in range(4) for j in range(i)
    }
    names = name_columns("correlation", 4, n_bands=0)
    flipped = [expected[f"correlation_ch{name[-1]}_ch{name[14]}"] for name in names]
    assert_allclose(measured("correlation", values), flipped)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e30, 1e-300])
@pytest.mark.parametrize("n_steps", [1, 2, 33])
def test_what_a_constant_channel_does_not_define_is_zero(value, n_steps):
    values = np.full((n_steps, 2), value)
    location = {"mean", "min", "max", "median", "q25", "q75", "rms"}
    for name in MEASURES.keys() - location - {"magnitude_mean", "magnitude_std"}:
        assert_allclose(measured(name, values), 0, err_msg=name)
    for name in location - {"rms"}:
        assert_allclose(measured(name, values), value, err_msg=name)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("n_channels", [1, 2, 4])
def test_there_is_a_name_for_every_number(name, n_channels):
    values = np.arange(5.0 * n_channels).reshape(5, n_channels)
    assert len(measured(name, values)) == len(name_columns(name, n_channels, n_bands=3))


@pytest.mark.parametrize("name", sorted(MEASURES.keys() - ACROSS_CHANNELS))
def test_a_channel_is_measured_without_its_companions(name, recordings):
    values = recordings[7]
    apart = [measured(name, values[:, [channel]]) for channel in range(3)]
    assert_array_equal(measured(name, values), np.concatenate(apart))


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("n_steps", [1, 7, 64, 90])
def test_a_recording_is_measured_without_its_companions(name, n_steps, global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=(11, n_steps, 3))
    together = measure(Recordings(values, RATE, find_bands(3, RATE)), [name])
    assert_array_equal(together, [measured(name, recording) for recording in values])


def test_a_sine_and_an_alternation_of_equal_variance_share_the_power():
    steps = np.arange(64)
    values = np.sqrt(2) * np.sin(2 * np.pi * 8 * steps / 64) + (-1.0) ** steps
    halves = measured("band_power", values[:, np.newaxis], [(0, RATE / 4), (RATE / 4, RATE)])
    assert_allclose(halves, [0.5, 0.5])


def test_the_entropy_of_an_impulse_is_that_of_white_noise():
    values = np.zeros((16, 1))
    values[5] = 1
    n_frequencies, last = 8, 0.5  # the highest counts half
    shares = np.r_[np.ones(n_frequencies - 1), last] / (n_frequencies - 1 + last)
    expected = stats.entropy(shares) / np.log(n_frequencies)
    assert_allclose(measured("spectral_entropy", values), [expected])
    assert expected > 0.99
