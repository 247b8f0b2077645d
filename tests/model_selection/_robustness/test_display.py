"""The picture of scores on damaged data."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

from skmm.datasets import make_multimodal_classification
from skmm.fusion import LateFusionClassifier
from skmm.model_selection import (
    RobustnessCurveDisplay,
    missing_modality_curve,
    noise_curve,
)

LEVELS = [0, 0.5, 1]
SCORES = {name: np.random.default_rng(k).uniform(size=(3, 4)) for k, name in enumerate(["a", "b"])}


@pytest.fixture(autouse=True)
def offscreen():
    mpl.use("Agg")
    yield
    pyplot.close("all")


def test_lines_are_means_and_bands_a_standard_deviation():
    display = RobustnessCurveDisplay(levels=LEVELS, scores=SCORES).plot()
    for name, scores in SCORES.items():
        mean, deviation = scores.mean(axis=1), scores.std(axis=1)
        assert_allclose(display.lines_[name].get_xydata(), np.column_stack([LEVELS, mean]))
        corners = display.bands_[name].get_paths()[0].vertices[:, 1]
        for end in (mean - deviation, mean + deviation):
            assert all(np.isclose(corners, value).any() for value in end)


def test_the_baseline_and_chance_look_different():
    display = RobustnessCurveDisplay(
        levels=LEVELS, scores=SCORES, baseline="b", chance_level=0.25
    ).plot()
    assert [line.get_linestyle() for line in display.lines_.values()] == ["-", "--"]
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["a", "b (baseline)", "chance"]
    assert_allclose(display.ax_.lines[-1].get_ydata(), 0.25)


def test_axes_say_what_they_show():
    display = RobustnessCurveDisplay(
        levels=LEVELS, scores=SCORES, score_name="accuracy", level_name="noise"
    ).plot()
    assert display.ax_.get_xlabel() == "noise"
    assert display.ax_.get_ylabel() == "accuracy"


def test_a_given_axes_is_drawn_into():
    figure, ax = pyplot.subplots()
    display = RobustnessCurveDisplay(levels=LEVELS, scores=SCORES)
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is figure


@pytest.fixture(scope="module")
def fitted():
    X, y = make_multimodal_classification(90, modalities={"a": 6, "b": 5}, random_state=0)
    members = [(name, LogisticRegression()) for name in "ab"]
    return LateFusionClassifier(members, rule="mean").fit(X, y), X, y


@pytest.mark.parametrize(
    ("damage", "make"), [("missing", missing_modality_curve), ("noise", noise_curve)]
)
def test_models_can_be_drawn_at_once(fitted, damage, make):
    options = {"n_repeats": 2, "random_state": 0}
    display = RobustnessCurveDisplay.from_estimator(
        *fitted, damage=damage, chance_level=0.3, **options
    )
    curve = make(*fitted, **options)
    assert_allclose(display.scores["LateFusionClassifier"].ravel(), curve.scores.iloc[:, 0])
    assert_allclose(display.levels, curve.levels)
    assert display.level_name == curve.level_name
    assert display.score_name == "accuracy"
    assert display.chance_level == 0.3


def test_another_damage_is_refused(fitted):
    with pytest.raises(ValueError, match="The 'damage' parameter"):
        RobustnessCurveDisplay.from_estimator(*fitted, damage="rain")
