"""The eigenvalue problem by itself; its solutions are compared in test_canonical.py."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.fusion._early.blocks import Block
from skmm.fusion._early.canonical_weights import canonical_weights, principal_axes


def block(shape, seed=0, present=None):
    rows = np.random.default_rng(seed).normal(size=shape)
    present = np.ones(shape[0], dtype=bool) if present is None else present
    rows -= rows[present].mean(axis=0)
    return Block(np.where(present[:, np.newaxis], rows, 0.0), present)


@pytest.mark.parametrize("shape", [(30, 4), (4, 30), (5, 5)])
def test_principal_axes_are_the_singular_vectors(shape):
    rows = block(shape)
    axes = principal_axes(rows)
    values = np.linalg.svd(rows.values, compute_uv=False)
    rank = np.linalg.matrix_rank(rows.values)
    assert_allclose(axes.energy, values[:rank] ** 2)
    assert_allclose(axes.rows @ axes.directions.T, rows.values, atol=1e-12)
    assert_allclose(axes.rows.T @ axes.rows, np.diag(axes.energy), atol=1e-9)


def test_constant_columns_have_no_axis():
    rows = np.zeros((6, 3))
    rows[:, 1] = np.arange(6) - 2.5
    assert len(principal_axes(Block(rows, np.ones(6, dtype=bool))).energy) == 1
    assert len(principal_axes(Block(np.zeros((6, 3)), np.ones(6, dtype=bool))).energy) == 0


@pytest.mark.parametrize(
    ("shapes", "limit", "message"),
    [
        ([(20, 5), (20, 4)], 4, r"n_components=5 is more than 4, the second largest rank"),
        ([(20, 5), (20, 2), (20, 4)], 4, r"5, 2, 4 for m0, m1, m2"),
        ([(20, 3)], 3, r"n_components=4 is more than 3, the rank of the block with n_samples=20"),
        (
            [(4, 9), (4, 7)],
            3,
            r"more than 3, the second largest rank of the blocks with n_samples=4",
        ),
    ],
)
def test_more_components_than_two_blocks_can_agree_on_are_refused(shapes, limit, message):
    blocks = {f"m{k}": block(shape, k) for k, shape in enumerate(shapes)}
    shrinkage = dict.fromkeys(blocks, 0.1)
    eigenvalues, weights = canonical_weights(blocks, "rcca", shrinkage, limit)
    assert (eigenvalues > 0).all()
    assert all(part.shape[1] == limit for part in weights.values())
    with pytest.raises(ValueError, match=message):
        canonical_weights(blocks, "rcca", shrinkage, limit + 1)


@pytest.mark.parametrize("method", ["mcca", "gcca"])
def test_as_many_columns_as_rows_without_regularization_are_warned_of(method):
    blocks = {"a": block((8, 20)), "b": block((8, 3), 1)}
    with pytest.warns(UserWarning, match="modality 'a' has 20 columns and 8 rows.*its rank, 7"):
        eigenvalues, _ = canonical_weights(blocks, method, {"a": 0.0, "b": 0.0}, 2)
    assert_allclose(eigenvalues, 1.0 if method == "mcca" else 2.0)  # chance, not agreement


def test_modalities_that_never_meet_are_refused():
    early = np.arange(10) < 5
    blocks = {"a": block((10, 3), 0, early), "b": block((10, 3), 1, ~early)}
    with pytest.raises(ValueError, match=r"\['a', 'b'\] are never present together"):
        canonical_weights(blocks, "rcca", {"a": 0.1, "b": 0.1}, 1)


def test_two_modalities_may_never_meet_if_a_third_meets_both():
    early = np.arange(40) < 20
    blocks = {
        "a": block((40, 3), 0, early),
        "b": block((40, 3), 1, ~early),
        "c": block((40, 3), 2),
    }
    eigenvalues, weights = canonical_weights(blocks, "rcca", dict.fromkeys(blocks, 0.1), 2)
    assert (eigenvalues > 0).all()
    assert all(np.abs(part).sum() > 0 for part in weights.values())


def test_the_largest_entry_of_each_direction_is_positive():
    blocks = {f"m{k}": block((30, 4), k) for k in range(3)}
    _, weights = canonical_weights(blocks, "pls", dict.fromkeys(blocks, 1.0), 4)
    stacked = np.vstack(list(weights.values()))
    assert (stacked.max(axis=0) == np.abs(stacked).max(axis=0)).all()
