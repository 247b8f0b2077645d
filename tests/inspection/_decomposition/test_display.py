"""The picture of a decomposition."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.inspection import InformationDecompositionDisplay, information_decomposition
from tests.information_tasks import make_mix


@pytest.fixture(autouse=True)
def offscreen():
    mpl.use("Agg")
    yield
    pyplot.close("all")


@pytest.fixture
def table():
    columns = ["redundancy", "unique_first", "unique_second", "synergy", "interaction", "total"]
    index = pd.MultiIndex.from_tuples([("image", "audio"), ("image", "text")])
    values = [[0.3, 0.2, 0.1, 0.4, 0.15, 1.0], [0.5, -0.01, 0.0, 0.1, -0.02, 0.59]]
    return pd.DataFrame(values, index, columns).assign(fusion=["concat", "late"])


def test_bars_stand_one_after_the_other(table):
    bars = InformationDecompositionDisplay(table=table).plot().bars_
    widths = np.array([[bar.get_width() for bar in part] for part in bars.values()])
    starts = np.array([[bar.get_x() for bar in part] for part in bars.values()])
    assert_allclose(widths[:, 0], [0.3, 0.2, 0.1, 0.25, 0.15])
    assert_allclose(widths[:, 1], [0.5, 0, 0, 0.1, 0])  # below 0 is chance
    assert_allclose(starts[1:], widths.cumsum(axis=0)[:-1])


def test_pairs_are_named_from_above(table):
    ax = InformationDecompositionDisplay(table=table).plot().ax_
    assert [label.get_text() for label in ax.get_yticklabels()] == ["image + audio", "image + text"]
    bottom, top = ax.get_ylim()
    assert bottom > top


def test_intervals_and_what_there_is_to_tell_are_drawn_if_known(table):
    bare = InformationDecompositionDisplay(table=table).plot().ax_
    assert not bare.lines
    display = InformationDecompositionDisplay(
        table=table, total_error=[0.1, 0.2], target_entropy=1.5
    ).plot()
    segments = display.ax_.collections[0].get_segments()
    assert_allclose([np.ptp(segment[:, 0]) for segment in segments], [0.2, 0.4])
    assert_allclose(segments[0][:, 0].mean(), 1.0)
    line = next(line for line in display.ax_.lines if line.get_label() == "all there is to tell")
    assert_allclose(line.get_xdata(), 1.5)


def test_a_given_axes_is_drawn_into(table):
    figure, ax = pyplot.subplots()
    display = InformationDecompositionDisplay(table=table)
    assert display.plot(ax=ax) is display
    assert display.ax_ is ax
    assert display.figure_ is figure


def test_data_can_be_drawn_at_once():
    X, y = make_mix("redundant", n_samples=100, width=8)
    options = {"n_draws": 3, "random_state": 0, "n_cells": 3}
    display = InformationDecompositionDisplay.from_data(X, y, **options)
    expected = information_decomposition(X, y, **options)
    pd.testing.assert_frame_equal(display.table, expected.table)
    assert display.target_entropy == expected.target_entropy
    assert_allclose(display.total_error, 1.96 * expected.standard_errors["total"])
