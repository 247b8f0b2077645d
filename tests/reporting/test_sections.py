"""Each section says what is the case."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from skmm import LateFusionClassifier, LateFusionRegressor, make_frame
from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.reporting._sections import (
    Subject,
    describe_data,
    describe_groups,
    describe_mistakes,
    describe_predictions,
    describe_robustness,
)


def subject_of(X, y, late=LateFusionClassifier, learner=None, is_classifier=True, n_shown=2):
    learner = LogisticRegression() if learner is None else learner
    model = late([(name, learner) for name in X], rule="mean").fit(X, y)
    scoring = "accuracy" if is_classifier else "r2"
    return Subject(model, X, y, scoring, n_shown, 0, is_classifier)


def rows_of(html):
    """Cells of all tables, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]


@pytest.fixture
def data():
    return make_multimodal_classification(60, modalities={"a": 6, "b": 4}, random_state=0)


def test_missing_cells_are_counted(data):
    X, y = data
    X = X.copy()
    X.loc[:5, "a"] = None
    X.loc[4:8, "b"] = None
    rows = rows_of("".join(describe_data(subject_of(X, y)).parts))
    assert ["a", "series, 6", "6", "0.1"] in rows
    assert ["b", "series, 4", "5", "0.0833"] in rows
    assert ["nothing", "51"] in rows
    assert ["a, b", "2"] in rows


def test_classes_are_counted(data):
    X, y = data
    rows = rows_of("".join(describe_data(subject_of(X, y)).parts))
    for name, count in zip(*np.unique(y, return_counts=True), strict=True):
        assert [str(name), str(count), f"{count / 60:.3g}"] in rows


def test_a_target_of_numbers_is_summed_up():
    X, y = make_multimodal_regression(40, modalities={"a": 6, "b": 4}, random_state=0)
    subject = subject_of(X, y, LateFusionRegressor, Ridge(), is_classifier=False)
    rows = rows_of("".join(describe_data(subject).parts))
    assert ["mean", f"{y.mean():.3g}"] in rows
    assert "Differences by predicted value" in describe_predictions(subject).parts[0]


def test_a_modality_that_is_never_there_holds_nothing(data):
    X, y = data
    subject = subject_of(X, y)._replace(X=X.assign(b=None))
    assert ["b", "nothing", "60", "1"] in rows_of("".join(describe_data(subject).parts))


def test_the_only_modality_is_not_taken_away(data):
    X, y = data
    assert describe_robustness(subject_of(X[["a"]], y)) is None


def test_without_groups_or_gaps_there_is_no_such_section(data):
    X, y = data
    assert describe_groups(subject_of(X, y), None) is None
    groups = pd.Series(np.arange(60) % 2, name="speaker")
    assert describe_groups(subject_of(X, y), groups) is not None


def test_many_classes_have_no_matrix():
    X = make_frame(a=np.random.default_rng(0).normal(size=(66, 3)))
    assert describe_predictions(subject_of(X, np.arange(66) % 22)) is None


def test_no_more_mistakes_are_shown_than_there_are_samples(data):
    X, y = data
    subject = subject_of(X, y, n_shown=100)._replace(X=X[:3], y=y[:3])
    assert "The 3 samples" in describe_mistakes(subject).parts[0]


@pytest.mark.parametrize(
    "names", [["no", "yes"], ["bad", "fair", "good", "very disappointing", "very encouraging"]]
)
def test_names_of_classes_do_not_hide_each_other(names, monkeypatch):
    X, y = make_multimodal_classification(
        60, modalities={"a": 6, "b": 4}, n_classes=len(names), random_state=0
    )
    drawn = []
    monkeypatch.setattr("skmm.reporting._sections.figure", lambda display, _: drawn.append(display))
    describe_predictions(subject_of(X, np.array(names)[y]))
    figure = drawn[0].figure_
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in drawn[0].ax_.get_xticklabels()]
    assert len(boxes) == len(names)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    plt.close(figure)
