"""The picture of a comparison."""

import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.model_selection import FusionComparison

NAMES = ["image", "audio", "early", "late"]


@pytest.fixture(autouse=True)
def offscreen():
    mpl.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture
def comparison():
    values = np.random.default_rng(0).uniform(0.5, 0.9, size=(5, 4))
    scores = pd.DataFrame(values, columns=NAMES)
    table = pd.DataFrame(
        {
            "kind": ["single modality", "best single modality", "fusion", "fusion"],
            "mean_score": scores.mean(),
            "std_score": scores.std(),
        },
        index=NAMES,
    )
    return FusionComparison(table, scores, score_name="accuracy")


def test_every_model_has_a_line_in_the_order_of_the_table(comparison):
    ax = comparison.plot().ax_
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == NAMES
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first one is on top


def test_every_fold_is_a_dot(comparison):
    ax = comparison.plot().ax_
    drawn = [dots.get_offsets()[:, 0] for dots in ax.collections if len(dots.get_offsets()) == 5]
    assert_allclose(np.transpose(drawn), comparison.scores)


def test_means_and_deviations_are_drawn(comparison):
    ax = comparison.plot().ax_
    means = [bar.lines[0].get_xdata()[0] for bar in ax.containers]
    ends = [bar.lines[2][0].get_segments()[0][:, 0] for bar in ax.containers]
    table = comparison.table
    assert_allclose(means, table["mean_score"])
    assert_allclose(np.ptp(ends, axis=1), 2 * table["std_score"])


def test_single_modalities_look_different(comparison):
    ax = comparison.plot().ax_
    colors = [bar.lines[0].get_color() for bar in ax.containers]
    markers = [bar.lines[0].get_marker() for bar in ax.containers]
    assert len(set(colors)) == 3
    assert colors[2] == colors[3]
    assert markers == ["s", "s", "o", "o"]


def test_the_axis_says_what_the_score_is(comparison):
    assert comparison.plot().ax_.get_xlabel() == "accuracy"


def test_a_given_axes_is_drawn_into(comparison):
    figure, ax = pyplot.subplots()
    assert comparison.plot(ax=ax) is comparison
    assert comparison.ax_ is ax
    assert comparison.figure_ is figure


def test_a_comparison_without_single_modalities_can_be_drawn(comparison):
    comparison.table["kind"] = "fusion"
    assert len(comparison.plot().ax_.containers) == 4


def test_without_matplotlib_the_extra_is_named(comparison, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting a comparison needs matplotlib.*skmm\[plots\]"):
        comparison.plot()
