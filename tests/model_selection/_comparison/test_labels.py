"""Names beside points."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot

from skmm.model_selection._comparison.labels import label_points


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
