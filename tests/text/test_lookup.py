import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.text._lookup import look_up

VOCABULARY = {"a": 0, "b": 1, "c": 2}
TEXTS = [["a", "x", "c"], [], ["y", "x"], ["b", "a", "a"]]


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)


def make_vector(word):
    return np.full(5, ord(word), dtype=np.float32)


def test_rows_of_known_texts_are_those_of_the_vocabulary(vectors):
    found = look_up([["c", "a"], ["b"]], vectors, VOCABULARY)
    assert found.table is vectors
    assert_array_equal(found.rows, [2, 0, 1])
    assert_array_equal(found.starts, [0, 2, 3])
    assert found.is_found.all()


def test_other_words_are_left_out(vectors):
    found = look_up(TEXTS, vectors, VOCABULARY)
    assert found.table is vectors
    assert_array_equal(found.rows, [0, 2, 1, 0, 0])
    assert_array_equal(found.starts, [0, 2, 2, 2, 5])
    assert_array_equal(found.is_found, [True, False, True, False, False, True, True, True])


def test_vectors_of_other_words_are_made(vectors):
    found = look_up(TEXTS, vectors, VOCABULARY, make_vector)
    for text, start, end in zip(TEXTS, found.starts, found.starts[1:], strict=False):
        expected = [vectors[VOCABULARY[w]] if w in VOCABULARY else make_vector(w) for w in text]
        assert_array_equal(found.table[found.rows[start:end]], np.reshape(expected, (-1, 5)))


@pytest.mark.parametrize("make", [None, make_vector])
@pytest.mark.parametrize("word", [3, b"a", None, ["a"]], ids=repr)
def test_what_is_no_word_is_refused(word, make, vectors):
    with pytest.raises(TypeError):
        look_up([["a"], ["b", word]], vectors, VOCABULARY, make)


def test_a_vector_is_made_once_for_a_word(vectors):
    made = []
    look_up(TEXTS, vectors, VOCABULARY, lambda word: made.append(word) or make_vector(word))
    assert made == ["x", "y"]


def test_texts_without_any_word_are_no_trouble(vectors):
    found = look_up([[], []], vectors, VOCABULARY)
    assert_array_equal(found.sum(np.empty(0, dtype=np.float32)), np.zeros((2, 5)))


@pytest.mark.parametrize("make", [None, make_vector])
def test_sums_are_those_of_a_loop_to_the_bit(make, vectors):
    found = look_up(TEXTS, vectors, VOCABULARY, make)
    weights = np.linspace(0.3, 2, len(found.rows), dtype=np.float32)
    expected = np.zeros((4, 5), dtype=np.float32)
    for text in range(4):
        for place in range(found.starts[text], found.starts[text + 1]):
            expected[text] += weights[place] * found.table[found.rows[place]]
    assert_array_equal(found.sum(weights), expected)


@pytest.mark.parametrize("length", [1, 2, 4])
def test_sequences_are_cut_and_filled_up(length, vectors):
    sequences = look_up(TEXTS, vectors, VOCABULARY).sequences(length)
    a, b, c = vectors
    for sequence, known in zip(sequences, [[a, c], [0 * a], [0 * a], [b, a, a]], strict=True):
        assert_array_equal(sequence[: len(known)], known[:length])
        assert np.isnan(sequence[len(known) :]).all()


def test_vectors_may_be_read_only(vectors):
    vectors.flags.writeable = False
    found = look_up(TEXTS, vectors, VOCABULARY)
    assert found.sum(np.ones(5, dtype=np.float32)).shape == (4, 5)
