"""The worst mistakes are shown, with what each modality says alone."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from numpy.testing import assert_array_equal
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from skmm import ModalityError
from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.frame import drop_modalities, make_frame
from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.inspection import SampleGridDisplay
from tests.inspection.early import make_early


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def data():
    X, y = make_multimodal_classification(120, modalities={"a": 6, "b": 4}, random_state=0)
    return X, np.array(["cat", "dog"])[y % 2]


@pytest.fixture(scope="module")
def late(data):
    members = [(m, LogisticRegression()) for m in ("a", "b")]
    return LateFusionClassifier(members, rule="mean").fit(*data)


def test_the_worst_mistakes_come_first(late, data):
    X, y = data
    display = SampleGridDisplay.from_estimator(late, X, y, rows=5)
    true = late.predict_proba(X)[np.arange(120), (y == "dog").astype(int)]
    assert list(display.samples.index) == list(X.index[np.argsort(true)[:5]])
    assert_array_equal(display.predicted, late.predict(display.samples))
    assert_array_equal(display.actual, y[np.argsort(true)[:5]])


def test_numbers_far_from_the_prediction_come_first():
    X, y = make_multimodal_regression(80, modalities={"a": 6, "b": 4}, random_state=0)
    model = LateFusionRegressor([(m, Ridge()) for m in X]).fit(X, y)
    display = SampleGridDisplay.from_estimator(model, X, y, rows=3)
    expected = np.argsort(-np.abs(model.predict(X) - y))[:3]
    assert list(display.samples.index) == list(expected)
    assert {text.get_color() for ax in display.figure_.axes for text in ax.texts} == {"black"}


def test_votes_are_what_the_members_say(late, data):
    X, y = data
    X = drop_modalities(X, rate=0.4, random_state=0)
    display = SampleGridDisplay.from_estimator(late, X, y, rows=20)
    for name in ("a", "b"):
        here = display.samples[name].notna().to_numpy()
        alone = late.named_estimators_[name].predict(display.samples[name][here].array.tensor)
        assert_array_equal(display.votes[name][here], alone)
        assert display.votes[name][~here].isna().all()


def test_without_y_the_first_rows_are_shown(late, data):
    display = SampleGridDisplay.from_estimator(late, data[0], rows=4)
    assert list(display.samples.index) == [0, 1, 2, 3]
    assert display.actual is None


def test_chosen_rows_are_shown_in_their_order(late, data):
    display = SampleGridDisplay.from_estimator(late, *data, rows=[7, -1, 3])
    assert list(display.samples.index) == [7, 119, 3]


def test_a_class_that_was_never_seen_is_the_worst_mistake(late, data):
    X, y = data
    y = y.astype(object)
    y[50] = "bird"
    display = SampleGridDisplay.from_estimator(late, X, y, rows=1)
    assert list(display.actual) == ["bird"]


def test_a_model_that_takes_no_null_cells_has_no_votes(data):
    X, y = data
    model = make_early(MultimodalFusion([(m, "passthrough") for m in X])).fit(X, y)
    assert SampleGridDisplay.from_estimator(model, X, y).votes is None
    with pytest.raises(ModalityError, match="missing"):
        SampleGridDisplay.from_estimator(model, X, y, votes=True)
    assert SampleGridDisplay.from_estimator(model, X, y, votes=False).votes is None


def test_the_grid_has_an_axis_per_cell_and_says_what_is_right(late, data):
    X, y = data
    display = SampleGridDisplay.from_estimator(late, X, y, rows=2)
    assert display.axes_.shape == (2, 2)
    assert display.axes_[0, 1].get_title(loc="left").strip() == "b"
    vote = display.votes["a"].iloc[1]
    assert display.axes_[1, 0].get_title(loc="right") == f"→ {vote}"
    label = display.figure_.axes[1].texts[0]
    assert label.get_text() == (
        f"row {display.samples.index[0]}\npredicted: {display.predicted.iloc[0]}\nis: {display.actual.iloc[0]}"
    )
    assert label.get_color() == "tab:red"


def test_the_grid_takes_the_place_of_given_axes(late, data):
    figure, (left, right) = plt.subplots(1, 2)
    display = SampleGridDisplay.from_estimator(late, *data, rows=2, ax=right)
    assert display.ax_ is right
    assert display.figure_ is figure
    edge = left.get_position().x1
    assert all(ax.get_position().x0 > edge for ax in display.axes_.flat)


def test_a_file_that_cannot_be_read_is_named_with_its_row(late):
    X = pd.DataFrame({"picture": ["nowhere.png", None]}, index=["p", "q"])
    with pytest.raises(
        ModalityError, match=r"modality 'picture', row 0 \(index 'p'\).*no such file"
    ):
        SampleGridDisplay.from_predictions(X, ["cat", "dog"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (0, "rows is 0; expected at least 1"),
        ([], "expected a number, or positions"),
        ([0.5], "expected a number, or positions"),
        ([3, 120], "rows holds 120, and X has 120 rows"),
    ],
)
def test_rows_that_are_none_are_refused(late, data, rows, message):
    with pytest.raises(ValueError, match=message):
        SampleGridDisplay.from_estimator(late, *data, rows=rows)


def test_X_is_a_frame(late):
    with pytest.raises(TypeError, match="use make_frame"):
        SampleGridDisplay.from_estimator(late, {"a": [1]})
    with pytest.raises(TypeError, match="X is a ndarray; expected a DataFrame"):
        SampleGridDisplay.from_estimator(late, np.zeros((3, 2)))


def test_lengths_must_agree(late, data):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SampleGridDisplay.from_estimator(late, data[0], data[1][:5])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SampleGridDisplay.from_predictions(make_frame(t=["a", "b"]), [1])


def test_samples_are_shown_without_predictions(data):
    display = SampleGridDisplay.from_predictions(data[0][:2], y=data[1][:2])
    assert display.figure_.axes[1].texts[0].get_text() == f"row 0\nis: {data[1][0]}"


def test_the_grid_takes_axes_that_are_part_of_no_grid(late, data):
    figure = plt.figure()
    ax = figure.add_axes([0.5, 0, 0.5, 1])
    display = SampleGridDisplay.from_estimator(late, *data, rows=2, ax=ax)
    assert min(cell.get_position().x0 for cell in display.axes_.flat) > 0.5


def test_a_regressor_may_answer_in_a_column():
    X, y = make_multimodal_regression(80, modalities={"a": 6}, random_state=0)
    table = pd.DataFrame(X["a"].array.tensor, columns=list("abcdef"))
    model = LinearRegression().fit(table, y[:, None])
    display = SampleGridDisplay.from_estimator(model, table, y, rows=2, votes=False)
    assert list(display.samples.index) == list(
        np.argsort(-np.abs(model.predict(table)[:, 0] - y))[:2]
    )


def test_columns_may_have_numbers_for_names():
    X = pd.DataFrame({0: np.arange(20.0), 1: np.arange(20.0)[::-1]})
    members = [("a", LogisticRegression(), [0]), ("b", LogisticRegression(), [1])]
    model = LateFusionClassifier(members, rule="mean").fit(X, np.arange(20) > 9)
    display = SampleGridDisplay.from_estimator(model, X, np.arange(20) > 9, rows=[0], votes=True)
    assert display.votes.iloc[0].tolist() == [False, False]


def box_of(ax, text):
    return next(found.get_window_extent() for found in ax.findobj(Text) if found.get_text() == text)


def test_names_votes_and_texts_do_not_hide_each_other():
    words = (
        "moderately wonderful weather, though somewhat more humid than the people would like " * 2
    )
    X = make_frame(picture=np.zeros((2, 8, 8), dtype=np.uint8), text=[words, words])
    votes = pd.DataFrame({m: ["exceedingly good"] * 2 for m in X})
    display = SampleGridDisplay.from_predictions(X, ["good", "bad"], ["good", "good"], votes=votes)
    display.figure_.draw_without_rendering()
    for ax, name in zip(display.axes_[0], X, strict=True):
        above, vote = (box_of(ax, text) for text in (f"{name}\n", "→ exceedingly good"))
        assert above.y0 + above.height / 2 > vote.y1  # the name is the upper of two lines
    for ax in display.axes_[:, 1]:
        text, cell = ax.texts[0].get_window_extent(), ax.get_window_extent()
        assert cell.x0 <= text.x0
        assert text.x1 <= cell.x1
        assert cell.y0 <= text.y0
        assert text.y1 <= cell.y1
