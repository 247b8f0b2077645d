"""The pictures of a comparison."""

import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.model_selection import FusionComparisonDisplay

NAMES = ["image", "audio", "early", "late"]


@pytest.fixture(autouse=True)
def offscreen():
    mpl.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture
def display():
    values = np.random.default_rng(0).uniform(0.5, 0.9, size=(5, 4))
    scores = pd.DataFrame(values, columns=NAMES)
    table = pd.DataFrame(
        {
            "kind": ["single modality", "best single modality", "fusion", "fusion"],
            "mean_score": scores.mean(),
            "std_score": scores.std(),
            "fit_time": [0.1, 0.2, 0.4, 3.0],
        },
        index=NAMES,
    )
    return FusionComparisonDisplay(table=table, scores=scores, score_name="accuracy")


def test_every_model_has_a_line_in_the_order_of_the_table(display):
    ax = display.plot().ax_
    assert [label.get_text() for label in ax.get_yticklabels()] == NAMES
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first one is on top


def test_every_fold_is_a_dot(display):
    ax = display.plot().ax_
    drawn = [dots.get_offsets()[:, 0] for dots in ax.collections if len(dots.get_offsets()) == 5]
    assert_allclose(np.transpose(drawn), display.scores)


def test_means_and_deviations_are_drawn(display):
    ax = display.plot().ax_
    means = [bar.lines[0].get_xdata()[0] for bar in ax.containers]
    ends = [bar.lines[2][0].get_segments()[0][:, 0] for bar in ax.containers]
    assert_allclose(means, display.table["mean_score"])
    assert_allclose(np.ptp(ends, axis=1), 2 * display.table["std_score"])


def test_scores_stand_over_the_time_of_a_fit(display):
    ax = display.plot(kind="cost").ax_
    drawn = np.array([np.ravel(bar.lines[0].get_xydata()) for bar in ax.containers])
    assert_allclose(drawn, display.table[["fit_time", "mean_score"]])
    ends = [bar.lines[2][0].get_segments()[0][:, 1] for bar in ax.containers]
    assert_allclose(np.ptp(ends, axis=1), 2 * display.table["std_score"])
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("seconds to fit", "accuracy")
    assert [text.get_text() for text in ax.texts] == NAMES


def test_the_line_joins_those_than_which_none_is_faster_and_as_good(display):
    display.table["mean_score"] = [0.6, 0.5, 0.8, 0.8]
    (line,) = [line for line in display.plot(kind="cost").ax_.lines if len(line.get_xdata()) == 2]
    assert_allclose(line.get_xydata(), [[0.1, 0.6], [0.4, 0.8]])


@pytest.mark.parametrize("kind", ["scores", "cost"])
def test_single_modalities_look_different(display, kind):
    ax = display.plot(kind=kind).ax_
    colors = [bar.lines[0].get_color() for bar in ax.containers]
    markers = [bar.lines[0].get_marker() for bar in ax.containers]
    assert len(set(colors)) == 3
    assert colors[2] == colors[3]
    assert markers == ["s", "s", "o", "o"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["single modality", "best single modality", "fusion"]


def test_the_axis_says_what_the_score_is(display):
    assert display.plot().ax_.get_xlabel() == "accuracy"


@pytest.mark.parametrize("kind", ["scores", "cost"])
def test_a_given_axes_is_drawn_into(display, kind):
    figure, ax = pyplot.subplots()
    assert display.plot(ax, kind=kind) is display
    assert display.ax_ is ax
    assert display.figure_ is figure


def test_a_comparison_without_single_modalities_can_be_drawn(display):
    display.table["kind"] = "fusion"
    assert len(display.plot().ax_.containers) == 4


def test_another_kind_of_picture_is_refused(display):
    with pytest.raises(ValueError, match=r"kind='pie'; expected one of \('scores', 'cost'\)"):
        display.plot(kind="pie")


def test_without_matplotlib_the_extra_is_named(display, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting a comparison needs matplotlib.*skmm\[plots\]"):
        display.plot()
