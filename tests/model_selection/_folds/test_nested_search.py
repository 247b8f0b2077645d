"""Parameters chosen within training rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skmm import LateFusionClassifier
from skmm.model_selection._folds.inner_folds import InnerFolds
from skmm.model_selection._folds.nested_search import make_candidate, read_scores, search_params
from skmm.model_selection._folds.shared_folds import Data, Strategy
from tests.late_toys import COLUMNS

X, y = load_iris(return_X_y=True)
TRAIN = np.random.default_rng(0).permutation(150)[:90]
OUTER = [(TRAIN, np.setdiff1d(np.arange(150), TRAIN))]
GRID = [{"max_depth": [1, 2, 3]}, {"min_samples_leaf": [5, 40]}]


def make_data(inner_cv, **options):
    return Data(X, y, inner_folds=InnerFolds(3, inner_cv, OUTER, stratified=True), **options)


@pytest.mark.parametrize("scoring", [None, "neg_log_loss"])
def test_chooses_what_grid_search_chooses(scoring):
    tree = DecisionTreeClassifier(random_state=0)
    cv = StratifiedKFold(4, shuffle=True, random_state=1)
    found = search_params(Strategy("tree", tree, GRID), make_data(cv, scoring=scoring), TRAIN)
    expected = GridSearchCV(tree, GRID, cv=cv, scoring=scoring).fit(X[TRAIN], y[TRAIN])
    assert (found.params, found.candidate) == (expected.best_params_, expected.best_index_)
    assert found.model.get_params() == expected.best_estimator_.get_params()
    assert not hasattr(found.model, "tree_")
    assert found.seconds > 0


def test_without_a_grid_the_model_is_a_clone():
    tree = DecisionTreeClassifier(max_depth=2)
    found = search_params(Strategy("tree", tree), make_data(None), TRAIN)
    assert found.model is not tree
    assert found.model.get_params() == tree.get_params()
    assert (found.params, found.candidate, found.seconds) == ({}, None, 0)


class SpyGroups(GroupKFold):
    seen = []  # on the class, for splitters are cloned

    def split(self, X, y=None, groups=None):
        self.seen.append(np.asarray(groups))
        return super().split(X, y, groups)


def test_a_late_fusion_gets_the_groups_of_its_rows_too():
    groups = np.arange(150) % 10
    late = LateFusionClassifier(
        [(m, LogisticRegression(max_iter=500), c) for m, c in COLUMNS.items()], cv=SpyGroups(2)
    )
    SpyGroups.seen.clear()
    strategy = Strategy("late", late, {"rule": ["stacking"]}, {"groups": groups})
    search_params(strategy, make_data(GroupKFold(3), groups=groups), TRAIN)
    assert len(SpyGroups.seen) == 3
    for seen in SpyGroups.seen:
        assert set(seen) < set(groups[TRAIN])


def test_of_equally_good_candidates_the_first_is_chosen():
    grid = {"splitter": ["best"], "random_state": [3, 3]}
    found = search_params(Strategy("t", DecisionTreeClassifier(), grid), make_data(3), TRAIN)
    assert found.candidate == 0


def test_estimators_in_a_grid_are_not_fitted():
    scaler = StandardScaler()
    model = make_pipeline("passthrough", DecisionTreeClassifier())
    candidate = make_candidate(Strategy("t", model), {"passthrough": scaler}, None).fit(X, y)
    assert not hasattr(scaler, "mean_")
    assert hasattr(candidate[0], "mean_")


def test_a_candidate_that_fails_is_named():
    strategy = Strategy("tree", DecisionTreeClassifier(), {"max_depth": [-1]})
    with pytest.raises(ValueError, match=r"inner search, {'max_depth': -1}: InvalidParameterError"):
        search_params(strategy, make_data(3), TRAIN)


def test_scores_must_be_single_and_finite():
    assert_allclose(read_scores({"test_score": [0.5, 1.0]}, "here"), [0.5, 1])
    with pytest.raises(ValueError, match=r"here: scoring gives \['a', 'b'\]; expected a single"):
        read_scores({"test_a": [1], "test_b": [2], "fit_time": [3]}, "here")
    with pytest.raises(ValueError, match=r"here: the score is nan; .* stratify"):
        read_scores({"test_score": [0.5, np.nan]}, "here")
