import numpy as np
import pandas as pd
import pytest

from skmm import ModalityError
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer, Word2VecVectorizer
from skmm.text._reader import read_text, read_words

STRICT = {"encoding": "utf-8", "decode_error": "strict"}
VECTORIZERS = [
    BagOfWordsVectorizer(),
    TokenSequenceVectorizer(),
    Word2VecVectorizer(vector_size=2, random_state=0),
]
each_vectorizer = pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda v: type(v).__name__)


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


@each_vectorizer
@pytest.mark.parametrize("cell", [3, 2.5, np.array(["a", "b"]), {"a": 1}])
def test_a_cell_that_is_no_text_is_named_with_its_row(vectorizer, cell):
    message = rf"modality 'text', row 1: the cell is of type {type(cell).__name__}.*use|str\(\)"
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(["fish", cell])
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(["fish"]).transform(["fish", cell])


@each_vectorizer
def test_bytes_of_another_encoding_are_named_with_their_row(vectorizer):
    texts = pd.Series(["fish", b"Gr\xfce"], index=["a", "b"], name="review")
    message = r"modality 'review', row 1 \(index 'b'\): .*not utf-8.*decode_error='replace'"
    with pytest.raises(ModalityError, match=message):
        vectorizer.fit(texts)


@each_vectorizer
def test_a_single_str_is_not_a_column(vectorizer):
    with pytest.raises(ValueError, match="modality 'text': iterable over raw .* expected, string"):
        vectorizer.fit("red fish")


@each_vectorizer
def test_a_frame_of_one_column_is_that_column(vectorizer):
    texts = ["red fish", "blue fish"]
    frame = pd.DataFrame({"review": texts})
    expected = vectorizer.fit(texts).transform(texts)
    assert abs(vectorizer.fit(frame).transform(frame) - expected).max() == 0


@each_vectorizer
def test_a_frame_of_two_columns_is_refused(vectorizer):
    with pytest.raises(ValueError, match=r"one column is expected.*\['a', 'b'\]"):
        vectorizer.fit(pd.DataFrame({"a": ["x"], "b": ["y"]}))


@each_vectorizer
def test_a_matrix_of_one_column_is_the_column_and_another_is_refused(vectorizer):
    column = np.array([["a cat"], ["a dog"]], dtype=object)
    expected = vectorizer.fit(column[:, 0]).transform(column[:, 0])
    assert abs(vectorizer.fit(column).transform(column) - expected).max() == 0
    with pytest.raises(ValueError, match="modality 'text': one column is expected, got 2 columns"):
        vectorizer.fit(np.hstack([column, column]))


@each_vectorizer
def test_no_text_at_all_is_refused(vectorizer):
    with pytest.raises(ModalityError, match="modality 'text': missing in every sample"):
        vectorizer.fit([None, np.nan])


@each_vectorizer
@pytest.mark.parametrize("dtype", ["str", "string", object])
def test_every_kind_of_column_gives_the_same_block(vectorizer, dtype):
    texts = ["red fish", "blue fish", ""]
    expected = vectorizer.fit(texts).transform(texts)
    column = pd.Series(texts, dtype=dtype)
    assert abs(vectorizer.fit(column).transform(column) - expected).max() == 0


@each_vectorizer
def test_a_long_document_is_read(vectorizer):
    block = vectorizer.fit(["fish " * 20_000, "x" * 1_000_000]).transform(["fish", "fish"])
    assert block.shape[0] == 2


@each_vectorizer
def test_the_vectorizers_say_that_they_take_strings_and_must_be_fitted(vectorizer):
    tags = vectorizer.__sklearn_tags__()
    assert tags.input_tags.string
    assert tags.requires_fit
    assert not tags.input_tags.two_d_array
