"""The extractors themselves are the oracle, to the bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmm import MultimodalFusion, make_frame
from skmm.cache import FeatureCache
from skmm.image import HOGExtractor
from skmm.realtime import compile_predictor
from tests.realtime.row_models import X, check_equal, early, fit, flatten
from tests.toys import EXTRACTORS, N


@pytest.mark.parametrize("name", EXTRACTORS)
def test_every_extractor_describes_a_sample_as_it_does_a_column(name):
    extractor, samples = EXTRACTORS[name]
    X = make_frame(a=samples(), pose=np.eye(N))
    dense = FunctionTransformer(flatten) if name != "BagOfWordsVectorizer" else "passthrough"
    members = [("a", make_pipeline(extractor, dense)), ("pose", "passthrough")]
    check_equal(
        fit(make_pipeline(MultimodalFusion(members, missing="zero"), LogisticRegression()), X), X
    )


def test_a_cache_is_passed_by(tmp_path, monkeypatch):
    model = early()
    model.set_params(multimodalfusion__image__pixelextractor__memory=tmp_path)
    predictor, expected = compile_predictor(fit(model)), fit(early()).predict_proba(X[:1])
    monkeypatch.setattr(FeatureCache, "look_up", None)
    monkeypatch.setattr(FeatureCache, "fetch", None)
    predictor.model = None  # which would ask it
    assert_array_equal(predictor._call("predict_proba", X[:1]), expected)


def test_a_transformer_with_an_output_of_its_own_is_asked_as_it_is():
    hog = HOGExtractor(size=(32, 32)).set_output(transform="pandas")
    members = [("image", make_pipeline(hog, StandardScaler())), ("pose", "passthrough")]
    model = fit(make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression()))
    sample = {name: X[name].array[0] for name in X}
    expected = model.predict_proba(X.iloc[[0]])
    assert_array_equal(compile_predictor(model).predict_proba(sample), expected)
