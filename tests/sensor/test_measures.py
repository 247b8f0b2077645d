import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import signal, stats

from skmm.sensor._measures import MEASURES, PER_CHANNEL, Recording, name_columns

RATE = 20.0


def _periodogram(x):
    return signal.periodogram(x, fs=RATE, detrend="constant", scaling="spectrum")


def _mean_frequency(x):
    frequencies, _ = _periodogram(x)
    return np.average(frequencies, weights=np.abs(np.fft.rfft(x - x.mean())) ** 2)


def _entropy(x):
    power = np.abs(np.fft.rfft(x - x.mean())) ** 2
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
            measured = MEASURES[name](Recording(recording[:, :2], RATE))
            expected = [ORACLES[name](channel) for channel in recording[:, :2].T]
            assert_allclose(measured, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("n_steps", [16, 17, 40])
def test_the_dominant_frequency_is_the_peak_of_the_periodogram(n_steps, global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(9, 1, size=(n_steps, 2))
    expected = []
    for channel in values.T:
        power = np.abs(np.fft.rfft(channel - channel.mean()))
        expected.append(_periodogram(channel)[0][power.argmax()])
    assert_allclose(MEASURES["dominant_frequency"](Recording(values, RATE)), expected)


def test_the_frequency_of_a_sine_is_found():
    values = np.sin(2 * np.pi * 3.0 * np.arange(100) / RATE)[:, np.newaxis]
    recording = Recording(values + 100, RATE)
    assert_allclose(MEASURES["dominant_frequency"](recording), [3.0])
    assert_allclose(MEASURES["spectral_centroid"](recording), [3.0])
    assert_allclose(MEASURES["spectral_entropy"](recording), [0.0], atol=1e-6)


def test_measures_across_channels_agree_with_numpy(recordings):
    for values in (recording for recording in recordings if len(recording) > 3):
        recording = Recording(values, RATE)
        magnitude = np.linalg.norm(values, axis=1)
        assert_allclose(MEASURES["magnitude_mean"](recording), [magnitude.mean()])
        assert_allclose(MEASURES["magnitude_std"](recording), [magnitude.std()], atol=1e-12)
        varied = Recording(values[:, :2], RATE)
        expected = np.corrcoef(values[:, :2].T)[0, 1]
        assert_allclose(MEASURES["correlation"](varied), [expected])


def test_correlations_are_in_the_order_of_their_names(global_random_seed):
    values = np.random.default_rng(global_random_seed).normal(size=(30, 4))
    expected = {
        f"correlation_ch{i}_ch{j}": np.corrcoef(values.T)[i, j] for i in range(4) for j in range(i)
    }
    names = name_columns("correlation", 4)
    measured = MEASURES["correlation"](Recording(values, RATE))
    flipped = [expected[f"correlation_ch{name[-1]}_ch{name[14]}"] for name in names]
    assert_allclose(measured, flipped)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e30, 1e-300])
@pytest.mark.parametrize("n_steps", [1, 2, 33])
def test_what_a_constant_channel_does_not_define_is_zero(value, n_steps):
    recording = Recording(np.full((n_steps, 2), value), RATE)
    location = {"mean", "min", "max", "median", "q25", "q75", "rms"}
    for name in MEASURES.keys() - location - {"magnitude_mean", "magnitude_std"}:
        assert_allclose(MEASURES[name](recording), 0, err_msg=name)
    for name in location - {"rms"}:
        assert_allclose(MEASURES[name](recording), value, err_msg=name)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("n_channels", [1, 2, 4])
def test_there_is_a_name_for_every_number(name, n_channels):
    recording = Recording(np.arange(5.0 * n_channels).reshape(5, n_channels), RATE)
    assert len(MEASURES[name](recording)) == len(name_columns(name, n_channels))


@pytest.mark.parametrize("name", PER_CHANNEL)
def test_a_channel_is_measured_without_its_companions(name, recordings):
    values = recordings[7]
    together = MEASURES[name](Recording(values, RATE))
    apart = [MEASURES[name](Recording(values[:, [channel]], RATE))[0] for channel in range(3)]
    assert_allclose(together, apart, rtol=1e-10, atol=1e-10)
