"""TensorFusion against outer products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from skmm import make_frame
from skmm.fusion import ConcatFusion, TensorFusion
from tests.toys import shared_directions


@pytest.fixture
def toy():
    return shared_directions().iloc[:20]


def with_one(frame, modality):
    return np.hstack([np.ones((len(frame), 1)), frame[modality].array.tensor])


def test_it_is_the_outer_product(toy):
    factors = [with_one(toy, m) for m in "abc"]
    expected = np.einsum("ni,nj,nk->nijk", *factors).reshape(20, -1)
    assert_allclose(TensorFusion().fit_transform(toy), expected)


def test_it_holds_the_constant_every_feature_and_every_pair(toy):
    fused = TensorFusion().fit_transform(toy).reshape(20, 6, 5, 4)
    a, b, c = (toy[m].array.tensor for m in "abc")
    assert_array_equal(fused[:, 0, 0, 0], np.ones(20))
    assert_array_equal(fused[:, 1:, 0, 0], a)
    assert_array_equal(fused[:, 0, 1:, 0], b)
    assert_array_equal(fused[:, 0, 0], with_one(toy, "c"))
    assert_array_equal(fused[:, 1:, 1:, 0], a[:, :, np.newaxis] * b[:, np.newaxis])
    assert_array_equal(fused[:, 0, 1:, 1:], b[:, :, np.newaxis] * c[:, np.newaxis])


def test_names_tell_the_factors():
    blocks = make_frame(image=np.ones((1, 2)), audio=np.ones((1, 1)), text=np.ones((1, 1)))
    names = TensorFusion().fit(blocks).get_feature_names_out()
    image = ["", "image__0", "image__1"]
    expected = [
        "*".join(part for part in (i, a, t) if part) or "1"
        for i in image
        for a in ("", "audio__0")
        for t in ("", "text__0")
    ]
    assert list(names) == expected
    assert "image__1*audio__0*text__0" in names


def test_names_belong_to_their_columns(toy):
    fusion = TensorFusion().fit(toy)
    values = {
        f"{m}__{k}": toy[m].array.tensor[:, k] for m in toy for k in range(toy[m].iloc[0].size)
    }
    fused = fusion.transform(toy)
    for column, name in enumerate(fusion.get_feature_names_out()):
        factors = [values[part] for part in name.split("*") if part != "1"]
        assert_allclose(fused[:, column], np.prod(factors, axis=0) if factors else 1)


def test_a_missing_modality_removes_exactly_the_terms_with_it(toy):
    gaps = toy.copy()
    gaps["b"] = None
    fusion = TensorFusion().fit(toy)
    fused = fusion.transform(gaps).reshape(20, 6, 5, 4)
    others = TensorFusion().fit_transform(toy[["a", "c"]]).reshape(20, 6, 4)
    assert_array_equal(fused[:, :, 0], others)
    assert_array_equal(fused[:, :, 1:], np.zeros((20, 6, 4, 4)))


def test_the_order_of_modalities_only_permutes_the_columns(toy):
    one, other = TensorFusion().fit(toy), TensorFusion().fit(toy[["c", "a", "b"]])
    named = [
        {
            frozenset(name.split("*")): column
            for name, column in zip(f.get_feature_names_out(), f.transform(toy).T, strict=True)
        }
        for f in (one, other)
    ]
    assert named[0].keys() == named[1].keys()
    for name, column in named[0].items():
        assert_allclose(column, named[1][name], rtol=1e-12)


def test_one_modality_gets_its_one(toy):
    fused = TensorFusion().fit_transform(toy[["a"]])
    assert_array_equal(fused, PolynomialFeatures(1).fit_transform(toy["a"].array.tensor))
    plain = TensorFusion().fit(toy["a"].array.tensor)
    assert_array_equal(plain.transform(toy["a"].array.tensor), fused)
    assert list(plain.get_feature_names_out()) == ["1", "x0", "x1", "x2", "x3", "x4"]


def test_too_many_products_are_refused_with_their_number(toy):
    with pytest.raises(
        ValueError, match=r"make 6 x 5 x 4 = 120 columns, and max_features=119; use Sk"
    ):
        TensorFusion(max_features=119).fit(toy)
    assert TensorFusion(max_features=120).fit_transform(toy).shape == (20, 120)


def test_a_linear_model_sees_what_only_both_modalities_tell():
    """Exclusive or: neither modality tells anything alone."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, size=(120, 2)) * 2.0 - 1
    X = make_frame(a=bits[:, :1], b=bits[:, 1:])
    y = bits.prod(axis=1)
    product, side_by_side = (
        cross_val_score(make_pipeline(fusion, LogisticRegression()), X, y).mean()
        for fusion in (TensorFusion(), ConcatFusion())
    )
    assert product == 1
    assert side_by_side < 0.8
