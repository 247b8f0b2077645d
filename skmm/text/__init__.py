"""Texts to blocks of features."""

from skmm.text._bag_of_words import BagOfWordsVectorizer
from skmm.text._token_sequence import TokenSequenceVectorizer
from skmm.text._tokenizer import tokenize
from skmm.text._word2vec import Word2VecVectorizer

__all__ = ["BagOfWordsVectorizer", "TokenSequenceVectorizer", "Word2VecVectorizer", "tokenize"]
