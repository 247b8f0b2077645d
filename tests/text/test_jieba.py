import os
import subprocess
import sys

import jieba
import pytest

from skmm.text import BagOfWordsVectorizer, tokenize
from skmm.text._jieba import cut_by_jieba, load_jieba

RUNS = [
    "我来到北京清华大学",
    "他来到了网易杭研大厦",  # a word that is in no dictionary
    "小明硕士毕业于中国科学院计算所后在日本京都大学深造",
    "東京都に行く",
    "서울",
    "龘靐齉",
    "中" * 300,
]


@pytest.mark.parametrize("run", RUNS)
def test_words_are_those_of_jieba(run, oracle):
    assert cut_by_jieba(run) == oracle.lcut(run)
    assert tokenize(run, tokenizer="jieba") == oracle.lcut(run)


def test_a_run_of_a_hundred_thousand_characters_is_cut_in_pieces():
    assert "".join(cut_by_jieba("龘靐" * 50_000)) == "龘靐" * 50_000


def test_the_dictionary_is_read_once():
    assert load_jieba() is load_jieba()


def test_words_added_to_what_others_share_do_not_count(monkeypatch, tmp_path):
    run, shared = RUNS[0], jieba.Tokenizer()
    shared.tmp_dir = str(tmp_path)
    monkeypatch.setattr(jieba, "dt", shared)
    shared.add_word(run)
    assert shared.lcut(run) == [run]
    assert cut_by_jieba(run) == ["我", "来到", "北京", "清华大学"]


CODE = """
import warnings, logging
from skmm.text import tokenize
before = list(warnings.filters), logging.root.handlers, logging.root.level
assert tokenize("我来到北京", tokenizer="jieba") == ["我", "来到", "北京"]
assert (warnings.filters, logging.root.handlers, logging.root.level) == before
"""


def run_python(code, folder, **environment):
    """Run code where warnings are errors, jieba is compiled anew, and `folder` comes first."""
    cache = folder / "compiled"
    cache.mkdir()
    environment |= {"PYTHONPATH": str(folder), "PYTHONPYCACHEPREFIX": str(cache)}
    # Only what comes from jieba is of interest; numba, say, cannot be compiled without a warning.
    flags = ["-W", "error::SyntaxWarning", "-W", "error:invalid escape", "-W", "error::UserWarning"]
    command = [sys.executable, *flags, "-c", code]
    environment = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_nothing_is_written_logged_or_warned_of(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "pkg_resources.py").write_text(  # as it was until setuptools 81
        "import pathlib, sys, warnings\n"
        "warnings.warn('pkg_resources is deprecated as an API', UserWarning)\n"
        "def resource_stream(module, name):\n"
        "    return open(pathlib.Path(sys.modules[module].__file__).with_name(name), 'rb')\n"
    )
    done = run_python(CODE, tmp_path, TMPDIR=str(temporary))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(temporary.iterdir()) == []


def test_without_jieba_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jieba", None)  # which makes importing it fail
    load_jieba.cache_clear()
    message = r"tokenizer='jieba' needs jieba: pip install 'skmm\[chinese\]'"
    with pytest.raises(ImportError, match=message):
        tokenize("red fish", tokenizer="jieba")
    with pytest.raises(ImportError, match=message):
        BagOfWordsVectorizer(tokenizer="jieba").fit(["red fish"])
