"""Read the cells of a text column."""

import os
import re
import unicodedata
import warnings
from pathlib import PurePath

from skmm._validation import ModalityError, StrOptions
from skmm.text._tokenizer import check_words, choose_splitter

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")

READING_CONSTRAINTS = {
    "tokenizer": [StrOptions({"jieba"}), callable, None],
    "lowercase": ["boolean"],
    "encoding": [str],
    "decode_error": [StrOptions({"strict", "ignore", "replace"})],
}


def warn_of_paths(samples, stacklevel):
    """Warn if the first text that is present is the path of a file: texts are not read from files."""
    first = samples.cells[samples.present.argmax()]
    if isinstance(first, str) and os.path.splitext(first)[1] and os.path.isfile(first):
        warnings.warn(
            f"modality {samples.name!r}: {first!r} is a file, but cells of texts are the texts "
            "themselves, and files are not opened; read them first, as in "
            "[Path(path).read_text() for path in paths]",
            stacklevel=stacklevel,
        )


def read_text(cell, *, encoding, decode_error):
    """Return the text in a cell, in the NFC form, with spaces for lone surrogates.

    Parameters
    ----------
    cell : str or bytes
    encoding : str
        How bytes are encoded.
    decode_error : {"strict", "ignore", "replace"}
        What to do with bytes that `encoding` does not have.

    Returns
    -------
    text : str

    Raises
    ------
    ModalityError
        If the cell is no text.
    """
    if isinstance(cell, bytes):
        cell = _decode(cell, encoding, decode_error)
    if not isinstance(cell, str):
        is_file = isinstance(cell, PurePath)
        way_out = "read the file, as by path.read_text()" if is_file else "convert it with str()"
        raise ModalityError(
            f"the cell is of type {type(cell).__name__}, where a str is expected; {way_out}, or "
            "replace it by None to mark the text as missing"
        )
    return normalize(cell)


def normalize(text):
    """Return a str in the NFC form, with spaces for lone surrogates."""
    if text.isascii():  # spares a look for what it does not hold
        return text
    return unicodedata.normalize("NFC", _LONE_SURROGATES.sub(" ", text))


def read_words(cell, *, tokenizer, lowercase, encoding, decode_error):
    """Return the words in a cell that holds a text, or a list of words.

    Parameters
    ----------
    cell : str, bytes, list or tuple
        A list or tuple is taken to be the words, and is not changed.
    tokenizer : {"jieba"}, callable or None
        Turns a str into words; None for the built-in one.
    lowercase : bool
        Whether to bring a text to lower case first.
    encoding, decode_error : str
        As in :func:`read_text`.

    Returns
    -------
    words : list of str
        The cell itself where it is a list.

    Raises
    ------
    ModalityError
        If the cell is no text and no list of words.
    """
    if isinstance(cell, (set, frozenset)):
        raise ModalityError(
            "the cell is a set of words, and a set has no order; use a list, such as sorted(words)"
        )
    if isinstance(cell, (list, tuple)):
        return check_words(cell)
    text = read_text(cell, encoding=encoding, decode_error=decode_error)
    return choose_splitter(tokenizer)(text.lower() if lowercase else text)


def _decode(cell, encoding, decode_error):
    try:
        return cell.decode(encoding, decode_error)
    except UnicodeDecodeError as error:
        raise ModalityError(
            f"the cell holds bytes that are not {encoding}: {error}. Set encoding, or "
            "decode_error='replace'"
        ) from error
