"""Extractors inside models, and a cache for them."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.cache import FeatureCache
from skmm.image import HOGExtractor, PixelExtractor
from skmm.model_selection._folds.extractors import parts_of, set_memory
from skmm.text import BagOfWordsVectorizer

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 16, 16), dtype=np.uint8)
X, y = make_frame(image=IMAGES, text=list("abcdefgh")), np.arange(8) % 2


@pytest.fixture
def model():
    early = MultimodalFusion(
        [("image", HOGExtractor(size=(16, 16))), ("text", BagOfWordsVectorizer(analyzer="char"))]
    )
    return make_pipeline(early, LogisticRegression())


def test_every_part_of_a_model_is_found(model):
    names = [type(part).__name__ for part in parts_of(model)]
    assert names == [
        "Pipeline",
        "MultimodalFusion",
        "HOGExtractor",
        "BagOfWordsVectorizer",
        "LogisticRegression",
    ]


def test_fitted_parts_are_found_beside_those_that_are_given(model):
    before = len([part for part in parts_of(model) if isinstance(part, HOGExtractor)])
    after = [part for part in parts_of(model.fit(X, y)) if isinstance(part, HOGExtractor)]
    assert (before, len(after)) == (1, 2)
    assert hasattr(after[1], "block_shape_")


def test_extractors_without_a_cache_get_one(model):
    set_memory(model, "folder")
    assert model.get_params()["multimodalfusion__image__memory"] == "folder"
    assert "multimodalfusion__text__memory" not in model.get_params()
    assert model.memory is None  # that of a pipeline is something else


def test_a_cache_of_their_own_is_kept():
    own = FeatureCache("own")
    late = LateFusionClassifier(
        [
            ("image", make_pipeline(HOGExtractor(memory=own), LogisticRegression())),
            ("small", make_pipeline(PixelExtractor(), LogisticRegression())),
        ]
    )
    params = set_memory(late, "folder").get_params()
    assert params["image__hogextractor__memory"] is own
    assert params["small__pixelextractor__memory"] == "folder"


def test_a_cache_can_be_taken_away_from_a_fitted_model(model, tmp_path):
    expected = clone(model).fit(X, y).predict_proba(X)
    set_memory(model, str(tmp_path / "rows")).fit(X, y)
    set_memory(model, None, old=str(tmp_path / "rows"))
    assert not any(getattr(part, "memory", None) for part in parts_of(model))
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_a_frozen_extractor_is_the_users_and_left_as_it_is():
    own = HOGExtractor()
    copy = clone(make_pipeline(FrozenEstimator(own), LogisticRegression()))
    set_memory(copy, "folder")
    assert copy[0].estimator is own
    assert own.memory is None
    assert own in list(parts_of(copy))
