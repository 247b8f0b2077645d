import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from skmm import ModalityError
from skmm.text import BagOfWordsVectorizer, tokenize

ORACLES = {
    "tfidf": TfidfVectorizer(tokenizer=tokenize, token_pattern=None, dtype=np.float32),
    "count": CountVectorizer(tokenizer=tokenize, token_pattern=None, dtype=np.float32),
    "binary": CountVectorizer(
        tokenizer=tokenize, token_pattern=None, binary=True, dtype=np.float32
    ),
}
WEIGHTINGS = list(ORACLES)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ngram_range": (1, 2), "max_features": 50},
        {"min_df": 3, "max_df": 0.5},
        {"stop_words": ["a0", "b1"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_the_block_is_that_of_scikit_learn(weighting, options, texts):
    oracle = clone(ORACLES[weighting]).set_params(**options)
    expected = oracle.fit(texts[:40]).transform(texts)
    vectorizer = BagOfWordsVectorizer(weighting, **options).fit(texts[:40])
    block = vectorizer.transform(texts)
    assert block.format == "csr"
    assert block.dtype == np.float32
    assert_array_equal(block.toarray(), expected.toarray())
    assert_array_equal(vectorizer.get_feature_names_out(), oracle.get_feature_names_out())
    assert vectorizer.n_features_out_ == block.shape[1]


@pytest.mark.parametrize("analyzer", ["char", "char_wb"])
def test_characters_are_counted_as_scikit_learn_counts_them(analyzer, texts):
    oracle = TfidfVectorizer(analyzer=analyzer, ngram_range=(1, 3), dtype=np.float32)
    vectorizer = BagOfWordsVectorizer(analyzer=analyzer, ngram_range=(1, 3))
    expected = oracle.fit_transform(texts).toarray()
    assert_array_equal(vectorizer.fit_transform(texts).toarray(), expected)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_fit_transform_equals_fit_then_transform(weighting, texts):
    vectorizer = BagOfWordsVectorizer(weighting)
    at_once = vectorizer.fit_transform(texts)
    assert_array_equal(at_once.toarray(), vectorizer.fit(texts).transform(texts).toarray())
    assert at_once.has_sorted_indices


def test_a_tokenizer_of_the_user_is_used():
    vectorizer = BagOfWordsVectorizer(tokenizer=str.split).fit(["Red-fish", "blue-fish"])
    assert list(vectorizer.get_feature_names_out()) == ["blue-fish", "red-fish"]


@pytest.mark.parametrize("analyzer", ["word", "char"])
@pytest.mark.parametrize(
    "options", [{"n_jobs": 2}, {"n_jobs": 2, "batch_size": 7}, {"batch_size": 1}]
)
def test_workers_and_batches_change_nothing(analyzer, options, texts):
    fixed = {"analyzer": analyzer, "ngram_range": (1, 2), "stop_words": ["a0"]}
    if analyzer == "char":
        del fixed["stop_words"]
    one = BagOfWordsVectorizer(**fixed)
    many = BagOfWordsVectorizer(**fixed, **options)
    assert_array_equal(many.fit_transform(texts).toarray(), one.fit_transform(texts).toarray())
    assert_array_equal(many.get_feature_names_out(), one.get_feature_names_out())
    assert_array_equal(many.transform(texts).toarray(), one.transform(texts).toarray())


def test_progress_is_shown_when_asked_for(capsys):
    BagOfWordsVectorizer(verbose=True).fit_transform(["red fish"])
    assert "BagOfWordsVectorizer: 100%" in capsys.readouterr().err


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_bad_text_is_named_and_not_taken_for_an_empty_vocabulary(n_jobs):
    with pytest.raises(ModalityError, match=r"^modality 'review', row 1 \(index 1\): the cell is"):
        BagOfWordsVectorizer(n_jobs=n_jobs).fit(pd.Series(["red", 3], name="review"))


def test_the_vectorizer_of_scikit_learn_takes_texts_and_lists_of_words(texts):
    vectorizer = BagOfWordsVectorizer()
    expected = vectorizer.fit_transform(texts).toarray()
    inner = vectorizer.vectorizer_
    assert_array_equal(inner.transform(texts).toarray(), expected)
    assert_array_equal(inner.transform([text.split() for text in texts]).toarray(), expected)


def test_lists_of_words_have_no_characters_to_count():
    with pytest.raises(ModalityError, match="row 0: the cell is of type list, where a str"):
        BagOfWordsVectorizer(analyzer="char").fit([["red", "fish"]])


@pytest.mark.parametrize("tokenizer", ["jieba", str.split])
def test_a_tokenizer_that_is_not_used_is_warned_of(tokenizer):
    with pytest.warns(UserWarning, match="'tokenizer' will not be used since 'analyzer'"):
        BagOfWordsVectorizer(analyzer="char", tokenizer=tokenizer).fit(["red fish"])


def test_case_is_kept_on_request():
    vectorizer = BagOfWordsVectorizer(lowercase=False).fit(["Fish fish"])
    assert list(vectorizer.get_feature_names_out()) == ["Fish", "fish"]


def test_english_stop_words_are_left_out_without_a_warning():
    vectorizer = BagOfWordsVectorizer(stop_words="english").fit(["a fish is the fish"])
    assert list(vectorizer.get_feature_names_out()) == ["fish"]


def test_words_of_one_letter_and_chinese_are_counted():
    block = BagOfWordsVectorizer("count").fit_transform(["x y", "東京"])
    assert_array_equal(block.sum(axis=1).ravel(), [[2, 3]])


@pytest.mark.parametrize("analyzer", ["word", "char"])
def test_composed_and_decomposed_accents_are_the_same(analyzer):
    block = BagOfWordsVectorizer(analyzer=analyzer).fit_transform(["caf\u00e9", "cafe\u0301"])
    assert_array_equal(block[0].toarray(), block[1].toarray())


def test_bytes_are_decoded_as_asked():
    cell = "Grüße".encode("latin-1")
    vectorizer = BagOfWordsVectorizer(encoding="latin-1").fit([cell])
    assert list(vectorizer.get_feature_names_out()) == ["grüße"]


def test_unseen_words_and_empty_texts_give_rows_of_zeros():
    block = BagOfWordsVectorizer().fit(["red fish"]).transform(["blue whale", ""])
    assert block.nnz == 0
    assert block.shape == (2, 2)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["", "  "], {}),
        (["the", "and the"], {"stop_words": "english"}),
        (["red", "blue"], {"min_df": 2}),
        (["red", "blue"], {"min_df": 2, "max_df": 1}),
    ],
)
def test_an_empty_vocabulary_is_explained(texts, options):
    message = "modality 'review': cannot build a vocabulary from 2 texts: .*Change tokenizer"
    with pytest.raises(ModalityError, match=message):
        BagOfWordsVectorizer(**options).fit(pd.Series(texts, name="review"))


@pytest.mark.parametrize("method", ["transform", "fit_transform"])
def test_a_null_cell_is_named_with_its_row(method):
    vectorizer = BagOfWordsVectorizer().fit(["red fish"])
    texts = pd.Series(["fish", None], index=["a", "b"])
    message = r"modality 'text', row 1 \(index 'b'\): the cell is null.*MultimodalFusion"
    with pytest.raises(ModalityError, match=message):
        getattr(vectorizer, method)(texts)


def test_fit_skips_null_cells():
    vectorizer = BagOfWordsVectorizer().fit(["red", None, "fish"])
    assert list(vectorizer.get_feature_names_out()) == ["fish", "red"]


@pytest.mark.parametrize("batch", [1, 2, 3, 17])
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_a_row_does_not_depend_on_its_companions(weighting, batch, texts):
    vectorizer = BagOfWordsVectorizer(weighting).fit(texts)
    together = vectorizer.transform(texts).toarray()
    starts = range(0, len(texts), batch)
    apart = [vectorizer.transform(texts[start : start + batch]).toarray() for start in starts]
    assert_array_equal(np.concatenate(apart), together)


def test_an_unfitted_vectorizer_refuses_to_transform():
    with pytest.raises(NotFittedError):
        BagOfWordsVectorizer().transform(["fish"])


@pytest.mark.parametrize(
    "options", [{"weighting": "idf"}, {"min_df": 2.5}, {"analyzer": "line"}, {"tokenizer": "word"}]
)
def test_a_wrong_parameter_is_named(options):
    with pytest.raises(ValueError, match=f"The '{next(iter(options))}' parameter of BagOfWords"):
        BagOfWordsVectorizer(**options).fit(["fish"])


def test_a_failed_refit_leaves_the_old_vocabulary():
    vectorizer = BagOfWordsVectorizer().fit(["red fish"])
    with pytest.raises(ModalityError):
        vectorizer.fit([""])
    assert list(vectorizer.get_feature_names_out()) == ["fish", "red"]
    assert vectorizer.transform(["fish"]).shape == (1, 2)


@pytest.mark.parametrize("method", ["transform", "fit_transform"])
def test_pandas_output_names_the_words_and_the_rows(method):
    texts = pd.Series(["red fish", "fish"], index=["a", "b"])
    vectorizer = BagOfWordsVectorizer("count").set_output(transform="pandas").fit(texts)
    frame = getattr(vectorizer, method)(texts)
    expected = pd.DataFrame({"fish": [1.0, 1.0], "red": [1.0, 0.0]}, index=["a", "b"])
    pd.testing.assert_frame_equal(frame.sparse.to_dense(), expected.astype("float32"))


def test_a_pickled_vectorizer_gives_the_same_block(texts):
    vectorizer = BagOfWordsVectorizer().fit(texts)
    copy = pickle.loads(pickle.dumps(vectorizer))
    assert_array_equal(copy.transform(texts).toarray(), vectorizer.transform(texts).toarray())
