import numpy as np
import pytest
from gensim.models.fasttext import FastTextKeyedVectors
from numpy.testing import assert_array_equal

from skmm.text._subwords import subword_vector


@pytest.mark.parametrize("word", ["fish", "naïve", "東京都", "😀", "x", "", "a longer one"])
@pytest.mark.parametrize("lengths", [(1, 1), (3, 6), (2, 4), (5, 6)])
def test_the_vector_of_an_unseen_word_is_that_of_gensim(word, lengths):
    oracle = FastTextKeyedVectors(5, *lengths, bucket=37)
    oracle.vectors_ngrams = np.random.default_rng(0).normal(size=(37, 5)).astype("float32")
    expected = oracle.get_vector(word)
    assert_array_equal(subword_vector(word, oracle.vectors_ngrams, lengths), expected)
