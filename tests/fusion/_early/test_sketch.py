"""SketchFusion against the sketch of the products themselves, and scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.kernel_approximation import PolynomialCountSketch

from skmm import make_frame
from skmm.fusion import SketchFusion
from tests.toys import shared_directions


@pytest.fixture
def toy():
    return shared_directions().iloc[:20]


def plain(n_components, random_state=0):
    """Without root and length: the sketch itself."""
    return SketchFusion(n_components, random_state=random_state, signed_sqrt=False, normalize=False)


def sketch(columns, cells, signs, n_components):
    """Column by column."""
    result = np.zeros((len(columns), n_components))
    for column, cell, sign in zip(columns.T, cells, signs, strict=True):
        result[:, cell] += sign * column
    return result


def with_draws(fusion, **draws):
    fusion.hashes_ = {m: np.array(cells) for m, (cells, _) in draws.items()}
    fusion.signs_ = {m: np.array(signs, dtype=float) for m, (_, signs) in draws.items()}
    return fusion


def test_published_values():
    blocks = make_frame(a=[np.array([1.0, 2.0])], b=[np.array([3.0, 1.0])])
    draws = {"a": ([0, 3], [1, -1]), "b": ([1, 2], [1, 1])}
    fusion = with_draws(plain(4).fit(blocks), **draws)
    assert_allclose(fusion.transform(blocks), [[-6, 1, 1, 0]], atol=1e-12)
    fusion.set_params(signed_sqrt=True, normalize=True)
    expected = [[-0.866025, 0.353553, 0.353553, 0]]
    assert_allclose(fusion.transform(blocks), expected, atol=1e-6)
    alone = with_draws(plain(4).fit(blocks[["a"]]), a=draws["a"])
    assert_allclose(alone.transform(blocks), [[1, 0, 0, -2]], atol=1e-12)
    alone = with_draws(plain(4).fit(blocks[["b"]]), b=draws["b"])
    assert_allclose(alone.transform(blocks), [[0, 3, 1, 0]], atol=1e-12)


@pytest.mark.parametrize("n_components", [1, 2, 7, 16, 64])
def test_it_is_the_sketch_of_all_products(toy, n_components, global_random_seed):
    fusion = plain(n_components, global_random_seed).fit(toy)
    a, b, c = (toy[m].array.tensor for m in "abc")
    products = np.einsum("ni,nj,nk->nijk", a, b, c).reshape(20, -1)
    h, s = fusion.hashes_, fusion.signs_
    cells = (h["a"][:, None, None] + h["b"][:, None] + h["c"]) % n_components
    signs = s["a"][:, None, None] * s["b"][:, None] * s["c"]
    expected = sketch(products, cells.ravel(), signs.ravel(), n_components)
    assert_allclose(fusion.transform(toy), expected, atol=1e-12)


def test_twice_the_same_block_is_scikit_learns_polynomial_count_sketch(toy):
    a = toy["a"].array.tensor
    oracle = PolynomialCountSketch(degree=2, n_components=32, random_state=0).fit(a)
    twice = make_frame(one=a, two=a)
    fusion = plain(32).fit(twice)
    draws = zip(oracle.indexHash_, oracle.bitHash_, strict=True)
    with_draws(fusion, **dict(zip(("one", "two"), draws, strict=True)))
    assert_allclose(fusion.transform(twice), oracle.transform(a), atol=1e-12)


def test_inner_products_are_products_of_inner_products_on_average(toy):
    pair = toy.iloc[:2]
    fused = np.array([plain(16, seed).fit_transform(pair) for seed in range(600)])
    found = np.einsum("si,si->s", fused[:, 0], fused[:, 1])
    expected = np.prod([np.dot(*pair[m].array.tensor) for m in pair])
    standard_error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - expected) < 4 * standard_error


def test_root_and_length(toy):
    raw = plain(16).fit_transform(toy)
    root = SketchFusion(16, random_state=0, normalize=False).fit_transform(toy)
    assert_allclose(root * np.abs(root), raw, atol=1e-12)
    unit = SketchFusion(16, random_state=0, signed_sqrt=False).fit_transform(toy)
    assert_allclose(unit, raw / np.linalg.norm(raw, axis=1, keepdims=True))
    both = SketchFusion(16, random_state=0).fit_transform(toy)
    assert_allclose(np.linalg.norm(both, axis=1), 1)


def test_a_missing_modality_is_left_out(toy):
    fusion = plain(16).fit(toy)
    gaps = toy.copy()
    gaps["b"] = None
    others = plain(16).fit(toy[["a", "c"]])
    with_draws(others, **{m: (fusion.hashes_[m], fusion.signs_[m]) for m in ("a", "c")})
    assert_allclose(fusion.transform(gaps), others.transform(toy), atol=1e-12)


def test_the_order_of_modalities_does_not_matter(toy):
    one = SketchFusion(16, random_state=0).fit_transform(toy)
    other = SketchFusion(16, random_state=0).fit_transform(toy[["c", "a", "b"]])
    assert_allclose(one, other, atol=1e-7)  # the root of what rounding leaves of 0


def test_one_modality_is_a_random_projection(toy):
    fusion = plain(8).fit(toy[["a"]])
    expected = sketch(toy["a"].array.tensor, fusion.hashes_["a"], fusion.signs_["a"], 8)
    assert_allclose(fusion.transform(toy), expected, atol=1e-12)


def test_the_same_seed_draws_the_same(toy):
    one, two = (SketchFusion(16, random_state=3).fit_transform(toy) for _ in range(2))
    assert_array_equal(one, two)
    assert not np.array_equal(one, SketchFusion(16, random_state=4).fit_transform(toy))
    assert set(np.concatenate(list(plain(5).fit(toy).signs_.values()))) == {-1.0, 1.0}


@pytest.mark.parametrize("n_components", [16, 511, 512])
def test_a_row_is_the_same_alone_and_in_a_large_batch(n_components):
    """Products of large complex arrays are rounded otherwise than those of small ones, by numpy."""
    rng = np.random.default_rng(0)
    large = make_frame(a=rng.normal(size=(150, 5)), b=rng.normal(size=(150, 40)))
    fusion = SketchFusion(n_components, random_state=0).fit(large)
    whole = fusion.transform(large)
    for row in (0, 1, 77, 149):
        assert_array_equal(fusion.transform(large.iloc[[row]])[0], whole[row])
    assert_array_equal(fusion.transform(large.iloc[3:20]), whole[3:20])


def test_names(toy):
    names = SketchFusion(3, random_state=0).fit(toy).get_feature_names_out()
    assert list(names) == ["sketchfusion0", "sketchfusion1", "sketchfusion2"]
