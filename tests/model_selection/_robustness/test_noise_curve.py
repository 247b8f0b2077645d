"""Scores while modalities are noisy."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from PIL import Image
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm import make_frame
from skmm.datasets import make_keypad_digits, make_multimodal_classification
from skmm.fusion import LateFusionClassifier
from skmm.image import HOGExtractor
from skmm.model_selection import noise_curve
from skmm.text import BagOfWordsVectorizer


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps what it is asked about."""

    def fit(self, X, y):
        self.seen_ = []
        return self

    def score(self, X, y):
        self.seen_.append(X)
        return 0.0


@pytest.fixture(scope="module")
def digits():
    return make_keypad_digits(120, random_state=0)


@pytest.fixture(scope="module")
def blocks():
    return make_multimodal_classification(200, modalities={"a": 8, "b": 5}, random_state=0)


@pytest.fixture(scope="module")
def late(blocks):
    members = [(m, LogisticRegression()) for m in "ab"]
    return LateFusionClassifier(members, rule="mean").fit(*blocks)


def test_at_level_0_the_score_is_the_usual_one(blocks, late):
    curve = noise_curve(late, *blocks, levels=[0, 0.5], n_repeats=3, random_state=0)
    assert_array_equal(curve.scores.loc[0], [[late.score(*blocks)]] * 3)


def test_noise_costs_accuracy_and_only_where_it_is_added(blocks, late):
    curve = noise_curve(late, *blocks, modality="a", levels=[0, 1, 3], random_state=0)
    assert (np.diff(curve.mean_scores.iloc[:, 0]) < 0).all()
    spy = Spy().fit(*blocks)
    noise_curve(spy, *blocks, modality="a", levels=[0.5], n_repeats=1)
    X, seen = blocks[0], spy.seen_[0]
    assert (seen["a"].array.tensor != X["a"].array.tensor).all()
    assert_array_equal(seen["b"].array.tensor, X["b"].array.tensor)
    assert seen["a"].dtype == X["a"].dtype


def test_each_modality_has_the_noise_that_suits_it(digits):
    spy = Spy().fit(*digits)
    curve = noise_curve(
        spy, *digits, noise={"image": "salt_and_pepper"}, levels=[1], n_repeats=1, random_state=0
    )
    assert curve.level_name == (
        "noise in image (salt_and_pepper) and audio (gaussian) and text (drop_characters)"
    )
    seen = spy.seen_[0]
    assert set(np.unique(seen["image"].array.tensor)) == {0, 255}
    assert (seen["text"] == "").all()
    assert seen.dtypes.equals(digits[0].dtypes)


def test_all_models_and_calls_see_the_same_noise(blocks):
    spies = [Spy().fit(*blocks) for _ in range(3)]
    options = {"levels": [0.2, 0.4], "n_repeats": 2, "random_state": 0}
    noise_curve({"one": spies[0], "two": spies[1]}, *blocks, **options)
    noise_curve(spies[2], *blocks, **options)
    for seen in zip(*(spy.seen_ for spy in spies), strict=True):
        assert_frame_equal(seen[0], seen[1])
        assert_frame_equal(seen[0], seen[2])
    assert not spies[0].seen_[0].equals(spies[0].seen_[1])


def test_processes_change_nothing_and_x_stays(blocks, late):
    X, y = blocks
    before = X.copy()
    options = {"levels": [0, 0.5], "n_repeats": 2, "random_state": 0}
    curve = noise_curve(late, X, y, **options)
    assert_frame_equal(curve.scores, noise_curve(late, X, y, n_jobs=2, **options).scores)
    assert_frame_equal(X, before)


def test_raw_samples_go_through_the_extractors(digits):
    X, y = digits
    image = make_pipeline(HOGExtractor(size=(16, 16)), LogisticRegression(max_iter=1000))
    text = make_pipeline(BagOfWordsVectorizer(analyzer="char"), LogisticRegression(max_iter=1000))
    late = LateFusionClassifier([("image", image), ("text", text)], rule="product").fit(X, y)
    options = {"levels": [0, 0.3, 1], "n_repeats": 2, "random_state": 0}
    curve = noise_curve(late, X, y, modality=["image", "text"], **options)
    first, middle, last = curve.mean_scores.iloc[:, 0]
    assert first > middle > last


def test_files_and_their_pixels_give_equal_scores(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(20) % 2
    pixels = rng.integers(0, 100, size=(20, 16, 16, 3), dtype=np.uint8)
    pixels[y == 1, 4:12, 6:9] = 250
    paths = [str(tmp_path / f"{number}.png") for number in range(20)]
    for picture, path in zip(pixels, paths, strict=True):
        Image.fromarray(picture).save(path)
    model = make_pipeline(HOGExtractor(size=(16, 16)), LogisticRegression())
    late = LateFusionClassifier([("image", model)], rule="mean")
    files, arrays = make_frame(image=paths), make_frame(image=list(pixels))
    late.fit(files, y)
    options = {"levels": [0, 1, 3], "n_repeats": 2, "random_state": 0, "scoring": "roc_auc"}
    of_files = noise_curve(late, files, y, **options).scores
    of_arrays = noise_curve(late, arrays.astype(object), y, **options).scores
    assert_allclose(of_files, of_arrays)


def test_missing_cells_stay_missing(blocks, late):
    X, y = blocks
    X = X.copy()
    X.loc[3, "a"] = None
    spy = Spy().fit(X, y)
    noise_curve(spy, X, y, levels=[0.5], n_repeats=1)
    assert_frame_equal(spy.seen_[0].isna(), X.isna())


def test_index_labels_do_not_matter(blocks, late):
    X, y = blocks
    shuffled = X.set_axis(np.random.default_rng(0).permutation(len(X)))
    options = {"levels": [0.5], "n_repeats": 2, "random_state": 0}
    expected = noise_curve(late, X, y, **options).scores
    assert_frame_equal(noise_curve(late, shuffled, pd.Series(y), **options).scores, expected)


def test_only_normal_noise_may_be_stronger_than_1(blocks, late):
    with pytest.raises(ValueError, match="levels is .*expected ascending numbers from 0 to 1"):
        noise_curve(late, *blocks, noise="dropout", levels=[0, 2])


def test_noise_for_a_modality_that_gets_none_is_refused(blocks, late):
    with pytest.raises(ValueError, match=r"noise is given for 'b', and the modalities are \['a'\]"):
        noise_curve(late, *blocks, modality="a", noise={"b": "dropout"})
