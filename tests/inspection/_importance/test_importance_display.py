"""Pictures of importances and shares."""

import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.inspection import (
    ModalityImportance,
    ModalityImportanceDisplay,
    SampleContributions,
    modality_importance,
    sample_contributions,
)
from tests.inspection.conftest import SHAPES

pytestmark = pytest.mark.usefixtures("offscreen")


@pytest.fixture
def importance():
    return ModalityImportance(
        ["image", "text"], np.array([[0.3], [-0.1]]), np.array([[0.2, 0.4], [-0.3, 0.1]]), {}, "r2"
    )


@pytest.fixture
def contributions():
    values = pd.DataFrame({"image": [0.1, 0.6, 0.0], "text": [0.3, -0.2, 0.0]})
    return SampleContributions(values, values.sum(axis=1), pd.Series(np.zeros(3)))


def test_every_modality_has_a_bar_in_its_order(importance):
    ax = ModalityImportanceDisplay.from_importance(importance).ax_
    assert [label.get_text() for label in ax.get_yticklabels()] == ["image", "text"]
    assert_allclose([bar.get_width() for bar in ax.patches], [0.3, -0.1])
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first one is on top
    assert ax.get_xlabel() == "importance (r2)"


def test_intervals_are_drawn(importance):
    ax = ModalityImportanceDisplay.from_importance(importance).ax_
    segments = ax.containers[1].lines[2][0].get_segments()
    assert_allclose([segment[:, 0] for segment in segments], importance.interval)


def test_unknown_intervals_are_not_drawn():
    importance = ModalityImportance(["a"], np.array([[1.0]]), np.full((1, 2), np.nan), {}, "r2")
    assert len(ModalityImportanceDisplay.from_importance(importance).ax_.containers) == 1


def test_samples_are_columns_cut_into_shares(contributions):
    ax = ModalityImportanceDisplay.from_contributions(contributions).ax_
    image, text = ([bar.get_height() for bar in bars] for bars in ax.containers)
    assert_allclose(image, [0.75, 0.25, 0])  # the largest share first
    assert_allclose(text, [0.25, 0.75, 0])
    assert_allclose([bar.get_y() for bar in ax.containers[1]], image)
    labels = [label.get_text() for label in ax.get_legend().get_texts()]
    assert labels == ["text, mean 0.33", "image, mean 0.33"]


def test_it_is_made_from_an_estimator(late, samples):
    X, y = samples
    bars = ModalityImportanceDisplay.from_estimator(late, X, y, random_state=0)
    found = modality_importance(late, X, y, random_state=0)
    assert_allclose(bars.importances, found.importances_mean)
    assert_allclose(bars.interval, found.interval)
    shares = ModalityImportanceDisplay.from_estimator(late, X, kind="shares", target=1)
    assert list(shares.shares) == list(SHAPES)
    assert_allclose(shares.shares, sample_contributions(late, X, target=1).shares)


def test_an_unknown_kind_is_refused(late, samples):
    with pytest.raises(
        ValueError, match='kind=\'pie\' is unknown; choose "importance" or "shares"'
    ):
        ModalityImportanceDisplay.from_estimator(late, *samples, kind="pie")


def test_a_given_axes_is_drawn_into(importance, contributions):
    figure, ax = pyplot.subplots()
    display = ModalityImportanceDisplay.from_importance(importance, ax=ax)
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert ModalityImportanceDisplay.from_contributions(contributions, ax=ax).ax_ is ax


def test_without_matplotlib_the_extra_is_named(importance, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting importances needs matplotlib.*skmm\[plots\]"):
        ModalityImportanceDisplay.from_importance(importance)
