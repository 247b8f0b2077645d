from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.feature_extraction.text import TfidfVectorizer

from skmm.text._word_weights import sif_weights, tfidf_weights


@pytest.fixture
def word_lists(texts):
    return [text.split() for text in texts]


def test_tfidf_weights_are_those_of_scikit_learn(word_lists):
    oracle = TfidfVectorizer(analyzer=list).fit(word_lists)
    weights, _ = tfidf_weights(word_lists)
    assert set(weights) == set(oracle.vocabulary_)
    for word, column in oracle.vocabulary_.items():
        assert_allclose(weights[word], oracle.idf_[column])


def test_an_unseen_word_weighs_as_a_word_in_no_text():
    weights, unseen = tfidf_weights([["a"], ["a", "b"], []])
    assert_allclose(unseen, np.log(4) + 1)
    assert_allclose([weights["a"], weights["b"]], [np.log(4 / 3) + 1, np.log(4 / 2) + 1])


def test_sif_weights_are_those_of_the_paper(word_lists):
    counts = Counter(word for words in word_lists for word in words)
    weights, unseen = sif_weights(word_lists, 0.01)
    assert unseen == 1
    for word, count in counts.items():
        assert_allclose(weights[word], 0.01 / (0.01 + count / sum(counts.values())))


def test_no_words_have_no_weights():
    assert tfidf_weights([[], []])[0] == sif_weights([[], []], 0.1)[0] == {}
