"""Cut Chinese into words by the dictionary of jieba, an optional package."""

import warnings
from functools import cache
from itertools import chain
from threading import Lock

from skmm._optional import import_optional

# What is in no dictionary takes jieba a time that grows with the square of its length. No sentence
# is as long as this.
_LONGEST = 1000  # characters
_LOADING = Lock()  # the filters of warnings belong to the process


def cut_by_jieba(run):
    """Cut a run of Chinese characters into words.

    Parameters
    ----------
    run : str
        Without spaces and punctuation, which jieba would take for words.

    Returns
    -------
    words : list of str
    """
    pieces = (run[start : start + _LONGEST] for start in range(0, len(run), _LONGEST))
    return list(chain.from_iterable(map(load_jieba().cut, pieces)))


@cache
def load_jieba():
    """Make a tokenizer of jieba that knows its dictionary.

    Another one than all of a process share: that would write to stderr and to the folder of
    temporary files, and know the words that were added to it in one process and not in another.

    Returns
    -------
    tokenizer : jieba.Tokenizer

    Raises
    ------
    ImportError
        If jieba is not installed.
    """
    with _LOADING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # escapes in its strings, and pkg_resources
        jieba = import_optional("jieba", extra="chinese", purpose="tokenizer='jieba'")
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        return tokenizer
