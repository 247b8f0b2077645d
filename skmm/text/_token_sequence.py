"""Number the words of a text, in their order."""

from collections import Counter

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, ModalityError
from skmm.text._reader import READING_CONSTRAINTS, read_words, warn_of_paths
from skmm.text._subwords import subword_vector

PADDING, UNKNOWN = 0, 1
_N_RESERVED = 2


class TokenSequenceVectorizer(Extractor):
    """Turn texts into sequences of word numbers, for encoders that learn their own word vectors.

    The words of the texts of ``fit`` are numbered from 2, the most frequent first and equally
    frequent ones by alphabet. 1 stands for any other word, and 0 fills up a short text at its end.

    Parameters
    ----------
    max_length : int, default=None
        Number of words per text; longer texts are cut. None is the longest text of ``fit``.
    max_features : int, default=None
        Keep this many words, the most frequent. None keeps all.
    min_count : int, default=1
        Leave out words that occur fewer times than this in all texts together.
    tokenizer : {"jieba"} or callable, default=None
        How a text is cut into words: by :func:`tokenize`; by that and, for Chinese, by jieba (extra
        ``chinese``); or by a function that turns a str into a list of words.
    lowercase : bool, default=True
        Whether to bring texts to lower case first.
    encoding : str, default="utf-8"
        How cells of bytes are encoded.
    decode_error : {"strict", "ignore", "replace"}, default="strict"
        What to do with bytes that are not so encoded: raise, drop or replace them.
    batch_size : int, default=1024
        Number of texts a worker reads at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes. Results do not depend on it.
    verbose : bool, default=False
        Whether to show progress.

    Attributes
    ----------
    vocabulary_ : dict
        Number by word. The numbers go up to ``len(vocabulary_) + 1``.
    length_, n_features_out_ : int
        Number of words per text.

    See Also
    --------
    BagOfWordsVectorizer : Count words and forget their order.
    Word2VecVectorizer : Train word vectors, of which ``embedding_matrix`` makes a table.

    Notes
    -----
    A null cell is skipped by ``fit`` and refused by ``transform``, for a block of numbers of words
    cannot hold NaN. An empty text is a row of zeros. A list of words in a cell is taken as it is.

    Examples
    --------
    >>> from skmm.text import TokenSequenceVectorizer
    >>> vectorizer = TokenSequenceVectorizer().fit(["red fish", "one blue fish"])
    >>> vectorizer.vocabulary_
    {'fish': 2, 'blue': 3, 'one': 4, 'red': 5}
    >>> vectorizer.transform(["blue fish", "two red fish and a shark"])
    array([[3, 2, 0],
           [1, 5, 2]])
    """

    _modality = "text"
    _null_row = None
    _dtype = np.int64

    _parameter_constraints = {
        **Extractor._parameter_constraints,
        **READING_CONSTRAINTS,
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "min_count": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        max_length=None,
        *,
        max_features=None,
        min_count=1,
        tokenizer=None,
        lowercase=True,
        encoding="utf-8",
        decode_error="strict",
        batch_size=1024,
        n_jobs=None,
        verbose=False,
    ):
        self.max_length = max_length
        self.max_features = max_features
        self.min_count = min_count
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.encoding = encoding
        self.decode_error = decode_error
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        return tags

    def _fit_samples(self, samples, rows):
        warn_of_paths(samples, stacklevel=4)
        counts, longest = Counter(), 0
        for _, words in samples.read(self._read, rows):
            counts.update(words)
            longest = max(longest, len(words))
        vocabulary = self._number_words(counts)
        if not vocabulary:
            raise ModalityError(
                f"no word occurs min_count={self.min_count} times in {len(rows)} texts; lower "
                "min_count or change tokenizer",
                modality=samples.name,
            )
        return {"vocabulary_": vocabulary, "length_": self.max_length or longest}

    def _number_words(self, counts):
        frequent = [word for word, count in counts.items() if count >= self.min_count]
        frequent.sort(key=lambda word: (-counts[word], word))
        return {word: i for i, word in enumerate(frequent[: self.max_features], _N_RESERVED)}

    def _read(self, cell):
        return read_words(
            cell,
            tokenizer=self.tokenizer,
            lowercase=self.lowercase,
            encoding=self.encoding,
            decode_error=self.decode_error,
        )

    def _extract(self, samples):
        block = np.full((len(samples), self.length_), PADDING, dtype=self._dtype)
        for row, words in enumerate(samples):
            numbers = [self.vocabulary_.get(word, UNKNOWN) for word in words[: self.length_]]
            block[row, : len(numbers)] = numbers
        return block

    def _feature_names(self):
        return [f"token{position}" for position in range(self.length_)]

    def embedding_matrix(self, vectors):
        """Return the vector of each word by its number, as a table for :class:`~skmm.nn.TokenEncoder`.

        Parameters
        ----------
        vectors : Word2VecVectorizer or gensim.models.KeyedVectors
            Fitted; fastText has vectors of all words.

        Returns
        -------
        matrix : ndarray of shape (n_words + 2, vector_size), float32
            Rows 0 and 1, and those of words that have no vector, are zeros.

        Raises
        ------
        TypeError
            If `vectors` is something else.

        Examples
        --------
        >>> from skmm.text import TokenSequenceVectorizer, Word2VecVectorizer
        >>> texts = ["red fish", "one blue fish"]
        >>> vectors = Word2VecVectorizer(vector_size=8, random_state=0).fit(texts)
        >>> TokenSequenceVectorizer().fit(texts).embedding_matrix(vectors).shape
        (6, 8)
        """
        check_is_fitted(self)
        size, find = _open_vectors(vectors)
        matrix = np.zeros((len(self.vocabulary_) + _N_RESERVED, size), dtype=np.float32)
        for word, number in self.vocabulary_.items():
            vector = find(word)
            if vector is not None:
                matrix[number] = vector
        return matrix


def _open_vectors(vectors):
    """Return the length of the vectors, and a function from a word to its vector or None."""
    if hasattr(vectors, "key_to_index"):

        def find(word):  # `in` is True of every word for fastText
            return vectors.get_vector(word) if word in vectors else None

        return vectors.vector_size, find
    if not hasattr(vectors, "subword_lengths"):
        raise TypeError(
            f"vectors is a {type(vectors).__name__}; expected a fitted Word2VecVectorizer, or "
            "KeyedVectors of gensim (the attribute wv of its models)"
        )
    check_is_fitted(vectors)

    def find(word):
        row = vectors.vocabulary_.get(word)
        if row is not None:
            return vectors.vectors_[row]
        if vectors.subword_vectors_ is None:
            return None
        return subword_vector(word, vectors.subword_vectors_, vectors.subword_lengths_)

    return vectors.vectors_.shape[1], find
