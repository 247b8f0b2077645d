import pickle
import re

import numpy as np
import pytest

from skmm.text import tokenize
from skmm.text._tokenizer import choose_splitter


def test_words_are_runs_of_letters_digits_and_underscores():
    assert tokenize("Say: a snake_case, 2 x 2!") == ["say", "a", "snake_case", "2", "x", "2"]


def test_words_agree_with_regular_expressions_on_latin_text(global_random_seed):
    letters = list("abcXYZ019_ .,;-'\n\téßøÄ")
    text = "".join(np.random.default_rng(global_random_seed).choice(letters, size=5000))
    assert tokenize(text, lowercase=False) == re.findall(r"\w+", text)


def test_ascii_text_gives_the_same_words_beside_other_text(global_random_seed):
    ascii_characters = list(map(chr, range(128)))
    text = "".join(np.random.default_rng(global_random_seed).choice(ascii_characters, size=5000))
    assert tokenize(text + " é") == [*tokenize(text), "é"]


@pytest.mark.parametrize("beside", ["é", "😀", "中", "नि", "\u200b"])
def test_what_stands_beside_does_not_change_the_words(beside, global_random_seed):
    letters = list("abcXYZ019_ .,;-'\n\tßøÄжщΩب²ª") + ["e\u0301"]
    text = "".join(np.random.default_rng(global_random_seed).choice(letters, size=5000))
    assert tokenize(f"{text} {beside}") == tokenize(text) + tokenize(beside)


def test_case_is_kept_on_request():
    assert tokenize("Red FISH", lowercase=False) == ["Red", "FISH"]


@pytest.mark.parametrize("text", ["", " ", "...", "\u200b", "\u0301"])
def test_a_text_without_words_gives_no_words(text):
    assert tokenize(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("東京都", ["東", "東京", "京", "京都", "都"]),  # Chinese characters
        ("すし", ["す", "すし", "し"]),  # Japanese
        ("コーヒー", ["コ", "コー", "ー", "ーヒ", "ヒ", "ヒー", "ー"]),  # a long vowel is a letter
        ("서울", ["서", "서울", "울"]),  # Korean
        ("𠮷野", ["𠮷", "𠮷野", "野"]),  # beyond the basic plane
        ("中", ["中"]),
    ],
)
def test_scripts_without_spaces_give_characters_and_pairs(text, words):
    assert tokenize(text) == words


def test_a_change_of_script_separates_words():
    assert tokenize("東tokyo、京") == ["東", "tokyo", "京"]


def test_composed_and_decomposed_accents_are_one_word():
    assert tokenize("caf\u00e9") == tokenize("cafe\u0301") == ["caf\u00e9"]


def test_decomposed_korean_is_composed():
    assert tokenize("\u1112\u1161\u11ab") == ["한"]


@pytest.mark.parametrize("word", ["नमस्ते", "สวัสดี", "שָׁלוֹם", "العَرَبِيَّة"])
def test_combining_marks_do_not_separate_words(word):
    assert len(tokenize(word)) == 1


@pytest.mark.parametrize(
    "emoji", ["😀", "👍🏽", "👩\u200d🚀", "👩🏽\u200d🚀", "🇫🇷", "1\u20e3", "❤", "⌚"]
)
def test_an_emoji_is_one_word(emoji):
    assert tokenize(f"so {emoji}{emoji}!") == ["so", emoji, emoji]


def test_two_flags_are_two_words():
    assert tokenize("🇫🇷🇩🇪") == ["🇫🇷", "🇩🇪"]


def test_the_style_of_an_emoji_does_not_matter():
    assert tokenize("❤\ufe0f") == tokenize("❤\ufe0e") == tokenize("❤")


@pytest.mark.parametrize("character", ["\u00ad", "\u200c", "\u200d", "\u2060", "\ufeff"])
def test_characters_without_width_are_removed(character):
    assert tokenize(f"{character}some{character}thing{character}") == ["something"]


def test_a_zero_width_space_separates_words():
    assert tokenize("some\u200bthing") == ["some", "thing"]


def test_a_lone_surrogate_separates_words():
    assert tokenize("some\ud800thing\udfff") == ["some", "thing"]


def test_no_character_raises():
    every_character = "".join(map(chr, range(0x110000)))
    assert all(tokenize(every_character))


@pytest.mark.parametrize("word", ["x", "é"])
def test_a_word_of_a_million_letters_is_one_word(word):
    assert tokenize(word * 1_000_000) == [word * 1_000_000]


def test_mixed_text_is_cut_by_jieba_where_it_is_chinese(oracle):
    text = "我来到北京清华大学, I LOVE 北京! 👩\u200d🚀 cafe\u0301… 1\u20e3"
    latin = ["i", "love", "北京", "👩\u200d🚀", "café", "1\u20e3"]
    assert tokenize(text, tokenizer="jieba") == oracle.lcut("我来到北京清华大学") + latin
    assert tokenize("I", lowercase=False, tokenizer="jieba") == ["I"]


def test_every_character_can_be_cut_by_jieba():
    every_character = "".join(map(chr, range(0x110000)))
    assert all(tokenize(every_character, tokenizer="jieba"))


@pytest.mark.parametrize("tokenizer", [None, "jieba", str.split])
def test_a_splitter_can_be_sent_to_another_process(tokenizer):
    splitter = pickle.loads(pickle.dumps(choose_splitter(tokenizer)))
    assert splitter("red fish") == ["red", "fish"]


def test_the_tokenizer_can_be_sent_to_another_process():
    assert pickle.loads(pickle.dumps(tokenize)) is tokenize
