"""Ways to fill in a modality, each against scikit-learn on plain matrices."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.impute import KNNImputer
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from skmm.fusion._early.blocks import Block
from skmm.impute import MeanFiller, NeighborFiller, RidgeFiller, Scales, side_by_side

N = 60


@pytest.fixture
def rng(global_random_seed):
    return np.random.default_rng(global_random_seed)


@pytest.fixture
def blocks(rng):
    """Three modalities, each present in most rows; what is absent is 0, as after scaling."""
    found = {}
    for name, width in (("a", 3), ("b", 5), ("c", 2)):
        present = rng.random(N) > 0.25
        found[name] = Block(rng.normal(size=(N, width)) * present[:, np.newaxis], present)
    return found


def test_scales_bring_columns_to_mean_0_and_variance_1_over_width(rng):
    values, present = rng.normal(3, 7, size=(N, 4)), rng.random(N) > 0.3
    values[~present] = np.nan
    block = Block(values, present)
    scaled = Scales().fit({"a": block}).apply({"a": block})["a"]
    expected = StandardScaler().fit_transform(values[present]) / 2
    assert_allclose(scaled.values[present], expected, atol=1e-12)
    assert not scaled.values[~present].any()


def test_scales_are_undone(rng):
    values = rng.normal(3, 7, size=(N, 4)).astype(np.float32)
    values[:, 2] = 5.0  # constant
    block = Block(values, np.ones(N, dtype=bool))
    scales = Scales().fit({"a": block})
    scaled = scales.apply({"a": block})["a"].values
    assert_allclose(scales.undo(scaled, "a"), values, rtol=1e-6)


def test_the_mean_of_scaled_blocks_is_0(blocks):
    filled = MeanFiller().fit(blocks).fill(blocks, "b", np.array([1, 4]))
    assert_array_equal(filled, np.zeros((2, 5)))


def test_one_neighbor_gives_its_block(blocks):
    filler = NeighborFiller(1).fit(blocks)
    rows = np.flatnonzero(~blocks["b"].present)
    donors = np.flatnonzero(blocks["b"].present)
    for row, filled in zip(rows, filler.fill(blocks, "b", rows), strict=True):
        distances = []
        for donor in donors:
            shared = [
                np.sum((block.values[row] - block.values[donor]) ** 2)
                for block in blocks.values()
                if block.present[row] and block.present[donor]
            ]
            distances.append(np.mean(shared) if shared else np.inf)
        if np.isfinite(distances).any():
            assert_array_equal(filled, blocks["b"].values[donors[np.argmin(distances)]])


@pytest.mark.parametrize("n_neighbors", [1, 4])
def test_neighbors_of_single_columns_are_those_of_scikit_learn(rng, n_neighbors):
    X = rng.normal(size=(N, 4))
    X[rng.random(X.shape) < 0.2] = np.nan
    present = ~np.isnan(X)
    blocks = {j: Block(np.nan_to_num(X[:, [j]]), present[:, j]) for j in range(4)}
    rows_with_any = present.any(axis=1)
    expected = KNNImputer(n_neighbors=n_neighbors).fit_transform(X)
    filler = NeighborFiller(n_neighbors).fit(blocks)
    for j in range(4):
        rows = np.flatnonzero(~present[:, j] & rows_with_any)
        assert_allclose(filler.fill(blocks, j, rows)[:, 0], expected[rows, j], atol=1e-12)


def test_a_row_that_shares_nothing_with_a_donor_gets_the_mean(blocks):
    alone = {name: Block(np.zeros_like(b.values), np.zeros(N, bool)) for name, b in blocks.items()}
    filled = NeighborFiller(3).fit(blocks).fill(alone, "b", np.array([0]))
    assert_array_equal(filled, np.zeros((1, 5)))


def test_many_rows_are_compared_in_parts(blocks, monkeypatch):
    rows = np.flatnonzero(~blocks["a"].present)
    filler = NeighborFiller(3).fit(blocks)
    expected = filler.fill(blocks, "a", rows)
    monkeypatch.setattr("skmm.impute._DISTANCES", 100)
    assert_array_equal(filler.fill(blocks, "a", rows), expected)


@pytest.mark.parametrize("alpha", [0.1, 10.0])
def test_ridge_is_that_of_scikit_learn(blocks, alpha):
    filler = RidgeFiller(alpha).fit(blocks)
    sources = np.hstack([blocks["a"].values, blocks["c"].values])
    present = blocks["b"].present
    model = Ridge(alpha=alpha).fit(sources[present], blocks["b"].values[present])
    rows = np.flatnonzero(~present)
    assert_allclose(filler.fill(blocks, "b", rows), model.predict(sources[rows]), atol=1e-12)


def test_a_single_modality_is_filled_by_its_mean(blocks):
    one = {"a": blocks["a"]}
    assert_array_equal(RidgeFiller(1.0).fit(one).fill(one, "a", np.array([2])), np.zeros((1, 3)))


def test_sources_are_all_others_in_order(blocks):
    expected = np.hstack([blocks["a"].values, blocks["c"].values])
    assert_array_equal(side_by_side(blocks, "b"), expected)
