"""Vectors of words that were never seen, from their parts, as fastText makes them."""

import numpy as np

_OFFSET_BASIS, _PRIME, _32_BITS = 2166136261, 16777619, 0xFFFFFFFF


def subword_vector(word, vectors, lengths):
    """Return the mean vector of the parts of a word [1]_.

    Parameters
    ----------
    word : str
    vectors : ndarray of shape (n_buckets, vector_size), float32
        Vectors of parts, by the remainder of their hash.
    lengths : tuple of two int
        Smallest and largest number of characters of a part.

    Returns
    -------
    vector : ndarray of shape (vector_size,), float32
        Zero for a word that is too short to have parts.

    References
    ----------
    .. [1] P. Bojanowski et al., "Enriching word vectors with subword information", TACL 5, 2017.
    """
    vector = np.zeros(vectors.shape[1], dtype=np.float32)
    buckets = [_hash(part) % len(vectors) for part in _parts(word, *lengths)]
    for bucket in buckets:
        vector += vectors[bucket]
    return vector / max(len(buckets), 1)


def _parts(word, shortest, longest):
    marked = f"<{word}>"
    for start in range(len(marked)):
        for end in range(start + shortest, min(start + longest, len(marked)) + 1):
            if end - start > 1 or 0 < start < len(marked) - 1:  # not the marks themselves
                yield marked[start:end]


def _hash(part):
    """Fowler-Noll-Vo hash (FNV-1a), of bytes taken as signed, for that is what fastText does."""
    value = _OFFSET_BASIS
    for byte in part.encode():
        signed = byte if byte < 128 else byte | 0xFFFFFF00
        value = ((value ^ signed) * _PRIME) & _32_BITS
    return value
