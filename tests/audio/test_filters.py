import warnings

import librosa
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.audio._filters import linear_filters, mel_filters


@pytest.mark.parametrize(("rate", "n_fft", "n_mels"), [(22_050, 2_048, 128), (8_000, 255, 10)])
def test_mel_filters_are_librosas(rate, n_fft, n_mels):
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels)
    assert_array_equal(mel_filters(rate, n_fft, n_mels).toarray(), expected)


def test_empty_bands_are_warned_of_each_time():
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"of 128 mel bands hold no frequency; lower n_mels"):
            mel_filters(22_050, 256, 128)


def test_filters_without_empty_bands_are_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mel_filters(22_050, 2_048, 64)


def test_as_many_linear_bands_as_frequencies_are_the_frequencies():
    assert_array_equal(linear_filters(8, 5).toarray(), np.eye(5))


@pytest.mark.parametrize("n_bands", [1, 2, 7, 100])
def test_linear_bands_take_each_frequency_once_and_are_equally_wide(n_bands):
    filters = linear_filters(255, n_bands).toarray()
    assert filters.shape == (n_bands, 128)
    assert_array_equal(filters.sum(axis=0), np.ones(128))
    widths = filters.sum(axis=1)
    assert widths.max() - widths.min() <= 1
    assert (np.diff(filters.argmax(axis=1)) > 0).all()
