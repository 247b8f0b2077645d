"""Approximate search for the nearest of very many embeddings, along a graph of neighbors."""

import copy

import numpy as np

from skmm._optional import import_optional
from skmm._threads import one_thread
from skmm.retrieval._search import nearest, pairwise_cosines

# Links of a vertex, and candidates that they are chosen from when it is inserted.
N_LINKS = 32
N_CANDIDATES = 100


class HnswIndex:
    """A hierarchical navigable small world [1]_ of embeddings, built and searched by faiss.

    Equal embeddings are one vertex: copies would link to each other, and to nothing else. One thread
    inserts the vertices, so that the graph is the same every time. The cosines of what is found are
    those of the exact search, to the bit.

    Parameters
    ----------
    embeddings : ndarray of shape (n_gallery, n_components), float32
        Of unit length.

    References
    ----------
    .. [1] Y. Malkov, D. Yashunin, "Efficient and robust approximate nearest neighbor search using
       hierarchical navigable small world graphs", IEEE Transactions on Pattern Analysis and Machine
       Intelligence 42(4), 2020.
    """

    def __init__(self, embeddings):
        faiss = _import_faiss()
        width, metric = embeddings.shape[1], faiss.METRIC_INNER_PRODUCT
        self.graph = faiss.IndexHNSWFlat(width, N_LINKS, metric)
        self.graph.hnsw.efConstruction = N_CANDIDATES
        self.vertex_of = np.empty(0, dtype=np.intp)  # that of each gallery row
        self._insert(embeddings)

    @property
    def vertices(self):
        """Embeddings of the vertices, (n_vertices, n_components), as the graph holds them."""
        n_vertices, width = self.graph.ntotal, self.graph.d
        storage = _import_faiss().downcast_index(self.graph.storage)
        if n_vertices == 0:
            return np.empty((0, width), dtype=np.float32)
        view = _import_faiss().rev_swig_ptr(storage.get_xb(), n_vertices * width)
        return view.reshape(n_vertices, width)

    def extended(self, embeddings):
        """Make an index that holds these embeddings, too, and leave this one as it is."""
        whole = copy.deepcopy(self)
        whole._insert(embeddings)
        return whole

    def search(self, queries, k, ef_search):
        """Find gallery rows of large cosine with each query.

        Parameters
        ----------
        queries : ndarray of shape (n_queries, n_components), float32
            Of unit length.
        k : int
            At most n_gallery.
        ef_search : int
            How many vertices a walk along the graph keeps in mind; k at least.

        Returns
        -------
        similarities : ndarray of shape (n_queries, k), float64
            From the largest.
        positions : ndarray of shape (n_queries, k), int
        """
        cosines, found = self._walk(queries, min(k, self.graph.ntotal), ef_search)
        sizes = self.sizes[found]
        before = np.minimum(np.cumsum(sizes, axis=1) - sizes, k)
        taken = np.minimum(sizes, k - before).ravel()  # of each vertex; k of each query
        offsets = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
        positions = self.rows[np.repeat(self.starts[found].ravel(), taken) + offsets]
        similarities = np.repeat(cosines.ravel(), taken)
        return similarities.reshape(-1, k), positions.reshape(-1, k)

    def _walk(self, queries, k, ef_search):
        """Cosines and numbers of k vertices for each query, sorted."""
        faiss, vertices = _import_faiss(), self.vertices
        options = faiss.SearchParametersHNSW(efSearch=max(ef_search, k))
        with one_thread():
            found = self.graph.search(queries, k, params=options)[1]
        lost = (found < 0).any(axis=1)  # the graph may have parts that no walk comes to
        found[lost] = nearest(queries[lost], vertices, k)[1]
        rows = np.repeat(np.arange(len(queries)), k)
        cosines = pairwise_cosines(queries, vertices, rows, found.ravel()).reshape(-1, k)
        order = np.lexsort((found, -cosines), axis=1)
        return np.take_along_axis(cosines, order, axis=1), np.take_along_axis(found, order, axis=1)

    def _insert(self, embeddings):
        n_before = self.graph.ntotal
        embeddings = embeddings + np.float32(0)  # -0 is 0
        numbers = {row.tobytes(): vertex for vertex, row in enumerate(self.vertices)}
        vertex_of = [numbers.setdefault(row.tobytes(), len(numbers)) for row in embeddings]
        vertex_of = np.array(vertex_of, dtype=np.intp)
        vertices, first = np.unique(vertex_of, return_index=True)
        with one_thread():
            self.graph.add(embeddings[first[vertices >= n_before]])
        self._group_rows(np.concatenate([self.vertex_of, vertex_of]))

    def _group_rows(self, vertex_of):
        """Put the gallery rows of each vertex together."""
        self.vertex_of = vertex_of
        self.rows = np.argsort(vertex_of, kind="stable")
        self.sizes = np.bincount(vertex_of)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def __getstate__(self):
        faiss = _import_faiss()
        graph = faiss.serialize_index(self.graph, faiss.IO_FLAG_SKIP_STORAGE)
        return {"graph": graph, "vertices": self.vertices.copy(), "vertex_of": self.vertex_of}

    def __setstate__(self, state):
        faiss = _import_faiss()
        graph = faiss.deserialize_index(state["graph"], faiss.IO_FLAG_SKIP_STORAGE)
        storage = faiss.IndexFlatIP(graph.d)
        storage.add(state["vertices"])
        graph.storage = storage
        self.graph, self.storage = graph, storage  # the graph does not own what it points to
        self._group_rows(state["vertex_of"])


def _import_faiss():
    return import_optional("faiss", extra="ann", purpose="index_type='hnsw'")
