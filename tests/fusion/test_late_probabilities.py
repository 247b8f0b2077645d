"""What LateFusionClassifier makes of members that give no probabilities, or wrong ones."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC, LinearSVC

from skmm import LateFusionClassifier, make_frame
from tests.late_toys import RULES, Oracle, members

FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


@pytest.mark.parametrize("rule", RULES)
def test_members_with_a_decision_function_only(iris, frame, rule):
    late = LateFusionClassifier([("sepal", SVC()), ("petal", LinearSVC())], rule=rule)
    probabilities = late.fit(frame, iris[1]).predict_proba(frame)
    assert_allclose(probabilities.sum(axis=1), 1)
    assert late.score(frame, iris[1]) > 0.8


@pytest.mark.parametrize("method", ["sigmoid", "isotonic", "temperature"])
def test_a_calibrated_member_is_scikit_learns(iris, frame, method):
    X, y = iris[0][50:], iris[1][50:]
    frame = frame.iloc[50:]
    model = LogisticRegression() if method == "sigmoid" else GaussianNB()
    late = LateFusionClassifier([("sepal", model)], calibration=method, cv=FOLDS, rule="mean").fit(
        frame, y
    )
    peer = CalibratedClassifierCV(model, method=method, cv=FOLDS, ensemble=False)
    expected = peer.fit(X[:, :2], y).predict_proba(X[:, :2])
    assert_allclose(late.predict_proba(frame), expected, atol=1e-5)  # two optimizers' tolerance


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_takes_calibrated_members_with_gaps(iris, frame, rule):
    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), rule=rule, calibration="temperature")
    probabilities = late.fit(frame, iris[1]).predict_proba(frame)
    assert_allclose(probabilities.sum(axis=1), 1)
    assert late.score(frame, iris[1]) > 0.9
    assert_allclose(late.predict_proba(frame.assign(petal=None)).sum(axis=1), 1)


def test_temperature_lowers_the_log_loss_of_members_that_are_too_sure(iris):
    X, y = iris[0][50:], iris[1][50:]
    # Naive Bayes takes the copies of a column for independent evidence.
    frame = make_frame(sepal=np.tile(X[:, :2], 6), petal=np.tile(X[:, 2:], 6))
    halves = np.arange(100) % 2 == 0
    losses = []
    for calibration in (None, "temperature"):
        late = LateFusionClassifier(
            [(name, GaussianNB()) for name in frame], rule="product", calibration=calibration
        )
        late.fit(frame[halves], y[halves])
        losses.append(log_loss(y[~halves], late.predict_proba(frame[~halves])))
    assert losses[1] < losses[0]


@pytest.mark.parametrize("rule", RULES)
def test_probabilities_are_never_above_one(rule, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    certain = np.tile([1.0, 0.0], (40, 1))
    frame = make_frame(**{f"m{number}": certain for number in range(9)})
    y = np.arange(40) % 2
    late = LateFusionClassifier([(name, Oracle()) for name in frame], rule=rule, cv=KFold(2))
    late.fit(frame, y)
    for _ in range(30):
        late._weights = dict(zip(frame, rng.random(9) * 0.9, strict=True))
        assert late.predict_proba(frame).max() <= 1


def test_isotonic_probabilities_are_never_above_one(iris, frame):
    late = LateFusionClassifier(
        [(name, GaussianNB()) for name in frame], calibration="isotonic", cv=3, rule="mean"
    )
    assert late.fit(frame, iris[1]).predict_proba(frame).max() <= 1


@pytest.mark.parametrize(
    ("rule", "calibration"),
    [
        ("mean", None),
        ("mean", "sigmoid"),
        ("mean", "isotonic"),
        ("mean", "temperature"),
        ("product", "isotonic"),
        ("greedy", "isotonic"),
        ("evidence", "isotonic"),
    ],
)
def test_the_log_loss_is_a_search_score(iris, frame, rule, calibration):
    models = [(name, GaussianNB()) for name in frame]
    late = LateFusionClassifier(models, rule=rule, calibration=calibration, cv=3)
    search = GridSearchCV(
        late,
        {"cv": [2, 3]},
        cv=3,
        scoring="neg_log_loss",
        error_score="raise",
    )
    scores = search.fit(frame, iris[1]).cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    best = search.best_estimator_.predict_proba(frame)
    assert_allclose(search.score(frame, iris[1]), -log_loss(iris[1], best))
