"""Describe a text by the mean of its word vectors."""

from itertools import chain

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils import check_random_state

from skmm._extractor import Extractor, read_cells
from skmm._validation import HasMethods, Integral, Interval, ModalityError, StrOptions
from skmm.text._reader import READING_CONSTRAINTS, read_words
from skmm.text._subwords import subword_vector

_LONGEST_SENTENCE = 10_000  # words; gensim leaves out what comes after


class Word2VecVectorizer(Extractor):
    """Describe texts by the mean of their word vectors.

    Word vectors are trained on the texts of ``fit`` so that words with the same neighbors are close
    [1]_, or given. fastText [2]_ also makes vectors of unseen words, from their parts.

    Parameters
    ----------
    vector_size : int, default=100
        Length of a word vector. Not used where `vectors` are given, as all that concerns training.
    algorithm : {"word2vec", "fasttext"}, default="word2vec"
        How to train.
    architecture : {"cbow", "skipgram"}, default="cbow"
        Guess a word from its neighbors, or the neighbors from the word.
    window : int, default=5
        Largest distance of neighbors, in words.
    min_count : int, default=1
        Leave out words that occur fewer times than this in all texts together.
    epochs : int, default=5
        Number of passes over the texts.
    subword_lengths : tuple (shortest, longest), default=(3, 6)
        Numbers of characters of the parts of a word; fastText only.
    n_buckets : int, default=20000
        Number of vectors the parts share; fastText only.
    vectors : gensim.models.KeyedVectors, default=None
        Word vectors to use; nothing is trained. None trains them.
    tokenizer : callable, default=None
        Turns a str into a list of words. None is :func:`tokenize`.
    lowercase : bool, default=True
        Whether to bring texts to lower case first.
    encoding : str, default="utf-8"
        How cells of bytes are encoded.
    decode_error : {"strict", "ignore", "replace"}, default="strict"
        What to do with bytes that are not so encoded: raise, drop or replace them.
    workers : int, default=1
        Number of threads that train. With more than one, results differ from fit to fit.
    random_state : int, RandomState instance or None, default=None
        Seed of the training. The same int gives the same vectors in every process.
    batch_size : int, default=1024
        Number of texts a worker process averages at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes of ``transform``. Results do not depend on it.
    verbose : bool, default=False
        Whether to show progress of ``transform``.

    Attributes
    ----------
    vectors_ : ndarray of shape (n_words, vector_size), float32
        The word vectors; shared with `vectors` where those are given, not copied.
    vocabulary_ : dict
        Row in `vectors_` by word.
    subword_vectors_ : ndarray of shape (n_buckets, vector_size), float32, or None
        Vectors of the parts of words; None without fastText.
    subword_lengths_ : tuple (shortest, longest) or None
        Numbers of characters of these parts.
    n_features_out_ : int
        Length of a word vector.

    See Also
    --------
    BagOfWordsVectorizer : One column per word.
    gensim.models.Word2Vec : What trains the vectors.

    Notes
    -----
    The rows are those of :meth:`gensim.models.KeyedVectors.get_mean_vector` without normalization,
    to the bit. Words without a vector do not count; a text without words is a row of zeros. A null
    cell gives a row of NaN. A list of words in a cell is taken as it is.

    References
    ----------
    .. [1] T. Mikolov et al., "Efficient estimation of word representations in vector space", ICLR
       workshop, 2013.
    .. [2] P. Bojanowski et al., "Enriching word vectors with subword information", TACL 5, 2017.

    Examples
    --------
    >>> from skmm.text import Word2VecVectorizer
    >>> vectorizer = Word2VecVectorizer(vector_size=8, random_state=0)
    >>> vectorizer.fit_transform(["red fish", "one blue fish"]).shape
    (2, 8)
    >>> vectorizer.transform(["unheard of"])
    array([[0., 0., 0., 0., 0., 0., 0., 0.]], dtype=float32)
    """

    _modality = "text"

    _parameter_constraints = {
        **Extractor._parameter_constraints,
        **READING_CONSTRAINTS,
        "vector_size": [Interval(Integral, 1, None, closed="left")],
        "algorithm": [StrOptions({"word2vec", "fasttext"})],
        "architecture": [StrOptions({"cbow", "skipgram"})],
        "window": [Interval(Integral, 1, None, closed="left")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "subword_lengths": [tuple],
        "n_buckets": [Interval(Integral, 1, None, closed="left")],
        "vectors": [HasMethods("get_mean_vector"), None],
        "workers": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        vector_size=100,
        *,
        algorithm="word2vec",
        architecture="cbow",
        window=5,
        min_count=1,
        epochs=5,
        subword_lengths=(3, 6),
        n_buckets=20_000,
        vectors=None,
        tokenizer=None,
        lowercase=True,
        encoding="utf-8",
        decode_error="strict",
        workers=1,
        random_state=None,
        batch_size=1024,
        n_jobs=None,
        verbose=False,
    ):
        self.vector_size = vector_size
        self.algorithm = algorithm
        self.architecture = architecture
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.subword_lengths = subword_lengths
        self.n_buckets = n_buckets
        self.vectors = vectors
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.encoding = encoding
        self.decode_error = decode_error
        self.workers = workers
        self.random_state = random_state
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        tags.non_deterministic = self.vectors is None and self.workers > 1
        return tags

    def _fit_samples(self, samples, rows):
        vectors = self.vectors
        if vectors is None:
            texts = read_cells(self._read, samples.cells[rows], map(samples.place, rows))
            vectors = self._train(list(texts), samples.name)
        # Plain arrays instead of gensim's objects: a saved model then runs no code of gensim's.
        has_subwords = getattr(vectors, "bucket", 0) > 0
        return {
            "vectors_": np.asarray(vectors.vectors, dtype=np.float32),
            "vocabulary_": dict(vectors.key_to_index),
            "subword_vectors_": vectors.vectors_ngrams if has_subwords else None,
            "subword_lengths_": (vectors.min_n, vectors.max_n) if has_subwords else None,
        }

    def _train(self, texts, modality):
        sentences = [
            words[start : start + _LONGEST_SENTENCE]
            for words in texts
            for start in range(0, len(words), _LONGEST_SENTENCE)
        ]
        model = self._make_model()
        model.build_vocab(sentences)
        if not len(model.wv):
            raise ModalityError(
                f"no word occurs min_count={self.min_count} times in {len(texts)} texts; lower "
                "min_count or change tokenizer",
                modality=modality,
            )
        model.train(sentences, total_examples=model.corpus_count, epochs=self.epochs)
        return model.wv

    def _make_model(self):
        from gensim.models import FastText, Word2Vec

        options = {
            "vector_size": self.vector_size,
            "sg": int(self.architecture == "skipgram"),
            "window": self.window,
            "min_count": self.min_count,
            "workers": self.workers,
            "seed": self._draw_seed(),
        }
        if self.algorithm == "word2vec":
            return Word2Vec(**options)
        shortest, longest = self._check_subword_lengths()
        return FastText(**options, min_n=shortest, max_n=longest, bucket=self.n_buckets)

    def _check_subword_lengths(self):
        lengths = self.subword_lengths
        if len(lengths) != 2 or not 1 <= lengths[0] <= lengths[1]:
            raise ValueError(
                f"subword_lengths={lengths!r}, where (shortest, longest) is expected, with "
                "1 <= shortest <= longest"
            )
        return lengths

    def _draw_seed(self):
        # check_random_state(None) would hand out numpy's global generator, and move it.
        random_state = np.random.RandomState() if self.random_state is None else self.random_state
        return check_random_state(random_state).randint(np.iinfo(np.int32).max)

    def _read(self, cell):
        return read_words(
            cell,
            tokenizer=self.tokenizer,
            lowercase=self.lowercase,
            encoding=self.encoding,
            decode_error=self.decode_error,
        )

    def _extract(self, samples):
        texts = [[word for word in words if self._knows(word)] for words in samples]
        numbers = {word: i for i, word in enumerate(dict.fromkeys(chain.from_iterable(texts)))}
        if not numbers:
            return np.zeros((len(texts), self.vectors_.shape[1]), dtype=np.float32)
        counts = np.array([len(words) for words in texts], dtype=np.float32)
        sums = _one_hot_words(texts, numbers) @ np.stack([self._vector(word) for word in numbers])
        return sums / np.maximum(counts, 1)[:, np.newaxis]

    def _knows(self, word):
        return self.subword_vectors_ is not None or word in self.vocabulary_

    def _vector(self, word):
        row = self.vocabulary_.get(word)
        if row is not None:
            return self.vectors_[row]
        return subword_vector(word, self.subword_vectors_, self.subword_lengths_)


def _one_hot_words(texts, numbers):
    """Return one entry per word, in the order of the text: the order in which a product sums."""
    columns = [numbers[word] for word in chain.from_iterable(texts)]
    starts = np.cumsum([0, *map(len, texts)])
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_array((ones, columns, starts), shape=(len(texts), len(numbers)))
