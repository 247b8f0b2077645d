"""A model that is fitted again is the oracle of the predictor that was made of it before."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier
from skmm.nn import DeepFusionClassifier
from skmm.realtime import _short_way, compile_predictor
from tests.realtime.row_models import X, Y, deep, early, fit, late
from tests.toys import TEXTS

OTHER_Y = np.array(["a", "b", "c"])[(np.arange(len(Y)) + 1) % 3]
OTHER_X = X.assign(text=[None if text is None else f"{text} dog" for text in TEXTS])
MODELS = {
    "late": late(rule="mean"),
    "late in a pipeline": make_pipeline(late(rule="mean")),
    "early": early(),
    "early in pipelines": make_pipeline(early()),
    "deep": deep(DeepFusionClassifier(max_epochs=1, embed_dim=8, random_state=0)),
    "search": GridSearchCV(early(), {"logisticregression__C": [1.0]}, cv=2),
}


def refit(model, X=OTHER_X, y=OTHER_Y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)


def check_follows(predictor, model):
    """Compare with the model, which the predictor is not let ask."""
    predictor.model = None
    for method in ("predict", "predict_proba"):
        result = predictor._call(method, {name: X[name].array[0] for name in X})
        assert_array_equal(result, getattr(model, method)(X.iloc[[0]]))


@pytest.mark.parametrize("name", MODELS)
def test_a_predictor_follows_a_model_that_is_fitted_again(name):
    model = fit(MODELS[name])
    predictor = compile_predictor(model)
    refit(model)
    check_follows(predictor, model)


def test_other_weights_go_with_other_members():
    model = fit(late(rule="mean"))
    predictor = compile_predictor(model)
    refit(model.set_params(weights=[0, 0, 0, 1]))
    check_follows(predictor, model)


def test_a_predictor_follows_a_fusion_or_a_step_that_is_fitted_by_itself():
    model = fit(early())
    predictor = compile_predictor(model)
    model[0].fit(OTHER_X)
    model[-1].fit(model[0].transform(OTHER_X), OTHER_Y)
    check_follows(predictor, model)
    model.steps[-1] = ("other", LogisticRegression(C=0.1).fit(model[0].transform(X), Y))
    check_follows(predictor, model)


def test_a_short_way_goes_and_comes_with_what_is_fitted():
    model = fit(LateFusionClassifier([("age", LogisticRegression())], rule="mean"))
    predictor = compile_predictor(model)
    for frame, is_compiled in ((X[["age"]].fillna(0.0), False), (X, True)):
        refit(model, frame)
        assert predictor.is_compiled == is_compiled
        assert_array_equal(predictor.predict_proba(frame[4:5]), model.predict_proba(frame[4:5]))


def test_a_model_that_is_as_it_was_is_compiled_once(monkeypatch):
    predictors = [compile_predictor(fit(model)) for model in MODELS.values()]
    monkeypatch.setattr(_short_way, "compile_model", None)
    assert all(predictor.is_compiled for predictor in predictors)


def test_a_model_that_is_no_longer_fitted_says_so_itself():
    model = fit(early())
    predictor = compile_predictor(model)
    model.steps[0] = early().steps[0]
    with pytest.raises(Exception, match="not fitted"):
        predictor.predict(X.iloc[[0]])
