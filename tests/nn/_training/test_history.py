"""The picture of the losses shows the numbers of the history."""

import sys

import matplotlib
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from tests.nn.quick import quick

matplotlib.use("agg")
from matplotlib import pyplot


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


def test_the_curves_are_the_losses(toy):
    model = quick(early_stopping=True, max_epochs=5).fit(*toy)
    ax, history = model.plot_history(), model.history_
    training, validation = ax.lines[:2]
    assert_array_equal(training.get_xydata(), history[["epoch", "train_loss"]])
    assert_array_equal(validation.get_xydata(), history[["epoch", "valid_loss"]])
    best = history["valid_loss"].idxmin()
    assert_array_equal(ax.lines[3].get_xydata(), history.loc[[best], ["epoch", "valid_loss"]])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["training", "validation", f"best epoch: {best + 1}"]


def test_there_is_one_curve_without_validation(toy):
    assert len(quick().fit(*toy).plot_history().lines) == 1


def test_it_draws_where_it_is_told(toy):
    _, ax = pyplot.subplots()
    assert quick().fit(*toy).plot_history(ax) is ax


def test_there_is_no_picture_before_fit():
    with pytest.raises(NotFittedError):
        quick().plot_history()


def test_the_extra_is_named_where_matplotlib_is_missing(toy, monkeypatch):
    model = quick().fit(*toy)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plot_history needs matplotlib.*skmm\[plots\]"):
        model.plot_history()
