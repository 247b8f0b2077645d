"""The learners of a search."""

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression, Ridge

from skmm.model_selection._search.learners import check_learners, make_learners


@pytest.mark.parametrize(
    ("task", "is_right"), [("classification", is_classifier), ("regression", is_regressor)]
)
def test_there_are_three_kinds_for_each_task(task, is_right):
    learners = make_learners(task, 100)
    assert [name for name, _ in learners] == ["linear", "svm", "forest"]
    assert all(is_right(estimator) for _, estimator in learners)
    check_learners(learners, task)


def test_many_samples_are_too_many_for_a_support_vector_machine():
    assert [name for name, _ in make_learners("classification", 10_001)] == ["linear", "forest"]


def test_the_scale_of_y_does_not_matter_to_a_regressor():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.sin(X[:, 0])
    svm = dict(make_learners("regression", 60))["svm"]
    assert svm.fit(X, 1000 * y).score(X, 1000 * y) == pytest.approx(svm.fit(X, y).score(X, y))


@pytest.mark.parametrize(
    ("learners", "message"),
    [
        ([LogisticRegression()], r"learners holds LogisticRegression\(\); every entry is \(name"),
        ([("ridge", Ridge())], "learner 'ridge' is Ridge.*not for task='classification'.*set task"),
        ([], r"learners are called \[\]; give at least one"),
        ([("a", LogisticRegression())] * 2, r"learners are called \['a', 'a'\]; .*its own name"),
    ],
)
def test_learners_that_cannot_be_used_are_refused(learners, message):
    with pytest.raises(ValueError, match=message):
        check_learners(learners, "classification")
