"""Names beside points."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.text import Annotation
from numpy.testing import assert_allclose

from skmm.model_selection._comparison.labels import _PLACES, _find_places, _write, label_points


@pytest.fixture
def ax():
    mpl.use("Agg")
    yield pyplot.subplots()[1]
    pyplot.close("all")


def test_labels_of_points_that_lie_close_do_not_overlap(ax):
    x, y = np.array([1, 1.02, 1.04, 1.5, 2]), np.array([1, 1.01, 0.99, 1.5, 2])
    ax.plot(x, y, "o")
    labels = label_points(ax, x, y, ["early", "late", "deep", "image", "audio"])
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_labels_stay_inside_the_axes(ax):
    ax.plot([0, 1], [0, 1], "o")
    ax.set_xlim(0, 1)
    label = label_points(ax, [1], [0.5], ["a long name"])[0]
    assert label.get_window_extent().x1 < ax.bbox.x1


def test_a_label_names_its_point(ax):
    ax.plot([0, 1], [0, 1], "o")
    labels = label_points(ax, [0, 1], [0, 1], ["a", "b"])
    assert [(label.get_text(), label.xy) for label in labels] == [("a", (0, 0)), ("b", (1, 1))]


def test_a_label_is_nearer_to_its_own_point_than_to_another(ax):
    x, y = (
        np.array([1.0, 1.16]),
        np.array([1.0, 1.0]),
    )  # the name of the second would reach the first
    ax.plot([*x, 2], [*y, 2], "o")
    ax.set_xlim(0.9, 1.2)
    labels = label_points(ax, x, y, ["image", "a long name of a model"])
    points = ax.transData.transform(np.column_stack([x, y]))
    for row, label in enumerate(labels):
        box = label.get_window_extent()
        gaps = [
            np.hypot(max(box.x0 - a, a - box.x1, 0), max(box.y0 - b, b - box.y1, 0))
            for a, b in points
        ]
        assert np.argmin(gaps) == row


def test_where_points_hide_each_other_lines_lead_to_them(ax):
    ax.plot([0, 1, 1.001, 2], [0, 1, 1, 2], "o")
    label_points(ax, [1, 1.001], [1, 1], ["early", "late"])
    leaders = [text for text in ax.texts if text.arrow_patch is not None]
    assert [leader.xy for leader in leaders] == [(1, 1), (1.001, 1)]


def test_labels_rather_leave_error_bars_free(ax):
    x, y, names = [1, 1.1], [1, 0.7], ["early, logistic regression", "late"]
    ax.plot([0, *x, 2], [0, *y, 2], "o")
    free = label_points(ax, x, y, names)[0].get_window_extent()
    kept = label_points(ax, x, y, names, bars=[0.0, 0.5])[0].get_window_extent()
    bar = ax.transData.transform([1.1, 0.7])[0]
    assert free.x0 < bar < free.x1
    assert not kept.x0 < bar < kept.x1


@pytest.mark.parametrize("name", ["early, gy", "two\nlines", r"$\alpha_2$"])
def test_places_are_where_matplotlib_puts_the_label(ax, name):
    ax.figure.set_dpi(133)
    ax.figure.draw_without_rendering()
    label = _write(ax, name, (0.3, 0.6))
    for place, box in zip(_PLACES, _find_places(label), strict=True):
        label.set(position=place[0], horizontalalignment=place[1], verticalalignment=place[2])
        assert_allclose(box, label.get_window_extent().extents, atol=1e-9)


def test_a_name_is_measured_once(ax, monkeypatch):
    n_measured = []
    measure = Annotation.get_window_extent
    monkeypatch.setattr(
        Annotation,
        "get_window_extent",
        lambda self, *args: n_measured.append(self) or measure(self, *args),
    )
    x = np.linspace(0, 1, 6)
    label_points(ax, x, x, list("abcdef"))
    assert len(n_measured) == 6
