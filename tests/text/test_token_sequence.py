import pickle
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from skmm import ModalityError
from skmm.text import TokenSequenceVectorizer, Word2VecVectorizer


def test_words_are_numbered_by_frequency_then_alphabet(texts):
    counts = Counter(" ".join(texts).split())
    ranked = sorted(sorted(counts), key=counts.get, reverse=True)
    expected = {word: number for number, word in enumerate(ranked, start=2)}
    assert TokenSequenceVectorizer().fit(texts).vocabulary_ == expected


def test_numbers_lead_back_to_the_text(texts):
    vectorizer = TokenSequenceVectorizer().fit(texts)
    words = {number: word for word, number in vectorizer.vocabulary_.items()}
    for text, row in zip(texts, vectorizer.transform(texts), strict=True):
        assert [words[number] for number in row if number] == text.split()


def test_the_longest_text_of_fit_sets_the_length():
    vectorizer = TokenSequenceVectorizer().fit(["a b c", "a"])
    assert vectorizer.transform(["a"]).shape == (1, 3)
    assert_array_equal(vectorizer.transform(["a b c a b c"]), vectorizer.transform(["a b c"]))


def test_a_length_can_be_given():
    block = TokenSequenceVectorizer(max_length=2).fit_transform(["a b c", "a"])
    assert_array_equal(block, [[2, 3], [2, 0]])


def test_short_texts_are_filled_up_with_zeros_and_unknown_words_are_one():
    vectorizer = TokenSequenceVectorizer().fit(["fish", "a b c"])
    assert_array_equal(vectorizer.transform(["whale fish", ""]), [[1, 5, 0], [0, 0, 0]])


def test_the_block_is_of_integers(texts):
    assert TokenSequenceVectorizer().fit_transform(texts).dtype == np.int64


def test_rare_words_are_unknown():
    vectorizer = TokenSequenceVectorizer(min_count=2).fit(["a a b"])
    assert vectorizer.vocabulary_ == {"a": 2}
    assert_array_equal(vectorizer.transform(["a b"]), [[2, 1, 0]])


def test_the_most_frequent_words_are_kept():
    vectorizer = TokenSequenceVectorizer(max_features=2).fit(["c c a b"])
    assert vectorizer.vocabulary_ == {"c": 2, "a": 3}


def test_a_list_of_words_equals_the_text():
    texts = ["red fish", "blue"]
    block = TokenSequenceVectorizer().fit_transform([text.split() for text in texts])
    assert_array_equal(block, TokenSequenceVectorizer().fit_transform(texts))


@pytest.mark.parametrize(("texts", "min_count"), [(["", "..."], 1), (["a", "b"], 2)])
def test_an_empty_vocabulary_is_explained(texts, min_count):
    message = f"modality 'text': no word occurs min_count={min_count} times in 2 texts; lower"
    with pytest.raises(ModalityError, match=message):
        TokenSequenceVectorizer(min_count=min_count).fit(texts)


def test_a_null_cell_is_named_with_its_row():
    vectorizer = TokenSequenceVectorizer().fit(["a", None])
    message = r"modality 'text', row 1 \(index 'y'\): the cell is null.*MultimodalFusion"
    with pytest.raises(ModalityError, match=message):
        vectorizer.transform(pd.Series(["a", None], index=["x", "y"]))


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_neither_batches_nor_order_nor_workers_matter(batch_size, texts):
    vectorizer = TokenSequenceVectorizer().fit(texts)
    expected = vectorizer.transform(texts)
    vectorizer.set_params(batch_size=batch_size)
    assert_array_equal(vectorizer.transform(texts), expected)
    assert_array_equal(vectorizer.transform(texts[::-1]), expected[::-1])


def test_two_workers_equal_one(texts):
    vectorizer = TokenSequenceVectorizer(batch_size=20).fit(texts)
    expected = vectorizer.transform(texts)
    assert_array_equal(vectorizer.set_params(n_jobs=2).transform(texts), expected)


def test_an_unfitted_vectorizer_refuses_to_transform():
    with pytest.raises(NotFittedError):
        TokenSequenceVectorizer(max_length=2).transform(["fish"])


def test_pandas_output_names_the_positions():
    texts = pd.Series(["red fish", "fish"], index=["a", "b"])
    frame = TokenSequenceVectorizer().set_output(transform="pandas").fit_transform(texts)
    expected = pd.DataFrame({"token0": [3, 2], "token1": [2, 0]}, index=["a", "b"])
    pd.testing.assert_frame_equal(frame, expected)


def test_a_failed_refit_leaves_the_old_vocabulary():
    vectorizer = TokenSequenceVectorizer().fit(["red fish"])
    with pytest.raises(ModalityError):
        vectorizer.fit([""])
    assert_array_equal(vectorizer.transform(["red fish"]), [[3, 2]])


def test_a_pickled_vectorizer_gives_the_same_block(texts):
    vectorizer = TokenSequenceVectorizer().fit(texts)
    copy = pickle.loads(pickle.dumps(vectorizer))
    assert_array_equal(copy.transform(texts), vectorizer.transform(texts))


# -- tables of word vectors ---------------------------------------------------------------------

TEXTS = ["red fish blue fish", "one fish two fish", "a shark"]


def test_a_table_has_the_vector_of_each_word_at_its_number():
    vectors = Word2VecVectorizer(vector_size=5, random_state=0).fit(TEXTS[:2])
    vectorizer = TokenSequenceVectorizer().fit(TEXTS)
    table = vectorizer.embedding_matrix(vectors)
    assert (table.shape, table.dtype) == ((len(vectorizer.vocabulary_) + 2, 5), np.float32)
    assert (table[:2] == 0).all()
    for word, number in vectorizer.vocabulary_.items():
        known = word in vectors.vocabulary_
        expected = vectors.transform([word])[0] if known else np.zeros(5)
        assert_array_equal(table[number], expected)
        assert known == (word not in ("a", "shark"))


def test_a_table_of_gensim_is_the_same():
    vectors = KeyedVectors(3)
    vectors.add_vectors(["fish", "shark"], np.arange(6, dtype=np.float32).reshape(2, 3) + 1)
    vectorizer = TokenSequenceVectorizer().fit(TEXTS)
    table = vectorizer.embedding_matrix(vectors)
    assert_array_equal(table[vectorizer.vocabulary_["shark"]], [4, 5, 6])
    given = Word2VecVectorizer(vectors=vectors).fit(TEXTS)
    assert_array_equal(vectorizer.embedding_matrix(given), table)
    assert (table != 0).any(axis=1).sum() == 2


def test_fasttext_has_vectors_of_all_words():
    vectors = Word2VecVectorizer(
        vector_size=5, algorithm="fasttext", n_buckets=100, random_state=0
    ).fit(TEXTS[:2])
    vectorizer = TokenSequenceVectorizer().fit(TEXTS)
    table = vectorizer.embedding_matrix(vectors)
    assert_array_equal(table[vectorizer.vocabulary_["shark"]], vectors.transform(["shark"])[0])


def test_a_table_needs_vectors_and_a_vocabulary():
    vectorizer = TokenSequenceVectorizer()
    vectors = Word2VecVectorizer(vector_size=5, random_state=0)
    with pytest.raises(NotFittedError):
        vectorizer.embedding_matrix(vectors)
    vectorizer.fit(TEXTS)
    with pytest.raises(NotFittedError):
        vectorizer.embedding_matrix(vectors)
    with pytest.raises(TypeError, match="vectors is a dict; expected a fitted Word2VecVectorizer"):
        vectorizer.embedding_matrix({"fish": np.ones(3)})
