"""LateFusionClassifier on y of several targets: labels, or classes side by side."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    KFold,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from skmm import LateFusionClassifier, make_frame
from skmm.fusion._late.rules import CLASSIFIER_RULES
from tests.late_toys import COLUMNS, RULES, members

SHUFFLED = KFold(3, shuffle=True, random_state=0)
WEIGHTED = ("mean", "product", "vote", "borda", "bayes", "evidence", "confidence")


def forest():
    return DecisionTreeClassifier(max_depth=3, random_state=0)


@pytest.mark.parametrize("rule", RULES)
def test_targets_are_combined_one_by_one(iris, frame, rule):
    y = np.column_stack([iris[1], iris[0][:, 1] > 3])
    late = LateFusionClassifier(
        [(name, forest()) for name in frame],
        rule=rule,
        weights=[0.5, 0.5] if rule in WEIGHTED else None,
        cv=SHUFFLED,
    )
    frame.loc[7, "sepal"] = None
    late.fit(frame, y)
    probabilities = late.predict_proba(frame)
    assert [p.shape for p in probabilities] == [(150, 3), (150, 2)]
    assert [classes.tolist() for classes in late.classes_] == [
        np.unique(iris[1]).tolist(),
        ["False", "True"],
    ]
    for p in probabilities:
        assert_allclose(p.sum(axis=1), 1)
    if rule in CLASSIFIER_RULES:
        parts = [
            late.named_estimators_[name].predict_proba(iris[0][:, columns])
            for name, columns in COLUMNS.items()
        ]
        rows = np.arange(150) != 7
        for target in range(2):
            stacked = np.stack([part[target] for part in parts])
            expected = CLASSIFIER_RULES[rule](
                stacked, np.ones((150, 2), dtype=bool), np.full(2, 0.5), late.class_prior_[target]
            )
            assert_allclose(probabilities[target][rows], expected[rows])
    predicted = late.predict(frame)
    assert predicted.shape == (150, 2)
    assert (predicted == y).mean() > 0.9


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "model",
    [
        KNeighborsClassifier(),
        OneVsRestClassifier(LogisticRegression()),
        MultiOutputClassifier(LinearSVC()),
    ],
    ids=["list", "array", "decisions"],
)
def test_labels_work_with_every_rule_and_kind_of_member(model, rule):
    X, y = make_multilabel_classification(
        150, 10, n_classes=3, n_labels=2, allow_unlabeled=True, random_state=0
    )
    frame = make_frame(a=X[:, :5], b=X[:, 5:])
    late = LateFusionClassifier([("a", model), ("b", model)], rule=rule, cv=SHUFFLED)
    if isinstance(model, MultiOutputClassifier) and rule != "vote":
        with pytest.raises(ValueError, match="has neither predict_proba nor decision_function"):
            late.fit(frame, y)
        return
    late.fit(frame, y)
    predicted = late.predict(frame)
    assert predicted.shape == y.shape
    assert (predicted == y).mean() > max(y.mean(), 1 - y.mean()) - 0.05
    scores = cross_val_score(late, frame, y, cv=2, scoring="roc_auc")
    assert scores.mean() > 0.5 or rule == "vote"


def test_calibration_reaches_every_label():
    X, y = make_multilabel_classification(150, 10, n_classes=3, random_state=0)
    frame = make_frame(a=X[:, :5], b=X[:, 5:])
    late = LateFusionClassifier(
        [(name, KNeighborsClassifier()) for name in frame],
        calibration="sigmoid",
        cv=KFold(3),
        rule="mean",
    )
    late.fit(frame, y)
    assert [len(c) for c in late.calibrators_.values()] == [3, 3]
    for p in late.predict_proba(frame):
        assert_allclose(p.sum(axis=1), 1)


def test_a_label_that_never_occurs_is_never_predicted():
    X, y = make_multilabel_classification(60, 10, n_classes=3, random_state=0)
    y[:, 1] = 0
    frame = make_frame(a=X[:, :5], b=X[:, 5:])
    for rule in RULES:
        late = LateFusionClassifier(
            [(name, KNeighborsClassifier()) for name in frame], rule=rule, cv=KFold(3)
        )
        late.fit(frame, y)
        assert not late.predict(frame)[:, 1].any()


def test_a_rare_label_leaves_out_the_folds_that_cannot_be_learned():
    X, y = make_multilabel_classification(60, 10, n_classes=2, random_state=0)
    y[:, 1] = np.arange(60) == 7
    frame = make_frame(a=X[:, :5], b=X[:, 5:])
    model = MultiOutputClassifier(LogisticRegression())
    for rule in ("stacking", "greedy"):
        late = LateFusionClassifier([("a", model), ("b", model)], rule=rule, cv=SHUFFLED)
        probabilities = late.fit(frame, y).predict_proba(frame)
        assert [p.shape for p in probabilities] == [(60, 2), (60, 2)]


@pytest.mark.parametrize("values", [(-1, 1), (1, 2)])
@pytest.mark.parametrize("rule", ["mean", "vote", "stacking"])
def test_a_matrix_of_two_other_numbers_is_predicted_in_them(iris, frame, values, rule):
    y = np.array(values)[np.column_stack([iris[0][:, 0] > 5.8, iris[0][:, 3] > 1.3]).astype(int)]
    late = LateFusionClassifier([(n, forest()) for n in frame], rule=rule, cv=SHUFFLED)
    predicted = late.fit(frame, y).predict(frame)
    assert set(np.unique(predicted)) == set(values)
    assert (predicted == y).mean() > 0.85


def test_several_targets_have_no_prior_of_their_own(iris, frame):
    y = np.column_stack([iris[1], iris[1]])
    with pytest.raises(ValueError, match="prior is for one target"):
        LateFusionClassifier([("sepal", forest())], prior=[1, 1, 1], rule="mean").fit(frame, y)


def test_the_tag_of_several_targets_is_that_of_the_members():
    assert get_tags(LateFusionClassifier([("a", forest())], rule="mean")).target_tags.multi_output
    assert not get_tags(LateFusionClassifier(members(), rule="mean")).target_tags.multi_output
