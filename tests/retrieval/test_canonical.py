"""Embeddings by canonical correlations against CanonicalFusion and its published correlations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm import make_frame
from skmm.fusion import CanonicalFusion
from skmm.retrieval._canonical import CanonicalEmbedder
from tests.toys import shared_directions


def test_scores_are_multiplied_by_the_published_correlations():
    X = shared_directions()[["a", "b"]]
    embedder = CanonicalEmbedder(2, 0.0).fit(X)
    assert_allclose(embedder.weights["a"], [0.859829, 0.611892], atol=1e-6)
    fusion = CanonicalFusion(2, regularization=0.0).fit(X)
    scores = fusion.transform_modality(X, "b")
    assert_allclose(embedder.embed("b", X["b"]), scores * [0.859829, 0.611892], atol=1e-6)


def test_weights_of_three_modalities_are_means_over_the_others():
    X = shared_directions()
    embedder = CanonicalEmbedder(2, 0.0).fit(X)
    first = {"a": [0.854902, 0.872410], "b": [0.854902, 0.780512], "c": [0.872410, 0.780512]}
    for name, correlations in first.items():
        assert_allclose(embedder.weights[name][0], np.mean(correlations), atol=2e-6)


@pytest.mark.parametrize(("wanted", "found"), [(2, 2), (4, 4), (64, 4)])
def test_there_are_as_many_components_as_two_modalities_can_agree_on(wanted, found):
    X = shared_directions()[["a", "b"]]
    assert CanonicalEmbedder(wanted, 0.1).fit(X).embed("a", X["a"]).shape == (200, found)


def test_columns_that_repeat_others_are_not_counted():
    rng = np.random.default_rng(0)
    few, many = rng.normal(size=(50, 2)), rng.normal(size=(50, 6))
    X = make_frame(a=few @ rng.normal(size=(2, 5)), b=many)
    assert CanonicalEmbedder(64, 0.1).fit(X).embed("b", X["b"]).shape == (50, 2)


def test_a_constant_modality_is_bearable_beside_two_that_vary():
    X = shared_directions()
    expected = CanonicalEmbedder(2, 0.1).fit(X[["a", "b"]]).embed("a", X["a"])
    X["c"] = make_frame(c=np.ones((200, 3)))["c"]
    found = CanonicalEmbedder(2, 0.1).fit(X).embed("a", X["a"])
    same = [abs(np.corrcoef(*pair)[0, 1]) for pair in zip(found.T, expected.T, strict=True)]
    assert_allclose(same, 1, atol=1e-6)
