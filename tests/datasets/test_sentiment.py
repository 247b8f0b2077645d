"""Faces and posts, and what they tell alone and together."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.datasets import make_sentiment
from skmm.frame import presence_mask
from skmm.image import HOGExtractor

WORDS = [
    {"terrible", "awful", "horrible", "disgusting"},
    {"bad", "poor", "dull", "weak"},
    {"okay", "average", "ordinary", "usual"},
    {"good", "nice", "pleasant", "fine"},
    {"wonderful", "fantastic", "amazing", "brilliant"},
]
CUES = ("yeah right", "oh sure", "of course")


def read(post):
    """The opinion of a post, neutral if it is lost, and whether there is a cue."""
    found = [c for c, words in enumerate(WORDS) if words & set(post.split())]
    return found[0] if found else 2, any(cue in post for cue in CUES)


def read_all(X):
    said, cue = zip(*map(read, X["text"]), strict=True)
    return np.array(said), np.array(cue)


@pytest.fixture(scope="module")
def faces_read():
    """What a model, trained on sincere faces, sees in sarcastic ones; and the data."""
    hog = HOGExtractor(size=(48, 48))
    sincere, shown = make_sentiment(500, size=48, noise={"image": 0}, random_state=1)
    reader = make_pipeline(hog, StandardScaler(), LogisticRegression(max_iter=500))
    reader.fit(sincere["image"], shown)
    X, y = make_sentiment(600, sarcasm=0.5, size=48, noise=0, random_state=2)
    return reader.predict(X["image"]), X, y


def test_a_clean_sincere_post_says_the_class():
    X, y = make_sentiment(200, noise=0, size=16, random_state=0)
    assert_array_equal(read_all(X)[0], y)


@pytest.mark.parametrize("sarcasm", [0.0, 0.3, 1.0])
def test_posts_are_wrong_in_sarcasm_with_a_cue_only(sarcasm, global_random_seed):
    X, y = make_sentiment(1500, sarcasm=sarcasm, noise=0, size=16, random_state=global_random_seed)
    said, cue = read_all(X)
    assert_allclose(cue.mean(), 0.5, atol=0.05)
    assert_array_equal(said[~cue], y[~cue])
    wrong = said != y
    assert_array_equal(said[wrong], 4 - y[wrong])
    assert_allclose(wrong.mean(), 0.4 * sarcasm, atol=0.04)


def test_together_they_tell_and_alone_they_do_not(faces_read):
    shown, X, y = faces_read
    said, cue = read_all(X)
    together = np.mean(np.where(cue, shown, said) == y)
    assert together > 0.85  # of what the model reads in faces, about a fifth is wrong
    assert np.mean(shown == y) < together - 0.15
    # The best that can be made of a post alone, from its opinion and its cue.
    code = np.eye(10)[said + 5 * cue]
    alone = cross_val_predict(LogisticRegression(), code, y, cv=5)
    assert np.mean(alone == y) < together - 0.05


def test_sarcasm_changes_the_samples_concerned_and_no_others():
    sincere, y = make_sentiment(100, size=16, random_state=0)
    sarcastic, same = make_sentiment(100, sarcasm=0.4, size=16, random_state=0)
    assert_array_equal(y, same)
    pixels = [X["image"].array.tensor.reshape(100, -1) for X in (sincere, sarcastic)]
    other_face = (pixels[0] != pixels[1]).any(axis=1)
    other_post = (sincere["text"] != sarcastic["text"]).to_numpy()
    assert not (other_face & other_post).any()
    assert 20 < (other_face | other_post).sum() < 45


def test_a_noise_level_of_the_text_is_the_probability_to_lose_a_word():
    X, _ = make_sentiment(800, noise={"text": 0.2}, size=16, random_state=0)
    words = " ".join(X["text"]).split()
    assert_allclose(np.mean([word == "um" for word in words]), 0.2, atol=0.02)


def test_a_number_multiplies_the_default_levels():
    doubled, _ = make_sentiment(20, noise=2, size=16, random_state=0)
    levels = {"image": 40.0, "text": 0.2}
    pd.testing.assert_frame_equal(
        doubled, make_sentiment(20, noise=levels, size=16, random_state=0)[0]
    )


def test_containers_are_as_documented():
    X, y = make_sentiment(30, size=24, random_state=0)
    pictures = X["image"].array.tensor
    assert list(X.columns) == ["image", "text"]
    assert (pictures.shape, pictures.dtype) == ((30, 24, 24, 3), np.uint8)
    assert set(y) == {0, 1, 2, 3, 4}
    assert y.dtype.kind == "i"


def test_missing_rates_are_reached_and_no_row_is_empty():
    X, _ = make_sentiment(200, missing={"image": 0.5}, size=16, random_state=0)
    assert_allclose(1 - presence_mask(X).mean(axis=0), [0.5, 0])
    X, _ = make_sentiment(200, missing=1.0, size=16, random_state=0)
    assert_array_equal(presence_mask(X).sum(axis=1), 1)


def test_the_same_seed_gives_the_same_data_and_leaves_the_global_one():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, y = make_sentiment(20, missing=0.3, size=16, random_state=1)
    second, same_y = make_sentiment(20, missing=0.3, size=16, random_state=1)
    pd.testing.assert_frame_equal(first, second)
    assert_array_equal(y, same_y)
    assert (make_sentiment(20, size=16, random_state=2)[1] != y).any()
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of make_sentiment"),
        ({"sarcasm": 1.5}, "'sarcasm' parameter"),
        ({"size": 8}, "'size' parameter"),
        ({"noise": {"audio": 1}}, "noise names the modality 'audio'"),
        ({"missing": {"text": 2}}, "missing is 2 for modality 'text'"),
    ],
)
def test_values_out_of_range_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_sentiment(**params)
