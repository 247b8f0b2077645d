"""Blocked search against a brute force in float64, and scikit-learn's neighbors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.neighbors import NearestNeighbors

from skmm.retrieval._search import GALLERY_BLOCK, QUERY_BLOCK, blocks_of_cosines, nearest


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def rng(global_random_seed):
    return np.random.default_rng(global_random_seed)


@pytest.fixture
def queries(rng):
    return unit(rng.normal(size=(QUERY_BLOCK + 45, 16)))


@pytest.fixture
def gallery(rng):
    return unit(rng.normal(size=(3 * GALLERY_BLOCK + 7, 16)))


def brute_force(queries, gallery, k):
    cosines = queries.astype(float) @ gallery.astype(float).T
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(cosines, order, axis=1), order


@pytest.mark.parametrize("k", [1, 10, 1500])
def test_search_is_a_sort_of_all_cosines(queries, gallery, k):
    similarities, positions = nearest(queries, gallery, k)
    expected, order = brute_force(queries, gallery, k)
    assert_array_equal(positions, order)
    assert_allclose(similarities, expected, atol=1e-14)


def test_search_is_that_of_scikit_learn(queries, gallery):
    neighbors = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(gallery)
    distances, order = neighbors.kneighbors(queries)
    similarities, positions = nearest(queries, gallery, 5)
    assert_array_equal(positions, order)
    assert_allclose(1 - similarities, distances, atol=1e-6)


def test_every_row_of_a_small_gallery_is_found(queries, gallery):
    _, positions = nearest(queries, gallery[:7], 7)
    assert_array_equal(np.sort(positions), np.tile(np.arange(7), (len(queries), 1)))


@pytest.mark.parametrize("n_copies", [2, 400])
def test_of_equal_rows_the_first_comes_first(queries, gallery, n_copies):
    few = gallery[: 2 * GALLERY_BLOCK // n_copies]
    _, positions = nearest(queries, np.tile(few, (n_copies, 1)), n_copies)
    _, best = nearest(queries, few, 1)
    assert_array_equal(positions, best + len(few) * np.arange(n_copies))


def test_a_query_finds_the_same_alone(queries, gallery):
    similarities, positions = nearest(queries, gallery, 10)
    for row in (0, 7, len(queries) - 1):
        alone, where = nearest(queries[[row]], gallery, 10)
        assert_array_equal(alone[0], similarities[row])
        assert_array_equal(where[0], positions[row])
    assert_array_equal(nearest(queries[::-1], gallery, 10)[0][::-1], similarities)


def test_a_gallery_that_gets_nearer_and_nearer_is_searched_to_its_end(gallery):
    query = gallery[:1]
    order = np.argsort(gallery @ query[0])
    _, positions = nearest(query, np.ascontiguousarray(gallery[order]), 3)
    assert positions[0, 0] == len(gallery) - 1


def test_blocks_of_cosines_cover_all_queries(queries, gallery):
    parts, cosines = zip(*blocks_of_cosines(queries, gallery), strict=True)
    assert len(parts) == 1
    assert_allclose(cosines[0], queries @ gallery.T, atol=1e-6)
    many = np.tile(gallery, (1500, 1))
    parts, cosines = zip(*blocks_of_cosines(queries[:5], many), strict=True)
    assert len(parts) == 5
    assert_allclose(np.concatenate(cosines), queries[:5] @ many.T, atol=1e-6)


def test_memory_does_not_grow_with_the_number_of_queries(bounded, rng):
    gallery = unit(rng.normal(size=(20_000, 8)))
    queries = unit(rng.normal(size=(4_000, 8)))  # all cosines would take 320 MB
    with bounded(megabytes=60, seconds=60):
        nearest(queries, gallery, 10)
