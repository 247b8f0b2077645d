"""The folds that all models share."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_validate,
)

from skmm.model_selection._folds.outer_folds import (
    make_outer_folds,
    name_score,
    read_scoring,
)

X, y = np.zeros((12, 1)), np.array([0] * 8 + [1] * 4)


def test_a_number_is_stratified_for_classifiers():
    folds = make_outer_folds(4, X, y, None, classifier=True)
    for (train, test), (expected_train, expected_test) in zip(
        folds, StratifiedKFold(4).split(X, y), strict=True
    ):
        assert_array_equal(train, expected_train)
        assert_array_equal(test, expected_test)


def test_masks_become_positions():
    mask = np.arange(12) < 6
    folds = make_outer_folds([(mask, ~mask), (~mask, mask)], X, y, None, classifier=True)
    assert_array_equal(folds[0][1], np.arange(6, 12))


def test_a_single_fold_is_refused():
    with pytest.raises(ValueError, match="gives 1 fold; at least 2"):
        make_outer_folds(ShuffleSplit(1), X, y, None, classifier=False)


GROUPS = np.arange(12) // 3


@pytest.mark.parametrize(("cv", "n_folds"), [(None, 4), (2, 2)])
def test_a_number_of_folds_keeps_groups_whole(cv, n_folds):
    folds = make_outer_folds(cv, X, y, GROUPS, classifier=True)
    assert len(folds) == n_folds
    assert not any(set(GROUPS[train]) & set(GROUPS[test]) for train, test in folds)


def test_folds_are_shuffled_unless_their_number_is_given():
    shuffled, ordered = (
        make_outer_folds(cv, np.zeros((50, 1)), np.zeros(50), None, classifier=False)
        for cv in (None, 5)
    )
    assert ordered[0][1].tolist() == list(range(10))
    assert shuffled[0][1].tolist() != list(range(10))
    assert len(shuffled) == 5


def test_a_splitter_is_asked():
    folds = make_outer_folds(TimeSeriesSplit(3), X, y, None, classifier=True)
    assert [len(train) for train, _ in folds] == [3, 6, 9]


def test_too_few_samples_are_refused():
    with pytest.raises(ValueError, match="no class has two samples.*; give more samples"):
        make_outer_folds(None, X[:2], np.arange(2), None, classifier=True)


@pytest.mark.parametrize(
    ("scoring", "classifier", "name"),
    [(None, True, "accuracy"), (None, False, "R2"), ("f1", True, "f1"), (np.mean, True, "mean")],
)
def test_the_score_has_a_name(scoring, classifier, name):
    assert name_score(scoring, classifier) == name


def test_a_number_of_folds_keeps_groups_whole_whatever_y_is():
    groups = np.arange(12) % 4
    for classifier, target in [
        (True, np.linspace(0, 1, 12)),
        (True, np.eye(12)[:, :2]),
        (False, y),
    ]:
        for train, test in make_outer_folds(3, X, target, groups, classifier=classifier):
            assert not set(groups[train]) & set(groups[test])


def test_without_a_scoring_all_classifiers_and_all_regressors_have_one():
    models = [LogisticRegression(), GridSearchCV(LogisticRegression(), {}, scoring="neg_log_loss")]
    assert read_scoring(None, models) == "accuracy"
    assert read_scoring(None, [Ridge()]) == "r2"
    assert read_scoring(None, [Ridge(), KMeans()]) is None
    assert read_scoring("f1", models) == "f1"


def test_with_metadata_routing_that_scoring_takes_no_weights():
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = read_scoring(None, [LogisticRegression()])
        model = LogisticRegression().set_fit_request(sample_weight=True)
        params = {"sample_weight": np.arange(12.0) + 1}
        scores = cross_validate(model, X, y, cv=2, scoring=scorer, params=params)["test_score"]
        assert scores.tolist() == [4 / 6, 2 / 6]  # the second model was taught by weights
