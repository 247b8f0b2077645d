"""Count the words of a text."""

from functools import partial

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from skmm._extraction import Extraction
from skmm._extractor import Extractor
from skmm._samples import read_samples
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    RealNotInt,
    StrOptions,
    _get_output_config,
    all_or_nothing,
)
from skmm.text._reader import READING_CONSTRAINTS, normalize, read_text, read_words, warn_of_paths
from skmm.text._tokenizer import choose_splitter

_SHARE_OR_COUNT = [
    Interval(RealNotInt, 0, 1, closed="both"),
    Interval(Integral, 1, None, closed="left"),
]


class BagOfWordsVectorizer(Extractor):
    """Describe texts by how often each word of a vocabulary occurs.

    The words are counted by scikit-learn's vectorizers, after a tokenizer that also serves scripts
    without spaces. The block is sparse, and text takes part in an early fusion by its many columns;
    deep fusion wants :class:`TokenSequenceVectorizer`.

    Parameters
    ----------
    weighting : {"tfidf", "count", "binary"}, default="tfidf"
        What stands for a word: its count times its inverse document frequency [1]_, each row of
        Euclidean length 1; its count; or 1.
    ngram_range : tuple (min_n, max_n), default=(1, 1)
        Numbers of words, or characters, that are counted as one.
    min_df : float in [0, 1] or int, default=1
        Leave out what occurs in fewer texts than this share or number.
    max_df : float in [0, 1] or int, default=1.0
        Leave out what occurs in more texts than this share or number.
    max_features : int, default=None
        Keep the most frequent ones only. None keeps all.
    analyzer : {"word", "char", "char_wb"}, default="word"
        Count words, characters, or characters within words.
    tokenizer : {"jieba"} or callable, default=None
        How a text is cut into words: by :func:`tokenize`; by that and, for Chinese, by jieba (extra
        ``chinese``); or by a function that turns a str into a list of words.
    stop_words : {"english"}, list of str or None, default=None
        Words that are not counted.
    lowercase : bool, default=True
        Whether to bring texts to lower case first.
    encoding : str, default="utf-8"
        How cells of bytes are encoded.
    decode_error : {"strict", "ignore", "replace"}, default="strict"
        What to do with bytes that are not so encoded: raise, drop or replace them.
    batch_size : int, default=1024
        Number of texts cut into words at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes that cut texts into words; words are counted in one process.
        Results do not depend on it.
    verbose : bool, default=False
        Whether to show progress.

    Attributes
    ----------
    vectorizer_ : CountVectorizer or TfidfVectorizer
        The fitted vectorizer of scikit-learn. It takes texts, and lists of words.
    n_features_out_ : int
        Size of the vocabulary.

    See Also
    --------
    Word2VecVectorizer : Dense rows, in which related words are close.
    TokenSequenceVectorizer : The words in their order.

    Notes
    -----
    Texts are compared in the NFC form, so composed and decomposed accents are the same. Words that
    were not in the texts of ``fit`` do not count; an empty text is a row of zeros. A null cell is
    skipped by ``fit`` and refused by ``transform``, for a sparse block cannot hold NaN. A list of
    words in a cell is taken as it is.

    Worker processes are for slow tokenizers, such as ``"jieba"``: to send the words back takes as
    long as the built-in tokenizer takes to find them.

    References
    ----------
    .. [1] K. Sparck Jones, "A statistical interpretation of term specificity and its application
       in retrieval", Journal of Documentation 28(1), 1972.

    Examples
    --------
    >>> from skmm.text import BagOfWordsVectorizer
    >>> vectorizer = BagOfWordsVectorizer("count")
    >>> vectorizer.fit_transform(["red fish", "blue fish fish"]).toarray()
    array([[0., 1., 1.],
           [1., 2., 0.]], dtype=float32)
    >>> vectorizer.get_feature_names_out()
    array(['blue', 'fish', 'red'], dtype=object)
    """

    _modality = "text"
    _null_row = None
    _dtype = object  # of what workers give: texts and words, which scikit-learn counts

    _parameter_constraints = {
        **Extractor._parameter_constraints,
        **READING_CONSTRAINTS,
        "weighting": [StrOptions({"tfidf", "count", "binary"})],
        "ngram_range": [tuple],
        "min_df": _SHARE_OR_COUNT,
        "max_df": _SHARE_OR_COUNT,
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "analyzer": [StrOptions({"word", "char", "char_wb"})],
        "stop_words": [StrOptions({"english"}), list, None],
    }

    def __init__(
        self,
        weighting="tfidf",
        *,
        ngram_range=(1, 1),
        min_df=1,
        max_df=1.0,
        max_features=None,
        analyzer="word",
        tokenizer=None,
        stop_words=None,
        lowercase=True,
        encoding="utf-8",
        decode_error="strict",
        batch_size=1024,
        n_jobs=None,
        verbose=False,
    ):
        self.weighting = weighting
        self.ngram_range = ngram_range
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.analyzer = analyzer
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.lowercase = lowercase
        self.encoding = encoding
        self.decode_error = decode_error
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X, y=None):
        """Learn the vocabulary, and how rare its words are.

        Parameters
        ----------
        X : Series or sequence of n_samples str, bytes or list of str
            Texts; null cells are skipped.
        y : Ignored

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a cell is no text, or no word is left.
        """
        self._learn(read_samples(X, self._modality))
        return self

    def fit_transform(self, X, y=None):
        """Do as ``fit(X).transform(X)`` does, and count only once.

        Parameters
        ----------
        X : Series or sequence of n_samples str, bytes or list of str
            Texts.
        y : Ignored

        Returns
        -------
        block : csr_matrix of shape (n_samples, n_features_out), float32

        Raises
        ------
        ModalityError
            If a cell is null or no text, or no word is left.
        """
        samples = read_samples(X, self._modality)
        self._refuse_null_cells(samples)
        return self._wrap(self._learn(samples), samples)

    def transform(self, X):
        """Count the words of the vocabulary.

        Parameters
        ----------
        X : Series or sequence of n_samples str, bytes or list of str
            Texts.

        Returns
        -------
        block : csr_matrix of shape (n_samples, n_features_out), float32

        Raises
        ------
        ModalityError
            If a cell is null or no text.
        """
        check_is_fitted(self)
        samples = read_samples(X, self._modality)
        self._refuse_null_cells(samples)
        return self._wrap(self.vectorizer_.transform(self._read_present(samples)), samples)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        return tags

    def _read_batch(self, cells):
        takes_texts = not self._sends_words() and set(map(type, cells)) == {str}
        return list(map(normalize, cells)) if takes_texts else None  # no str is refused

    def _read(self, cell):
        options = {"encoding": self.encoding, "decode_error": self.decode_error}
        holds_words = self.analyzer == "word" and not isinstance(cell, str | bytes)
        if holds_words or self._sends_words():
            return read_words(cell, tokenizer=self.tokenizer, lowercase=self.lowercase, **options)
        return read_text(cell, **options)

    def _sends_words(self):
        """Whether workers cut texts; in one process it is faster to cut them as they are counted."""
        return self.analyzer == "word" and self.n_jobs not in (None, 1)

    def _extract(self, samples):
        return np.fromiter(samples, dtype=object, count=len(samples))

    def _read_present(self, samples):
        """Yield each text that is present, or its words."""
        rows = np.flatnonzero(samples.present)
        for _, documents in Extraction(self, samples).extract(rows, shape=()):
            yield from documents

    def _learn(self, samples):
        """Fit the vectorizer on the present samples and return their counts."""
        self._validate_params()
        if not samples.present.any():
            raise ModalityError("missing in every sample; drop the modality", modality=samples.name)
        warn_of_paths(samples, stacklevel=4)
        vectorizer = self._make_vectorizer()
        try:
            block = vectorizer.fit_transform(self._read_present(samples))
        except ModalityError as error:
            raise error.at(modality=samples.name) from error.__cause__
        except ValueError as error:
            raise ModalityError(
                f"cannot build a vocabulary from {samples.present.sum()} texts: {error}. Change "
                "tokenizer, stop_words, ngram_range, min_df or max_df",
                modality=samples.name,
            ) from error
        block.sort_indices()
        with all_or_nothing(self):
            self.block_shape_ = block.shape[1:]
            self.n_features_out_ = block.shape[1]
            self.vectorizer_ = vectorizer
        return block

    def _make_vectorizer(self):
        names = "ngram_range min_df max_df max_features analyzer tokenizer stop_words lowercase"
        options = {name: getattr(self, name) for name in names.split()}
        if self.analyzer == "word" or self.tokenizer is not None:
            split = choose_splitter(self.tokenizer)
            options |= {"tokenizer": partial(_split, split=split), "token_pattern": None}
        if self.analyzer == "word":
            options |= {"preprocessor": partial(_lower, lowercase=self.lowercase)}
        if self.weighting == "tfidf":
            return TfidfVectorizer(**options, dtype=np.float32)
        return CountVectorizer(**options, binary=self.weighting == "binary", dtype=np.float32)

    def _feature_names(self):
        return self.vectorizer_.get_feature_names_out()

    def _wrap(self, block, samples):
        # scikit-learn refuses to make frames of sparse blocks, which pandas can hold.
        if _get_output_config("transform", self)["dense"] != "pandas":
            return block
        names = self.get_feature_names_out()
        return pd.DataFrame.sparse.from_spmatrix(block, index=samples.index, columns=names)


def _lower(document, lowercase):
    return document.lower() if lowercase and isinstance(document, str) else document


def _split(document, split):
    return split(document) if isinstance(document, str) else document
