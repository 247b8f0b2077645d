"""How much a word counts in the mean of a text."""

from collections import Counter
from itertools import chain
from math import log


def tfidf_weights(texts):
    """Return the inverse document frequency of each word; its frequency comes with the mean.

    Parameters
    ----------
    texts : list of list of str

    Returns
    -------
    weights : dict
        Weight by word: ``log((1 + n_texts) / (1 + n_texts_with_the_word)) + 1``, as in
        :class:`sklearn.feature_extraction.text.TfidfTransformer`.
    unseen : float
        Weight of all other words.
    """
    counts = Counter(chain.from_iterable(map(set, texts)))
    weights = {word: log((1 + len(texts)) / (1 + count)) + 1 for word, count in counts.items()}
    return weights, log(1 + len(texts)) + 1


def sif_weights(texts, smoothing):
    """Return the smooth inverse frequency of each word [1]_.

    Parameters
    ----------
    texts : list of list of str
    smoothing : float
        Share of all words at which the weight is one half.

    Returns
    -------
    weights : dict
        Weight by word, ``smoothing / (smoothing + share)``.
    unseen : float
        Weight of all other words, 1.

    References
    ----------
    .. [1] S. Arora, Y. Liang and T. Ma, "A simple but tough-to-beat baseline for sentence
       embeddings", ICLR, 2017.
    """
    counts = Counter(chain.from_iterable(texts))
    total = counts.total()
    return {word: smoothing / (smoothing + n / total) for word, n in counts.items()}, 1.0
