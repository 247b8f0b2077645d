"""A fitted net is a transformer: what the fusion makes of a sample, under scikit-learn's rules."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm.frame import drop_modalities
from skmm.nn import DeepFusionRegressor
from tests.nn.quick import QUICK, quick


def test_the_head_makes_the_probabilities_of_the_embedding(toy):
    X, y = toy
    model = quick().fit(X, y)
    with torch.inference_mode():
        scores = model.net_.module_.eval().head(torch.from_numpy(model.embed(X)))
    assert_allclose(model.predict_proba(X), scores.softmax(dim=1), rtol=1e-5)


def test_an_embedding_has_the_width_and_the_precision_of_the_net(toy):
    X, y = toy
    assert quick(embed_dim=5).fit(X, y).embed(X).shape == (40, 5)
    for precision, dtype in {"float32": "f4", "float64": "f8", "bfloat16": "f4"}.items():
        assert quick(precision=precision).fit(X, y).embed(X).dtype == np.dtype(dtype)


def test_embedding_leaves_no_hook_behind(toy):
    X, y = toy
    model = quick().fit(X, y)
    model.embed(X)
    assert not model.net_.module_.head._forward_pre_hooks


def test_transform_is_embed_with_names(toy):
    X, y = toy
    model = quick().fit(X, y)
    assert_array_equal(model.transform(X), model.embed(X))
    names = [f"deepfusionclassifier{unit}" for unit in range(8)]
    assert model.get_feature_names_out().tolist() == names
    frame = model.set_output(transform="pandas").transform(X)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame) == names
    assert frame.index.equals(X.index)


def test_a_regressor_is_a_transformer_too(toy):
    X, y = toy
    assert DeepFusionRegressor(**QUICK).fit_transform(X, y).shape == (40, 8)


def test_a_net_is_a_step_of_a_pipeline(toy):
    X, y = toy
    pipeline = make_pipeline(quick(max_epochs=20), LogisticRegression())
    assert pipeline.fit(X, y).score(X, y) > 0.9


def test_a_sample_without_any_modality_has_a_finite_embedding(toy):
    X, y = toy
    nothing = drop_modalities(X, keep_one=False)
    assert np.isfinite(quick().fit(X, y).embed(nothing)).all()


def test_an_embedding_needs_a_fitted_net(toy):
    with pytest.raises(NotFittedError):
        quick().embed(toy[0])
