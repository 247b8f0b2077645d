"""Describe a text by its word vectors."""

from copy import copy
from itertools import chain, repeat

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import (
    HasMethods,
    Integral,
    Interval,
    ModalityError,
    Real,
    StrOptions,
    draw_seed,
)
from skmm.cache._keys import hash_learned, hash_text
from skmm.text._lookup import look_up
from skmm.text._reader import READING_CONSTRAINTS, read_words, warn_of_paths
from skmm.text._subwords import subword_vector
from skmm.text._word_weights import sif_weights, tfidf_weights

_LONGEST_SENTENCE = 10_000  # words; gensim leaves out what comes after
_CONTENT = (
    *("vectors_", "vocabulary_", "subword_vectors_", "subword_lengths_", "word_weights_"),
    *("unseen_weight_", "common_component_", "unknown_vector_", "length_"),
)


class Word2VecVectorizer(Extractor):
    """Describe texts by their word vectors: the mean, weighted or not, or the sequence.

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
    weighting : {"mean", "tfidf", "sif"}, default="mean"
        How much a word counts: as much as any other; its inverse document frequency in the texts
        of ``fit``, the sum of weights being 1; or its smooth inverse frequency [3]_, ``smoothing /
        (smoothing + p)`` where ``p`` is its share of the words of ``fit``, over the number of
        words.
    smoothing : float, default=1e-3
        The share at which a word counts one half; for ``weighting="sif"``.
    remove_component : bool, default=False
        Whether to take from every row its part along the direction that the rows of ``fit`` have
        most in common, as goes with ``weighting="sif"`` [3]_.
    pool : {"mean"} or None, default="mean"
        How words become a row. None keeps their sequence, for encoders of sequences, filled up at
        its end with steps of NaN; what concerns the mean is then not used.
    max_length : int, default=None
        Number of words in a sequence; longer texts are cut. None is the longest text of ``fit``.
    unknown : {"ignore", "zero", "mean", "error"}, default="ignore"
        What to do with a word that has no vector: leave it out, give it a vector of zeros, or the
        mean of all word vectors, or raise. With fastText every word has a vector.
    tokenizer : {"jieba"} or callable, default=None
        How a text is cut into words: by :func:`tokenize`; by that and, for Chinese, by jieba (extra
        ``chinese``); or by a function that turns a str into a list of words.
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
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that a text is cut and looked up once over all folds, candidates and
        runs. Not with a callable `tokenizer`, which has no name.
    batch_size : int, default=16384
        Number of texts read and looked up at a time. More are faster, and take more memory while
        they are. Results do not depend on it.
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
    word_weights_ : dict or None
        Weight by word, of the words of ``fit``; None for the plain mean.
    unseen_weight_ : float or None
        Weight of all other words.
    common_component_ : ndarray of shape (vector_size,), float32, or None
        The direction that is removed, of length 1.
    unknown_vector_ : ndarray of shape (vector_size,), float32, or None
        What stands for a word that has no vector; None where it is left out or refused.
    length_ : int or None
        Number of steps of a sequence.
    digest_ : bytes or None
        Names the content of all of these in the keys of a cache; None without `memory`.
    n_features_out_ : int
        Number of columns of the block: the length of a word vector, times `length_` for sequences.

    See Also
    --------
    BagOfWordsVectorizer : One column per word.
    TokenSequenceVectorizer : Sequences of word numbers, for encoders that learn word vectors.
    gensim.models.Word2Vec : What trains the vectors.

    Notes
    -----
    Plain means are those of :meth:`gensim.models.KeyedVectors.get_mean_vector` without
    normalization, to the bit. A text without words is a row of zeros, or one step of zeros. A null
    cell gives a row of NaN. A list of words in a cell is taken as it is.

    With `memory`, a row is found again by its text, never taken for a path, the parameters, and the
    content of what ``fit`` learned or was given: vectors, words, weights. Given vectors share rows
    between all folds, and trained ones do where the same texts and an int as `random_state` train
    the same again. A cache spares cutting texts into words; the means of lists of words are taken
    faster than they are found.

    References
    ----------
    .. [1] T. Mikolov et al., "Efficient estimation of word representations in vector space", ICLR
       workshop, 2013.
    .. [2] P. Bojanowski et al., "Enriching word vectors with subword information", TACL 5, 2017.
    .. [3] S. Arora, Y. Liang and T. Ma, "A simple but tough-to-beat baseline for sentence
       embeddings", ICLR, 2017.

    Examples
    --------
    >>> from skmm.text import Word2VecVectorizer
    >>> vectorizer = Word2VecVectorizer(vector_size=8, random_state=0)
    >>> vectorizer.fit_transform(["red fish", "one blue fish"]).shape
    (2, 8)
    >>> vectorizer.transform(["unheard of"])
    array([[0., 0., 0., 0., 0., 0., 0., 0.]], dtype=float32)
    >>> sequences = Word2VecVectorizer(vector_size=8, pool=None, random_state=0)
    >>> sequences.fit_transform(["red fish", "one blue fish"]).shape
    (2, 3, 8)
    """

    _modality = "text"
    _hash_sample = staticmethod(hash_text)
    _learned = ("_digest",)
    _unkeyed = (*Extractor._unkeyed, "vectors", "random_state")  # what they give is in the digest

    _parameter_constraints = {
        **Extractor._memory_constraints,
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
        "weighting": [StrOptions({"mean", "tfidf", "sif"})],
        "smoothing": [Interval(Real, 0, None, closed="neither")],
        "remove_component": ["boolean"],
        "pool": [StrOptions({"mean"}), None],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "unknown": [StrOptions({"ignore", "zero", "mean", "error"})],
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
        weighting="mean",
        smoothing=1e-3,
        remove_component=False,
        pool="mean",
        max_length=None,
        unknown="ignore",
        tokenizer=None,
        lowercase=True,
        encoding="utf-8",
        decode_error="strict",
        workers=1,
        random_state=None,
        memory=None,
        batch_size=16_384,
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
        self.weighting = weighting
        self.smoothing = smoothing
        self.remove_component = remove_component
        self.pool = pool
        self.max_length = max_length
        self.unknown = unknown
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.encoding = encoding
        self.decode_error = decode_error
        self.workers = workers
        self.random_state = random_state
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        tags.non_deterministic = self.vectors is None and self.workers > 1
        return tags

    @property
    def _digest(self):
        # Computed once in `fit`, unless `memory` was set since.
        return self.digest_ or hash_learned({name: getattr(self, name) for name in _CONTENT})

    def _fit_samples(self, samples, rows):
        warn_of_paths(samples, stacklevel=4)
        self._hash_configuration()  # refuses what no key can hold before it is trained with
        texts = None
        if self._learns_from_texts():
            texts = [words for _, words in samples.read(self._read_words, rows)]
        vectors = self._train(texts, samples.name) if self.vectors is None else self.vectors
        fitted = self._take_vectors(vectors) | self._learn_weights(texts)
        # The rest needs rows; they are made by a copy, while `self` may yet keep its old state.
        trial = copy(self)
        vars(trial).update(fitted)
        fitted |= trial._learn_from_rows(texts)
        return fitted | {"digest_": None if self.memory is None else hash_learned(fitted)}

    def _learns_from_texts(self):
        learns_mean = self.weighting != "mean" or self.remove_component
        learns_length = self.max_length is None
        return self.vectors is None or (learns_length if self.pool is None else learns_mean)

    def _take_vectors(self, vectors):
        # Plain arrays instead of gensim's objects: a saved model then runs no code of gensim's.
        has_subwords = getattr(vectors, "bucket", 0) > 0
        table = np.asarray(vectors.vectors, dtype=np.float32)
        return {
            "vectors_": table,
            "vocabulary_": dict(vectors.key_to_index),
            "subword_vectors_": vectors.vectors_ngrams if has_subwords else None,
            "subword_lengths_": (vectors.min_n, vectors.max_n) if has_subwords else None,
            "unknown_vector_": self._make_unknown_vector(table),
        }

    def _make_unknown_vector(self, table):
        if self.unknown == "zero":
            return np.zeros_like(table[0])
        return table.mean(axis=0) if self.unknown == "mean" else None

    def _learn_weights(self, texts):
        weights = unseen = None
        if self.pool == "mean" and self.weighting == "tfidf":
            weights, unseen = tfidf_weights(texts)
        elif self.pool == "mean" and self.weighting == "sif":
            weights, unseen = sif_weights(texts, self.smoothing)
        return {"word_weights_": weights, "unseen_weight_": unseen}

    def _learn_from_rows(self, texts):
        length = component = None
        if self.pool is None:
            length = self.max_length or max(int(np.diff(self._look_up(texts).starts).max()), 1)
        elif self.remove_component:
            component = _find_common_component(self._mean(texts))
        return {"length_": length, "common_component_": component}

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
            "seed": draw_seed(self.random_state),
        }
        if self.algorithm == "word2vec":
            return Word2Vec(**options)
        shortest, longest = self._check_subword_lengths()
        return FastText(**options, min_n=shortest, max_n=longest, bucket=self.n_buckets)

    def _check_subword_lengths(self):
        lengths = self.subword_lengths
        are_whole = all(isinstance(length, Integral) for length in lengths)
        if len(lengths) != 2 or not are_whole or not 1 <= lengths[0] <= lengths[1]:
            raise ValueError(
                f"subword_lengths={lengths!r}, where (shortest, longest) is expected, integers with "
                "1 <= shortest <= longest"
            )
        return lengths

    def _read_batch(self, cells):
        # Lists of words are taken as they are; the look-up notices if one holds something else.
        takes_lists = self.unknown != "error" and set(map(type, cells)) <= {list, tuple}
        return list(cells) if takes_lists else None

    def _read(self, cell):
        words = self._read_words(cell)
        if self.unknown == "error" and self.subword_vectors_ is None:
            self._refuse_unknown(words)
        return words

    def _read_words(self, cell):
        return read_words(
            cell,
            tokenizer=self.tokenizer,
            lowercase=self.lowercase,
            encoding=self.encoding,
            decode_error=self.decode_error,
        )

    def _refuse_unknown(self, words):
        unknown = [word for word in words if word not in self.vocabulary_]
        if unknown:
            raise ModalityError(
                f"{len(unknown)} of {len(words)} words have no vector, the first is {unknown[0]!r}; "
                "set unknown='ignore', 'zero' or 'mean', or use algorithm='fasttext'"
            )

    def _extract(self, samples):
        if self.pool is None:
            return self._look_up(samples).sequences(self.length_)
        block = self._mean(samples)
        if self.common_component_ is None:
            return block
        shares = (block * self.common_component_).sum(axis=1, keepdims=True)
        return block - shares * self.common_component_

    def _look_up(self, texts):
        make_vector = None
        if self.subword_vectors_ is not None:
            make_vector = self._subword_vector
        elif self.unknown_vector_ is not None:
            make_vector = self._unknown_vector
        return look_up(texts, self.vectors_, self.vocabulary_, make_vector)

    def _subword_vector(self, word):
        return subword_vector(word, self.subword_vectors_, self.subword_lengths_)

    def _unknown_vector(self, word):
        return self.unknown_vector_

    def _mean(self, texts):
        found = self._look_up(texts)
        weights, totals = self._weigh(texts, found)
        block = found.sum(weights)
        # The least a text with words has is 1.
        block /= np.maximum(totals, 1).astype(np.float32)[:, np.newaxis]
        return block

    def _weigh(self, texts, found):
        """Return the weight of each word, and what the weighted sum of each text is divided by."""
        counts = np.diff(found.starts)
        if self.word_weights_ is None:
            return np.ones(len(found.rows), dtype=np.float32), counts
        all_weights = map(
            self.word_weights_.get, chain.from_iterable(texts), repeat(self.unseen_weight_)
        )
        weights = np.fromiter(all_weights, np.float32, len(found.is_found))[found.is_found]
        if self.weighting == "sif":
            return weights, counts
        text_of_word = np.repeat(np.arange(len(counts)), counts)
        return weights, np.bincount(text_of_word, weights, minlength=len(counts))


def _find_common_component(rows):
    """Return the first right singular vector of the rows, or 0 if all of them are 0."""
    rows = rows.astype(np.float64)
    squares, components = np.linalg.eigh(rows.T @ rows)
    component = components[:, -1]
    component = component * np.sign(component[np.abs(component).argmax()])  # the same in each refit
    return (component * (squares[-1] > 0)).astype(np.float32)
