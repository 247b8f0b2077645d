"""Exact search for the nearest of many embeddings, by products of small blocks."""

import numpy as np

from skmm._threads import one_thread

# Queries and gallery rows per product, the result of which stays in the cache of a processor.
QUERY_BLOCK = 512
GALLERY_BLOCK = 512
# More than a product of unit vectors in float32 is off: what comes this close is looked at again.
_SLACK = np.float32(1e-5)
_ROUNDING = np.float32(1e-6)
_PIECE = 2**10


class ExactIndex:
    """Embeddings, all of which every query is compared with.

    Parameters
    ----------
    embeddings : ndarray of shape (n_gallery, n_components), float32
        Of unit length.
    """

    def __init__(self, embeddings):
        self.embeddings = embeddings

    def extended(self, embeddings):
        """Make an index that holds these embeddings, too, and leave this one as it is."""
        return ExactIndex(np.concatenate([self.embeddings, embeddings]))

    def search(self, queries, k, ef_search=None):
        """Find what :func:`nearest` finds; there is nothing to choose by `ef_search`."""
        return nearest(queries, self.embeddings, k)


def nearest(queries, gallery, k):
    """Find the k gallery rows of largest cosine with each query.

    Products of matrices are fast, but their last digits depend on their shapes. They only tell which
    rows are candidates, whose cosines are then computed one by one in float64: what is found for a
    query does not depend on other queries.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_components), float32
        Of unit length.
    gallery : ndarray of shape (n_gallery, n_components), float32
        Of unit length.
    k : int
        At most n_gallery.

    Returns
    -------
    similarities : ndarray of shape (n_queries, k), float64
        From the largest.
    positions : ndarray of shape (n_queries, k), int
        Of rows with equal similarity the first comes first.
    """
    similarities = np.empty((len(queries), k))
    positions = np.empty((len(queries), k), dtype=np.intp)
    with one_thread():
        for start in range(0, len(queries), QUERY_BLOCK):
            part = slice(start, start + QUERY_BLOCK)
            rows, columns = _find_candidates(queries[part], gallery, k)
            cosines = pairwise_cosines(queries[part], gallery, rows, columns)
            first = _first_of_each_row(rows, cosines, columns, k)
            similarities[part] = cosines[first].reshape(-1, k)
            positions[part] = columns[first].reshape(-1, k)
    return similarities, positions


def blocks_of_cosines(queries, gallery):
    """Yield (slice of queries, cosines of shape (n, n_gallery)), a few queries at a time."""
    size = max(1, 2**22 // max(1, len(gallery)))
    for start in range(0, len(queries), size):
        part = slice(start, start + size)
        with one_thread():
            cosines = queries[part] @ gallery.T
        yield part, cosines


def ranks_of_pairs(queries, gallery):
    """Rank of the partner of each query, which is the gallery row at the same position.

    It is 1 plus the number of rows that are more similar by more than rounding, and half of those that
    are as similar: were these not counted, embeddings that are all alike would have found everything.

    Parameters
    ----------
    queries, gallery : ndarray of shape (n, n_components), float32
        Of unit length.

    Returns
    -------
    ranks : ndarray of shape (n,), float
    """
    ranks = np.empty(len(queries))
    for part, cosines in blocks_of_cosines(queries, gallery):
        own = np.einsum("ij,ij->i", queries[part], gallery[part])[:, np.newaxis]
        nearer = np.count_nonzero(cosines > own + _ROUNDING, axis=1)
        as_near = np.count_nonzero(cosines >= own - _ROUNDING, axis=1) - nearer - 1
        ranks[part] = 1 + nearer + as_near / 2
    return ranks


def _find_candidates(queries, gallery, k):
    """Pairs of query and gallery row, as two arrays, that hold the k nearest of every query."""
    floors = np.full((len(queries), 1), -np.inf, dtype=np.float32)  # the k-th largest so far
    found, n_found, limit = [], 0, 3 * k * len(queries)
    # Memory that is used again is in the cache, and to allocate it for each block takes longer.
    shape = len(queries), min(GALLERY_BLOCK, len(gallery))
    buffers = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=bool)
    for start in range(0, len(gallery), GALLERY_BLOCK):
        block = gallery[start : start + GALLERY_BLOCK]
        scores, is_high = (buffer[:, : len(block)] for buffer in buffers)
        np.matmul(queries, block.T, out=scores)
        if start == 0 and len(block) >= k:
            floors = np.partition(scores, len(block) - k, axis=1)[:, [-k]] - _SLACK
        np.greater_equal(scores, floors, out=is_high)
        rows, columns = np.divmod(np.flatnonzero(is_high), len(block))
        found.append((rows, columns + start, scores[rows, columns]))
        n_found += len(rows)
        if n_found > limit:
            kept, floors = _prune(found, floors, k)
            found, n_found = [kept], len(kept[0])
            limit = max(limit, 2 * n_found)  # where many are equal, sorting again is in vain
    (rows, columns, _), _ = _prune(found, floors, k)
    return rows, columns


def _prune(found, floors, k):
    """Candidates that may still be among the k nearest, and what others have to reach."""
    rows, columns, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    counts = np.bincount(rows, minlength=len(floors))
    if counts.min() < k:
        return (rows, columns, scores), floors
    order = np.lexsort((-scores, rows))
    starts = np.cumsum(counts) - counts
    floors = scores[order][starts + k - 1][:, np.newaxis] - _SLACK
    kept = scores >= floors[rows, 0]
    return (rows[kept], columns[kept], scores[kept]), floors


def pairwise_cosines(queries, gallery, rows, columns):
    """Cosine of each pair of a query and a gallery row, in float64 and by itself."""
    cosines = np.empty(len(rows))
    for start in range(0, len(rows), _PIECE):
        part = slice(start, start + _PIECE)
        pairs = (queries[rows[part]], gallery[columns[part]])
        cosines[part] = np.einsum("ij,ij->i", *(side.astype(np.float64) for side in pairs))
    return cosines


def _first_of_each_row(rows, cosines, columns, k):
    """Positions of the k best candidates of each row."""
    order = np.lexsort((columns, -cosines, rows))
    counts = np.bincount(rows)
    starts = np.cumsum(counts) - counts
    return order[(starts[:, np.newaxis] + np.arange(k)).ravel()]
