"""Find the vectors of the words of many texts at once."""

from collections.abc import Callable
from itertools import chain, compress, pairwise, repeat
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

_ABSENT = -1


class WordRows(NamedTuple):
    """The words of some texts as rows of a table of vectors."""

    table: np.ndarray  # (n_vectors, vector_size), float32
    rows: np.ndarray  # (n_found,) int32: the row of each word, one text after the other
    starts: np.ndarray  # (n_texts + 1,) int: where each text starts in `rows`, and the end
    is_found: np.ndarray  # (n_words,) bool: which of all words are in `rows`

    def sum(self, weights):
        """Return the weighted sum of the vectors of each text.

        A product with a sparse matrix adds up the words of a text in their order, and each text on
        its own: the sum that a loop gives, to the bit.

        Parameters
        ----------
        weights : ndarray of shape (n_found,), float32

        Returns
        -------
        sums : ndarray of shape (n_texts, vector_size), float32
        """
        shape = (len(self.starts) - 1, len(self.table))
        return csr_array((weights, self.rows, self.starts), shape=shape) @ self.table

    def sequences(self, length):
        """Return the vectors of the first words of each text, filled up with steps of NaN.

        Parameters
        ----------
        length : int
            Number of steps.

        Returns
        -------
        sequences : ndarray of shape (n_texts, length, vector_size), float32
        """
        shape = (len(self.starts) - 1, length, self.table.shape[1])
        block = np.full(shape, np.nan, dtype=np.float32)
        for sequence, (start, end) in zip(block, pairwise(self.starts), strict=True):
            rows = self.rows[start:end][:length]
            sequence[: len(rows)] = self.table[rows]
            if len(rows) == 0:
                sequence[0] = 0  # a text that says nothing is not a missing text
        return block


def look_up(texts, vectors, vocabulary, make_vector: Callable | None = None):
    """Find the vectors of words.

    Parameters
    ----------
    texts : list of list of str
    vectors : ndarray of shape (n_vectors, vector_size), float32
    vocabulary : dict
        Row in `vectors` by word.
    make_vector : callable, default=None
        Makes the vector of a word that is not in `vocabulary`. None leaves such words out.

    Returns
    -------
    found : WordRows
        Its table is `vectors` itself where no vector was made.

    Raises
    ------
    TypeError
        If something else than a str stands for a word.
    """
    words = chain.from_iterable(texts)
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    rows = np.fromiter(map(vocabulary.get, words, repeat(_ABSENT)), np.int32, starts[-1])
    is_found = rows != _ABSENT
    if is_found.all():
        return WordRows(vectors, rows, starts, is_found)
    n_found = np.concatenate([[0], np.cumsum(is_found, dtype=np.int32)], dtype=np.int32)[starts]
    for text in np.flatnonzero(np.diff(n_found) < np.diff(starts)).tolist():
        "".join(texts[text])  # takes nothing but strings; and what was found equals one
    if make_vector is None:
        return WordRows(vectors, rows[is_found], n_found, is_found)
    others = list(compress(chain.from_iterable(texts), ~is_found))
    table, rows = _add_vectors(vectors, rows, others, make_vector)
    return WordRows(table, rows, starts, np.ones(len(rows), dtype=bool))


def _add_vectors(vectors, rows, others, make_vector):
    """Make a table of the vectors that are needed, with those of the other words below them."""
    is_found = rows != _ABSENT
    needed, places = np.unique(rows[is_found], return_inverse=True)
    new_places = {word: i for i, word in enumerate(dict.fromkeys(others), len(needed))}
    new_rows = np.empty_like(rows)
    new_rows[is_found] = places
    new_rows[~is_found] = [new_places[word] for word in others]
    return np.vstack([vectors[needed], *map(make_vector, new_places)]), new_rows
