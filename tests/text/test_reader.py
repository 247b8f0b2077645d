import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone

from skmm import ModalityError
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer, Word2VecVectorizer
from skmm.text._reader import read_text, read_words

STRICT = {"encoding": "utf-8", "decode_error": "strict"}
VECTORIZERS = [
    BagOfWordsVectorizer(),
    TokenSequenceVectorizer(),
    Word2VecVectorizer(vector_size=2, epochs=1, random_state=0),
]


@pytest.fixture(params=VECTORIZERS, ids=lambda vectorizer: type(vectorizer).__name__)
def vectorizer(request):
    return clone(request.param)


def learned_words(vectorizer):
    """The words that a fitted vectorizer knows."""
    known = getattr(vectorizer, "vectorizer_", None) or vectorizer
    return set(known.vocabulary_)


def rows(vectorizer, texts):
    block = vectorizer.transform(texts)
    return block.toarray() if sparse.issparse(block) else block


def _read_words(cell, tokenizer=None, lowercase=True):
    return read_words(cell, tokenizer=tokenizer, lowercase=lowercase, **STRICT)


def test_bytes_are_decoded():
    assert (
        read_text("Grüße".encode("latin-1"), encoding="latin-1", decode_error="strict") == "Grüße"
    )


@pytest.mark.parametrize(("decode_error", "text"), [("replace", "Gr\ufffde"), ("ignore", "Gre")])
def test_bytes_of_another_encoding_can_be_let_through(decode_error, text):
    assert read_text(b"Gr\xfce", encoding="utf-8", decode_error=decode_error) == text


def test_text_is_composed():
    assert read_text("cafe\u0301", **STRICT) == "caf\u00e9"


def test_lone_surrogates_become_spaces():
    assert read_text("a\ud800b", **STRICT) == "a b"


def test_a_text_is_cut_into_words():
    assert _read_words("A Fish") == ["a", "fish"]
    assert _read_words("A Fish", lowercase=False) == ["A", "Fish"]


def test_a_tokenizer_is_given_the_text_in_lower_case_on_request():
    assert _read_words("A-Fish", tokenizer=lambda text: text.split("-")) == ["a", "fish"]
    assert _read_words("A-B", lambda text: text.split("-"), lowercase=False) == ["A", "B"]


@pytest.mark.parametrize("container", [list, tuple])
def test_a_list_of_words_is_taken_as_it_is(container):
    assert _read_words(container(["A fish", ""])) == ["A fish", ""]


@pytest.mark.parametrize("container", [set, frozenset])
def test_a_set_of_words_has_no_order(container):
    with pytest.raises(ModalityError, match="has no order; use a list"):
        _read_words(container(["a"]))


def test_a_list_of_something_else_is_refused():
    with pytest.raises(ModalityError, match="holds 3 of type int, where a str is expected"):
        _read_words(["a", 3])


@pytest.mark.parametrize("cell", [3, 2.5, np.array(["a", "b"]), {"a": 1}])
def test_a_cell_that_is_no_text_is_named_with_its_row(vectorizer, cell):
    message = rf"modality 'text', row 1: the cell is of type {type(cell).__name__}.*use|str\(\)"
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(["fish", cell])
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(["fish"]).transform(["fish", cell])


def test_bytes_of_another_encoding_are_named_with_their_row(vectorizer):
    texts = pd.Series(["fish", b"Gr\xfce"], index=["a", "b"], name="review")
    message = r"modality 'review', row 1 \(index 'b'\): .*not utf-8.*decode_error='replace'"
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(texts)


def test_a_single_str_is_not_a_column(vectorizer):
    with pytest.raises(ValueError, match="modality 'text': iterable over raw .* expected, string"):
        vectorizer.fit("red fish")


def test_a_frame_of_one_column_is_that_column(vectorizer):
    texts = ["red fish", "blue fish"]
    frame = pd.DataFrame({"review": texts})
    expected = vectorizer.fit(texts).transform(texts)
    assert abs(vectorizer.fit(frame).transform(frame) - expected).max() == 0


def test_a_frame_of_two_columns_is_refused(vectorizer):
    with pytest.raises(ValueError, match=r"one column is expected.*\['a', 'b'\]"):
        vectorizer.fit(pd.DataFrame({"a": ["x"], "b": ["y"]}))


def test_a_matrix_of_one_column_is_the_column_and_another_is_refused(vectorizer):
    column = np.array([["a cat"], ["a dog"]], dtype=object)
    expected = vectorizer.fit(column[:, 0]).transform(column[:, 0])
    assert abs(vectorizer.fit(column).transform(column) - expected).max() == 0
    with pytest.raises(ValueError, match="modality 'text': one column is expected, got 2 columns"):
        vectorizer.fit(np.hstack([column, column]))


def test_no_text_at_all_is_refused(vectorizer):
    with pytest.raises(ModalityError, match="modality 'text': missing in every sample"):
        vectorizer.fit([None, np.nan])


@pytest.mark.parametrize("dtype", ["str", "string", object])
def test_every_kind_of_column_gives_the_same_block(vectorizer, dtype):
    texts = ["red fish", "blue fish", ""]
    expected = vectorizer.fit(texts).transform(texts)
    column = pd.Series(texts, dtype=dtype)
    assert abs(vectorizer.fit(column).transform(column) - expected).max() == 0


def test_documents_and_words_of_ten_million_letters_are_read(vectorizer):
    texts = ["fish " * 2_000_000, "x" * 10_000_000, "é" * 10_000_000]
    assert learned_words(vectorizer.fit(texts)) == {"fish", texts[1], texts[2]}
    assert rows(vectorizer, texts).shape[0] == 3


def test_the_vectorizers_say_that_they_take_strings_and_must_be_fitted(vectorizer):
    tags = vectorizer.__sklearn_tags__()
    assert tags.input_tags.string
    assert tags.requires_fit
    assert not tags.input_tags.two_d_array


# -- what texts hold: the same words for every vectorizer

TEXTS_AND_WORDS = {
    "one letter": ("x y", {"x", "y"}),
    "Chinese": ("東京", {"東", "京", "東京"}),
    "Korean beside Latin": ("서울 tour", {"서", "울", "서울", "tour"}),
    "composed and decomposed": ("caf\u00e9 cafe\u0301", {"caf\u00e9"}),
    "bytes": ("café".encode(), {"caf\u00e9"}),
    "zero-width space": ("some\u200bthing", {"some", "thing"}),
    "other characters without width": ("\ufeffso\u200cme\u2060thi\u00adng", {"something"}),
    "emoji": ("so \U0001f469\u200d\U0001f680!", {"so", "\U0001f469\u200d\U0001f680"}),
    "lone surrogates": ("some\ud800thing\udfff", {"some", "thing"}),
    "control characters": ("a\0b\x1b\n", {"a", "b"}),
}


@pytest.mark.parametrize(("text", "words"), TEXTS_AND_WORDS.values(), ids=TEXTS_AND_WORDS)
def test_every_vectorizer_finds_the_same_words(vectorizer, text, words):
    assert learned_words(vectorizer.fit([text])) == words
    block = rows(vectorizer, [text, text])
    assert (block[0] == block[1]).all()


def test_every_vectorizer_takes_lists_and_tuples_of_words(vectorizer):
    texts = ["red fish", "fish"]
    expected = rows(vectorizer.fit(texts), texts)
    for container in (list, tuple):
        cells = [container(text.split()) for text in texts]
        assert (rows(vectorizer.fit(cells), cells) == expected).all()


@pytest.mark.parametrize("container", [set, frozenset])
def test_every_vectorizer_refuses_sets_of_words(vectorizer, container):
    with pytest.raises(ModalityError, match="modality 'text', row 1: the cell is a set of words"):
        vectorizer.fit([["red"], container({"red", "fish"})])


@pytest.mark.parametrize("word", [3, b"red", None, ["red"]], ids=repr)
def test_every_vectorizer_refuses_lists_of_something_else(vectorizer, word):
    message = r"modality 'text', row 1: the list of words holds .*where a str is expected"
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit([["red"], ["fish", word]])
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit([["red"]]).transform([["red"], ["fish", word]])


def test_every_vectorizer_is_fitted_on_words_and_not_on_letters(vectorizer):
    assert learned_words(vectorizer.fit(["red fish"])) == {"red", "fish"}


def test_every_vectorizer_decodes_as_asked(vectorizer):
    vectorizer.set_params(encoding="latin-1")
    assert learned_words(vectorizer.fit(["grüße".encode("latin-1")])) == {"grüße"}
    vectorizer.set_params(encoding="utf-8", decode_error="replace")
    assert learned_words(vectorizer.fit([b"gr\xfc"])) == {"gr"}


def test_unseen_words_and_empty_texts_are_no_error(vectorizer):
    block = rows(vectorizer.fit(["red fish", ""]), ["blue whale", "", "..."])
    is_unknown = isinstance(vectorizer, TokenSequenceVectorizer)
    assert block.tolist() == [[int(is_unknown)] * 2, [0, 0], [0, 0]]


@pytest.mark.parametrize("texts", [["", "  "], ["...", "\u200b"], [[], []]])
def test_texts_without_words_are_explained_with_the_way_out(vectorizer, texts):
    with pytest.raises(ModalityError, match=r"modality 'text': .*2 texts.*hange .*tokenizer"):
        vectorizer.fit(texts)


@pytest.mark.parametrize("column", [[], pd.Series([], dtype=str), np.array([], dtype=str)])
def test_a_column_without_rows_is_refused(vectorizer, column):
    with pytest.raises(ValueError, match="modality 'text': found 0 samples"):
        vectorizer.fit(column)


def by_letters(text):
    return " ".join(text)


def by_numbers(text):
    return [3, 4]


def at_dashes(text):
    return (word for word in text.split("-"))


def test_a_tokenizer_may_give_any_iterable_of_words(vectorizer):
    vectorizer.set_params(tokenizer=at_dashes)
    assert learned_words(vectorizer.fit(["Red-fish"])) == {"red", "fish"}


def test_a_tokenizer_that_gives_no_words_is_told(vectorizer):
    with pytest.raises(TypeError, match=r"tokenizer=.*by_letters.* gives a str.* list of words"):
        vectorizer.set_params(tokenizer=by_letters).fit(["red"])
    with pytest.raises(ModalityError, match="modality 'text'.* holds 3 of type int"):
        vectorizer.set_params(tokenizer=by_numbers).fit(["red"])


MIXED = ["我来到北京清华大学, I love 北京!", "😀 北京"]


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_every_vectorizer_cuts_chinese_by_jieba_when_asked(vectorizer, n_jobs, oracle):
    vectorizer.set_params(tokenizer="jieba", n_jobs=n_jobs)
    words = {*oracle.lcut("我来到北京清华大学"), "i", "love", "😀"}
    assert learned_words(vectorizer.fit(MIXED)) == words
    copied = pickle.loads(pickle.dumps(vectorizer))
    assert (rows(copied, MIXED) == rows(vectorizer, MIXED)).all()


def test_paths_of_texts_are_warned_of(tmp_path, vectorizer):
    paths = [tmp_path / f"{name}.txt" for name in ("cat", "dog")]
    for path in paths:
        path.write_text("a text")
    with pytest.warns(UserWarning, match=r"modality 'text': .*cat.txt' is a file.*read_text"):
        vectorizer.fit(list(map(str, paths)))
    with pytest.raises(
        ModalityError, match=r"of type \w*Path.*read the file, as by path.read_text"
    ):
        vectorizer.fit(paths)
