"""Approximate search against the exact one, which test_search.py compares with scikit-learn."""

import copy
import pickle
import sys

import faiss
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from threadpoolctl import threadpool_limits

from skmm.retrieval._hnsw import HnswIndex
from skmm.retrieval._search import nearest


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def rng(global_random_seed):
    return np.random.default_rng(global_random_seed)


@pytest.fixture
def cloud(rng):
    """A function that draws embeddings near a bent surface of four dimensions, in one of 32."""
    bends = rng.normal(size=(4, 32))
    return lambda n: unit(np.tanh(rng.normal(size=(n, 4)) @ bends) + 0.1 * rng.normal(size=(n, 32)))


def recall(found, expected):
    return np.mean([len(np.intersect1d(*pair)) for pair in zip(found, expected, strict=True)])


@pytest.mark.parametrize("k", [1, 10, 100])
def test_nearly_all_are_found_and_their_cosines_are_exact(cloud, k):
    gallery, queries = cloud(3000), cloud(200)
    similarities, positions = HnswIndex(gallery).search(queries, k, 64)
    expected, order = nearest(queries, gallery, k)
    assert recall(positions, order) > 0.97 * k
    same = positions == order
    assert_array_equal(similarities[same], expected[same])
    assert (np.diff(similarities, axis=1) <= 0).all()


def test_more_candidates_find_more(rng):
    gallery, queries = unit(rng.normal(size=(4000, 64))), unit(rng.normal(size=(100, 64)))
    _, order = nearest(queries, gallery, 10)
    index = HnswIndex(gallery)
    found = [recall(index.search(queries, 10, ef)[1], order) for ef in (10, 100, 1000)]
    assert found == sorted(found)
    assert found[0] < 0.9 * 10 < found[-1]


@pytest.mark.parametrize("n_copies", [2, 50, 1500])
def test_copies_are_found_in_their_order(cloud, n_copies):
    few, queries = cloud(3000 // n_copies), cloud(50)
    gallery = np.tile(few, (n_copies, 1))
    similarities, positions = HnswIndex(gallery).search(queries, 100, 64)
    expected, order = nearest(queries, gallery, 100)
    assert recall(positions, order) > 0.97 * 100
    same = positions == order
    assert same.mean() > 0.9
    assert_array_equal(similarities[same], expected[same])


def test_all_of_a_gallery_can_be_asked_for(cloud):
    gallery, queries = cloud(300), cloud(5)
    for found, wanted in zip(
        HnswIndex(gallery).search(queries, 300, 1), nearest(queries, gallery, 300), strict=True
    ):
        assert_array_equal(found, wanted)


def test_what_no_walk_comes_to_is_found_all_the_same(cloud):
    gallery, queries = cloud(500), cloud(20)
    index = HnswIndex(gallery)
    links = faiss.vector_to_array(index.graph.hnsw.neighbors)
    faiss.copy_array_to_vector(np.full_like(links, -1), index.graph.hnsw.neighbors)
    for found, wanted in zip(
        index.search(queries, 10, 64), nearest(queries, gallery, 10), strict=True
    ):
        assert_array_equal(found, wanted)


def test_zeros_of_either_sign_are_near_nothing(cloud):
    gallery = cloud(400)
    gallery[::4], gallery[1::4] = 0.0, -0.0
    similarities, positions = HnswIndex(gallery).search(gallery[2::4], 1, 64)
    assert_array_equal(positions[:, 0], np.arange(2, 400, 4))
    similarities, positions = HnswIndex(gallery).search(gallery[:1], 250, 64)
    assert not similarities.any()
    nothing = HnswIndex(gallery[::4]).search(gallery[2:3], 3, 64)[1]
    assert_array_equal(nothing, [[0, 1, 2]])


def test_a_query_finds_the_same_alone(cloud):
    index, queries = HnswIndex(cloud(2000)), cloud(100)
    similarities, positions = index.search(queries, 10, 16)
    for row in (0, 7, 99):
        alone, where = index.search(queries[[row]], 10, 16)
        assert_array_equal(alone[0], similarities[row])
        assert_array_equal(where[0], positions[row])


def test_the_graph_does_not_depend_on_the_number_of_threads(cloud):
    gallery = cloud(2000)
    graphs = []
    for n_threads in (1, 4):
        with threadpool_limits(n_threads):
            graphs.append(HnswIndex(gallery).__getstate__()["graph"])
    assert_array_equal(*graphs)


def test_a_longer_index_holds_both_parts_and_leaves_the_first_alone(cloud):
    gallery, more, queries = cloud(1500), cloud(1500), cloud(100)
    more[:50] = gallery[:50]
    index = HnswIndex(gallery)
    before = index.search(queries, 10, 64)
    longer = index.extended(more)
    _, order = nearest(queries, np.concatenate([gallery, more]), 10)
    assert recall(longer.search(queries, 10, 64)[1], order) > 0.97 * 10
    assert len(longer.vertices) == 2950
    for found, wanted in zip(index.search(queries, 10, 64), before, strict=True):
        assert_array_equal(found, wanted)


def test_nothing_may_be_added(cloud):
    index, queries = HnswIndex(cloud(100)), cloud(5)
    assert_array_equal(
        index.extended(cloud(100)[:0]).search(queries, 3, 64)[1], index.search(queries, 3, 64)[1]
    )


def test_a_copy_from_a_pickle_finds_and_grows_the_same(cloud):
    index, more, queries = HnswIndex(cloud(1500)), cloud(500), cloud(100)
    loaded = pickle.loads(pickle.dumps(index))
    for one, other in (
        (loaded, index),
        (copy.deepcopy(loaded), index),
        (loaded.extended(more), index.extended(more)),
        (pickle.loads(pickle.dumps(loaded)), index),
    ):
        for found, wanted in zip(
            one.search(queries, 10, 16), other.search(queries, 10, 16), strict=True
        ):
            assert_array_equal(found, wanted)


def test_a_pickle_holds_the_embeddings_once(cloud):
    gallery = cloud(2000)
    index = HnswIndex(gallery)
    links = faiss.vector_to_array(index.graph.hnsw.neighbors)
    assert (
        len(pickle.dumps(index)) < 1.1 * (gallery.nbytes + links.nbytes + 8 * len(gallery)) + 2**15
    )


def test_without_faiss_it_says_how_to_get_it(cloud, monkeypatch):
    state = pickle.dumps(HnswIndex(cloud(10)))
    monkeypatch.setitem(sys.modules, "faiss", None)
    expected = r"index_type='hnsw' needs faiss: pip install 'skmm\[ann\]'"
    with pytest.raises(ImportError, match=expected):
        HnswIndex(cloud(10))
    with pytest.raises(ImportError, match=expected):
        pickle.loads(state)
