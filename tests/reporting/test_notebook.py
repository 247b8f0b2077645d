"""Frames in a notebook, as IPython itself shows them."""

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from skmm import make_frame
from skmm.datasets import make_keypad_digits
from skmm.reporting import preview


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "skmm")
    return shell


def shown(shell, value):
    return shell.display_formatter.format(value)[0].get("text/html")


def test_frames_of_samples_are_shown_as_previews_until_the_extension_is_unloaded(shell):
    X, _ = make_keypad_digits(8, random_state=0)
    assert shown(shell, X) == preview(X).html
    assert shown(shell, X.loc[:, ["image"]]).count("<img") == 5
    shell.run_line_magic("unload_ext", "skmm")
    assert shown(shell, X) == X._repr_html_()


@pytest.mark.parametrize(
    "cells",
    [[np.zeros((4, 4, 3)), None], [None, np.zeros((4, 4, 3))]],
    ids=["first", "after a gap"],
)
def test_arrays_in_cells_are_samples(shell, cells):
    column = pd.Series(cells, dtype=object)
    assert "<img" in shown(shell, pd.DataFrame({"image": column, "n": [1, 2]}))


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"a": [1.5, 2.0], "b": [True, False]}),
        pd.DataFrame({"text": ["words", None], "more": [[1, 2], {"a": 1}]}),
        pd.DataFrame({"nothing": [None, None]}, dtype=object),
        pd.DataFrame(),
        pd.DataFrame({"tags": [np.array(["a", "b"], dtype=object), np.array(["c"], dtype=object)]}),
        pd.DataFrame({"embedding": [np.zeros(3), np.ones(3)]}),
    ],
    ids=["numbers", "texts", "nothing", "empty", "lists of a file", "embeddings"],
)
def test_other_tables_stay_as_pandas_shows_them(shell, X):
    assert shown(shell, X) == X._repr_html_()


def test_what_pandas_was_told_not_to_show_as_html_is_not(shell):
    X, _ = make_keypad_digits(2, random_state=0)
    with pd.option_context("display.notebook_repr_html", False):
        assert shown(shell, X) is None


def test_a_file_that_is_gone_is_named_above_the_table_of_pandas(shell):
    X = make_frame(image=["there/is/none.png"], text=["a"])
    html = shown(shell, X)
    assert "modality &#x27;image&#x27;, row 0" in html
    assert html.endswith(X._repr_html_())


def test_a_table_that_is_no_frame_is_shown_all_the_same(shell):
    picture = np.zeros((4, 4, 3))
    X = pd.DataFrame([[picture, picture]], columns=["a", "a"])
    html = shown(shell, X)
    assert "several columns named" in html
    assert html.endswith(X._repr_html_())


@pytest.mark.parametrize(("most", "previewed"), [(2, False), (3, True), (0, True), (None, True)])
def test_frames_of_more_columns_than_pandas_shows_are_left_to_it(shell, most, previewed):
    X, _ = make_keypad_digits(2, random_state=0)
    X = X[["image"]].assign(m=1, n=2)
    with pd.option_context("display.max_columns", most):
        assert ("<img" in shown(shell, X)) == previewed
        assert previewed or shown(shell, X) == X._repr_html_()


def test_a_formatter_of_the_user_shows_other_tables_and_comes_back(shell):
    formatter = shell.display_formatter.formatters["text/html"]
    shell.run_line_magic("unload_ext", "skmm")
    formatter.for_type(pd.DataFrame, lambda X: "<b>mine</b>")
    shell.run_line_magic("load_ext", "skmm")
    X, _ = make_keypad_digits(2, random_state=0)
    assert shown(shell, X) == preview(X).html
    assert shown(shell, pd.DataFrame({"n": [1]})) == "<b>mine</b>"
    shell.run_line_magic("reload_ext", "skmm")
    shell.run_line_magic("unload_ext", "skmm")
    assert shown(shell, X) == "<b>mine</b>"


def test_a_formatter_that_was_set_since_stays(shell):
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(pd.DataFrame, lambda X: "<b>mine</b>")
    shell.run_line_magic("unload_ext", "skmm")
    assert shown(shell, pd.DataFrame({"n": [1]})) == "<b>mine</b>"
