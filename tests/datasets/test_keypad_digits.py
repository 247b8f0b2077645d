"""Digits to see, hear and read."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.datasets import make_keypad_digits
from skmm.frame import presence_mask

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
KEYPAD = np.array([list("123A"), list("456B"), list("789C"), list("*0#D")])
ROW_HERTZ, COLUMN_HERTZ = np.array([697, 770, 852, 941]), np.array([1209, 1336, 1477, 1633])


def flat(X, modality):
    return X[modality].array.tensor.reshape(len(X), -1).astype(float)


def cut_levels(clip):
    """Strength of the eight keypad frequencies in a clip at 8000 Hz, as a telephone exchange does."""
    hertz = np.concatenate([ROW_HERTZ, COLUMN_HERTZ])
    return np.abs(np.exp(-2j * np.pi * hertz[:, None] * np.arange(len(clip)) / 8000) @ clip)


def accuracy(features, y, learner=None):
    learner = learner or make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    return cross_val_score(learner, features, y, cv=3).mean()


def test_clean_pictures_are_scikit_learns_digits(global_random_seed):
    X, y = make_keypad_digits(50, noise=0, random_state=global_random_seed)
    images, digits = load_digits(return_X_y=True)
    originals = {image.tobytes(): digit for image, digit in zip(images, digits, strict=True)}
    pictures = np.round(flat(X, "image") / 255 * 16)
    assert [originals[picture.tobytes()] for picture in pictures] == y.tolist()


def test_no_picture_comes_twice():
    X, _ = make_keypad_digits(1797, noise=0, random_state=0)
    assert len(np.unique(flat(X, "image"), axis=0)) == len(np.unique(load_digits().data, axis=0))


def test_clean_tones_are_those_of_the_keys(global_random_seed):
    X, y = make_keypad_digits(50, noise=0, random_state=global_random_seed)
    for clip, digit in zip(X["audio"].array.tensor, y, strict=True):
        levels = cut_levels(clip)
        assert KEYPAD[levels[:4].argmax(), levels[4:].argmax()] == str(digit)


def test_clean_words_are_the_names_of_the_digits():
    X, y = make_keypad_digits(50, noise=0, random_state=0)
    assert X["text"].tolist() == [WORDS[digit] for digit in y]


def test_a_noise_level_of_the_picture_is_in_gray_levels(global_random_seed):
    clean, _ = make_keypad_digits(300, noise=0, random_state=global_random_seed)
    noisy, _ = make_keypad_digits(300, noise={"image": 0.5}, random_state=global_random_seed)
    gray = (flat(clean, "image") > 100) & (flat(clean, "image") < 155)  # nothing is clipped here
    difference = (flat(noisy, "image") - flat(clean, "image"))[gray] / 255 * 16
    assert_allclose(difference.std(), 0.5, rtol=0.1)


def test_a_noise_level_of_the_tone_is_in_amplitudes(global_random_seed):
    clean, _ = make_keypad_digits(20, noise=0, random_state=global_random_seed)
    noisy, _ = make_keypad_digits(20, noise={"audio": 2.0}, random_state=global_random_seed)
    # Two independent sine waves of amplitude a have variance a squared.
    amplitude = flat(clean, "audio").std()
    difference = flat(noisy, "audio") - flat(clean, "audio")
    assert_allclose(difference.std() / amplitude, 2.0, rtol=0.05)


def test_a_noise_level_of_the_text_is_the_probability_of_a_typo(global_random_seed):
    X, y = make_keypad_digits(1000, noise={"text": 0.2}, random_state=global_random_seed)
    true = "".join(WORDS[digit] for digit in y)
    typed = "".join(X["text"])
    assert_allclose(np.mean([a != b for a, b in zip(true, typed, strict=True)]), 0.2, atol=0.03)


def test_a_number_multiplies_the_default_levels():
    doubled, _ = make_keypad_digits(20, noise=2, random_state=0)
    levels = {"image": 10.0, "audio": 7.0, "text": 0.3}
    pd.testing.assert_frame_equal(doubled, make_keypad_digits(20, noise=levels, random_state=0)[0])


def test_noise_in_one_modality_leaves_the_others_as_they_are():
    X, _ = make_keypad_digits(20, random_state=0)
    other, _ = make_keypad_digits(20, noise={"audio": 0}, random_state=0)
    pd.testing.assert_frame_equal(X[["image", "text"]], other[["image", "text"]])


def test_no_modality_is_enough_and_together_they_are():
    X, y = make_keypad_digits(random_state=0)
    image = flat(X, "image")
    audio = np.log(np.abs(np.fft.rfft(flat(X, "audio"))))
    text = CountVectorizer().fit_transform(X["text"]).toarray()
    alone = [accuracy(features, y) for features in (image, audio, text)]
    assert min(alone) > 0.4
    assert max(alone) < 0.85
    assert accuracy(np.hstack([image, audio, text]), y) > max(alone) + 0.05


def test_containers_are_as_documented():
    X, y = make_keypad_digits(30, random_state=0)
    image, audio = X["image"].array.tensor, X["audio"].array.tensor
    assert list(X.columns) == ["image", "audio", "text"]
    assert (image.shape, image.dtype) == ((30, 8, 8), np.uint8)
    assert (audio.shape, audio.dtype) == ((30, 1600), np.float32)
    assert np.abs(audio).max() <= 1
    assert y.shape == (30,)
    assert y.dtype.kind == "i"


def test_missing_rates_are_reached_and_no_row_is_empty(global_random_seed):
    rates = {"image": 0.5, "text": 0.2}
    X, _ = make_keypad_digits(400, missing=rates, random_state=global_random_seed)
    present = presence_mask(X)
    assert_allclose(1 - present.mean(axis=0), [0.5, 0, 0.2])
    everything, _ = make_keypad_digits(400, missing=1.0, random_state=global_random_seed)
    assert_array_equal(presence_mask(everything).sum(axis=1), 1)


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data():
    first, y = make_keypad_digits(20, missing=0.3, random_state=1)
    second, same_y = make_keypad_digits(20, missing=0.3, random_state=1)
    pd.testing.assert_frame_equal(first, second)
    assert_array_equal(y, same_y)
    assert (make_keypad_digits(20, random_state=2)[1] != y).any()


def test_with_a_seed_the_global_random_state_is_untouched():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_keypad_digits(20, random_state=0)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("n_samples", [0, 1798])
def test_no_more_samples_than_pictures(n_samples):
    with pytest.raises(ValueError, match="'n_samples' parameter of make_keypad_digits"):
        make_keypad_digits(n_samples)
