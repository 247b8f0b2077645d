"""Cut a text into words, in any script."""

import re
import unicodedata
from functools import cache
from itertools import chain

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
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
# Soft hyphen, non-joiner, word joiner, variation selectors, byte order mark.
_INVISIBLE = "\u00ad\u200c\u2060\ufe0e\ufe0f\ufeff"

_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_CJK_RUN = re.compile(f"[{_CJK}]+")
_STRAY_JOINER = re.compile(f"(?<![{_PICTOGRAPHS}])\u200d")


def tokenize(text, *, lowercase=True):
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

    Returns
    -------
    words : list of str
        The words in their order; at each place of a Chinese, Japanese or Korean run the character,
        then the pair that begins there.

    See Also
    --------
    BagOfWordsVectorizer : Count words.

    Notes
    -----
    Where a dictionary is at hand, give the vectorizers the tokenizer that uses it: with the package
    jieba, ``BagOfWordsVectorizer(tokenizer=jieba.lcut)`` counts Chinese words. Any function that
    turns a str into a list of words will do; define it in a module, so that it can be pickled.

    References
    ----------
    .. [1] Unicode Standard Annex 15, "Unicode Normalization Forms".

    Examples
    --------
    >>> from skmm.text import tokenize
    >>> tokenize("A fish, 2 chips")
    ['a', 'fish', '2', 'chips']
    >>> tokenize("東京都 Tokyo")
    ['東', '東京', '京', '京都', '都', 'tokyo']
    """
    return split_words(text.lower() if lowercase else text)


def split_words(text):
    """Cut a text into words as :func:`tokenize` does, and leave its case alone."""
    if text.isascii():  # the same words, four times as fast
        return _ASCII_WORD.findall(text)
    for character in _INVISIBLE:
        text = text.replace(character, "")
    text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text))
    words = _word_pattern().findall(text)
    if not _CJK_RUN.search(text):
        return words
    pieces = (_characters_and_pairs(word) if _CJK_RUN.match(word) else [word] for word in words)
    return list(chain.from_iterable(pieces))


def _characters_and_pairs(run):
    pieces = []
    for start, character in enumerate(run):
        pieces.append(character)
        if start + 1 < len(run):
            pieces.append(run[start : start + 2])
    return pieces


@cache
def _word_pattern():
    letter = rf"[^\W{_CJK}]"
    styled = f"[{_PICTOGRAPHS}][{_SKIN_TONES}]?"
    emoji = rf"[0-9#*]\u20e3|[{_FLAG_LETTERS}]{{2}}|{styled}(?:\u200d{styled})*"
    return re.compile(f"{emoji}|{letter}+(?:[{_combining_marks()}]+{letter}*)*|[{_CJK}]+")


def _combining_marks():
    # Python's \w leaves them out, and would cut the words of Hindi at their vowels.
    characters = map(chr, range(0x300, 0x20000))
    return "".join(c for c in characters if unicodedata.category(c).startswith("M"))
