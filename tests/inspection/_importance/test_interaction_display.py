"""A picture of interactions."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.inspection import (
    ModalityInteractionDisplay,
    ModalityInteractions,
    modality_interactions,
)

pytestmark = pytest.mark.usefixtures("offscreen")


@pytest.fixture
def interactions():
    values = np.array([[0.5], [-0.25], [0.0]])
    interval = values + [[-0.1, 0.1], [-0.3, 0.3], [-0.1, 0.1]]
    return ModalityInteractions(["a", "b", "c"], values, interval, {}, "accuracy")


def test_every_pair_is_drawn_once_with_its_value(interactions):
    ax = ModalityInteractionDisplay.from_interactions(interactions).ax_
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(0, 0): "0.50*", (0, 1): "-0.25", (1, 1): "0.00"}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "c"]


def test_colors_are_the_same_on_both_sides_of_zero(interactions):
    (image,) = ModalityInteractionDisplay.from_interactions(interactions).ax_.images
    assert image.get_clim() == (-0.5, 0.5)
    assert_allclose(image.get_array(), [[0.5, np.nan], [-0.25, 0.0]])


def test_the_color_bar_says_what_it_is(interactions):
    figure = ModalityInteractionDisplay.from_interactions(interactions).figure_
    assert figure.axes[1].get_ylabel() == "interaction (accuracy)"


def test_without_intervals_there_are_no_stars(interactions):
    display = ModalityInteractionDisplay(matrix=interactions.matrix).plot()
    assert not any("*" in text.get_text() for text in display.ax_.texts)


def test_no_interaction_at_all_can_be_drawn():
    nothing = ModalityInteractions(["a", "b"], np.array([[0.0]]), np.zeros((1, 2)), {}, "r2")
    assert ModalityInteractionDisplay.from_interactions(nothing).ax_.texts[0].get_text() == "0.00"


def test_it_is_made_from_an_estimator(late, samples):
    figure, ax = pyplot.subplots()
    display = ModalityInteractionDisplay.from_estimator(late, *samples, ax=ax, random_state=0)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert_allclose(display.matrix, modality_interactions(late, *samples, random_state=0).matrix)


def test_without_matplotlib_the_extra_is_named(interactions, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting interactions needs matplotlib.*skmm\[plots\]"):
        ModalityInteractionDisplay.from_interactions(interactions)
