"""Cut a text into words, in any script."""

import re
import unicodedata
from functools import cache, partial
from itertools import chain

from skmm._validation import ModalityError
from skmm.text._jieba import cut_by_jieba, load_jieba

# Scripts written without spaces, and Korean, whose particles are glued to the words.
_CJK = (
    "\u1100-\u11ff"  # Hangul letters
    "\u3005-\u3007\u3041-\u30fa\u30fc-\u318f\u31f0-\u31ff"  # kana, bopomofo, Hangul letters
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Chinese characters
    "\uac00-\ud7a3\uff66-\uff9f"  # Hangul syllables, halfwidth kana
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # rare kana and Chinese characters
)
_PICTOGRAPHS = (
    "\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
)
_BEYOND = "\U00010000-\U0010ffff"  # the basic plane
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# Soft hyphen, non-joiner, word joiner, variation selectors, byte order mark.
_INVISIBLE = "\u00ad\u200c\u2060\ufe0e\ufe0f\ufeff"

_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_WORD = re.compile(r"\w+")
_CJK_RUN = re.compile(f"[{_CJK}]+")
_STRAY_JOINER = re.compile(f"(?<![{_PICTOGRAPHS}])\u200d")


def tokenize(text, *, lowercase=True, tokenizer=None):
    """Cut a text into words.

    A word is a run of letters, digits and underscores of any script, of one character or more,
    with its combining marks. Chinese, Japanese and Korean are not cut into words but described
    by their characters and pairs of neighboring characters, which needs no dictionary. An emoji is
    a word, with its skin tone and whatever is joined to it. All else separates words.

    Parameters
    ----------
    text : str
        Any string. Composed and decomposed accents are the same (the text is brought to the NFC
        form [1]_). Joiners, soft hyphens, byte order marks and other characters without width are
        removed; a zero-width space separates words, and so do lone surrogates.
    lowercase : bool, default=True
        Whether to bring the text to lower case first.
    tokenizer : {"jieba"}, default=None
        ``"jieba"`` cuts Chinese into words by the dictionary of jieba [2]_ (extra ``chinese``). It
        knows no words of Japanese and Korean but those of Chinese characters, and gives the other
        characters one by one. All else is cut as without it.

    Returns
    -------
    words : list of str
        The words in their order; at each place of a Chinese, Japanese or Korean run the character,
        then the pair that begins there, unless jieba has cut it.

    Raises
    ------
    ImportError
        If jieba is asked for and not installed.

    See Also
    --------
    BagOfWordsVectorizer : Count words.

    Notes
    -----
    The vectorizers take the same ``tokenizer="jieba"``, or any function that turns a str into a
    list of words, such as ``jieba.lcut`` with words added to its dictionary; define it in a module,
    so that it can be pickled.

    References
    ----------
    .. [1] Unicode Standard Annex 15, "Unicode Normalization Forms".
    .. [2] S. Junyi, "jieba: Chinese text segmentation", https://github.com/fxsjy/jieba.

    Examples
    --------
    >>> from skmm.text import tokenize
    >>> tokenize("A fish, 2 chips")
    ['a', 'fish', '2', 'chips']
    >>> tokenize("東京都 Tokyo")
    ['東', '東京', '京', '京都', '都', 'tokyo']
    """
    return choose_splitter(tokenizer)(text.lower() if lowercase else text)


def choose_splitter(tokenizer):
    """Return the function from a str to its words that a parameter `tokenizer` stands for."""
    if tokenizer == "jieba":
        load_jieba()
        return _split_words_by_jieba
    return split_words if tokenizer is None else partial(_split_and_check, tokenizer)


def split_words(text, cut_run=None):
    """Cut a text into words as :func:`tokenize` does, and leave its case alone.

    Parameters
    ----------
    text : str
    cut_run : callable, default=None
        Turns a run of Chinese, Japanese or Korean into words; None for characters and pairs.

    Returns
    -------
    words : list of str
    """
    if text.isascii():  # the same words, many times as fast, and so below
        return _ASCII_WORD.findall(text)
    text = unicodedata.normalize("NFC", text)
    if not _unusual_characters().search(text):
        return _WORD.findall(text)
    for character in _INVISIBLE:
        text = text.replace(character, "")
    text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text))
    words = _word_pattern().findall(text)
    if not _CJK_RUN.search(text):
        return words
    cut_run = cut_run or _characters_and_pairs
    pieces = (cut_run(word) if _CJK_RUN.match(word) else [word] for word in words)
    return list(chain.from_iterable(pieces))


def _split_words_by_jieba(text):
    """Cut a text into words, and Chinese by its dictionary."""
    return split_words(text, cut_by_jieba)


def _split_and_check(tokenizer, text):
    words = tokenizer(text)
    if isinstance(words, str):
        raise TypeError(
            f"tokenizer={tokenizer!r} gives a str, whose characters would be taken for words; let "
            "it give a list of words"
        )
    return check_words(list(words))


def check_words(words):
    """Return words as a list.

    Parameters
    ----------
    words : list or tuple of str

    Returns
    -------
    words : list of str
        The same list, if it is one.

    Raises
    ------
    ModalityError
        If something in it is no str.
    """
    try:
        "".join(words)  # takes nothing but strings, and less time than a look at each
    except TypeError:
        word = next(word for word in words if not isinstance(word, str))
        raise ModalityError(
            f"the list of words holds {word!r} of type {type(word).__name__}, where a str is "
            "expected; convert it with str()"
        ) from None
    return words if isinstance(words, list) else list(words)


def _characters_and_pairs(run):
    pieces = ((character, run[start : start + 2]) for start, character in enumerate(run))
    return list(chain.from_iterable(pieces))[:-1]  # the last character begins no pair


@cache
def _unusual_characters():
    """Without one of these, words are runs of letters and digits."""
    unusual = f"{_CJK}{_PICTOGRAPHS}{_combining_marks()}{_INVISIBLE}\u200d"
    # Python has a table for the basic plane, and tries range after range beyond it: one is enough.
    return re.compile(f"[{re.sub(f'[{_BEYOND}](-.)?', '', unusual)}{_BEYOND}]")


@cache
def _word_pattern():
    letter = rf"[^\W{_CJK}]"
    styled = f"[{_PICTOGRAPHS}][{_SKIN_TONES}]?"
    emoji = rf"[0-9#*]\u20e3|[{_FLAG_LETTERS}]{{2}}|{styled}(?:\u200d{styled})*"
    return re.compile(f"{emoji}|{letter}+(?:[{_combining_marks()}]+{letter}*)*|[{_CJK}]+")


@cache
def _combining_marks():
    # Python's \w leaves them out, and would cut the words of Hindi at their vowels.
    characters = map(chr, range(0x300, 0x20000))
    return "".join(c for c in characters if unicodedata.category(c).startswith("M"))
