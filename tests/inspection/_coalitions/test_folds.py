"""Models that are fitted on training folds."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.fusion import ConcatFusion
from skmm.inspection import modality_importance
from tests.inspection.conftest import PARTS, SHAPES

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 2


class Spy(ClassifierMixin, BaseEstimator):
    """Writes down what it is fitted with."""

    seen = []

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        Spy.seen.append((np.asarray(X)[:, 0].copy(), sample_weight))
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_one_fold_is_too_few():
    with pytest.raises(ValueError, match="gives 1 fold; at least 2 are needed"):
        modality_importance(LogisticRegression(), X, Y, removal="permute", cv=ShuffleSplit(1))


def test_every_fold_is_fitted_once_whatever_the_number_of_coalitions():
    Spy.seen.clear()
    weight = np.arange(12.0)
    modality_importance(Spy(), X, Y, cv=3, params={"sample_weight": weight})
    assert len(Spy.seen) == 3
    for first, given in Spy.seen:
        assert given.tolist() == (first / 2).tolist()


def test_every_coalition_is_fitted_once_per_fold_where_models_are_refitted():
    Spy.seen.clear()
    modality_importance(Spy(), X, Y, cv=3, removal="refit")
    assert len(Spy.seen) == 3 * 3  # without any modality it is no model of this kind


def test_groups_reach_what_requests_them(early, samples):
    X, y = samples
    groups = np.arange(len(y)) // 9
    fusion = MultimodalFusion(PARTS, missing="mean", fusion=ConcatFusion(weights="cv"))
    learned = make_pipeline(fusion, LogisticRegression())
    with config_context(enable_metadata_routing=True):
        modality_importance(early, X, y, cv=2, groups=groups)  # requests none
        found = modality_importance(learned, X, y, cv=2, groups=groups, scoring="neg_log_loss")
        expected = cross_val_score(
            learned,
            X,
            y,
            cv=StratifiedGroupKFold(2),
            scoring="neg_log_loss",
            params={"groups": groups},
        )
    assert found.scores[tuple(SHAPES)] == pytest.approx(expected.mean(), rel=1e-12)


def test_groups_reach_the_inner_folds_of_a_late_fusion(samples):
    X, y = samples
    groups = np.arange(len(y)) // 9
    late = LateFusionClassifier([(m, LogisticRegression()) for m in SHAPES], rule="stacking", cv=3)
    cv = StratifiedGroupKFold(2)
    found = modality_importance(
        late, X, y, cv=2, groups=groups, scoring="neg_log_loss", random_state=0
    )
    half = np.isin(np.arange(90), next(cv.split(X, y, groups))[0])
    fitted = late.fit(X[half], y[half], groups=groups[half])
    expected = get_scorer("neg_log_loss")(fitted, X[~half], y[~half])
    other = late.fit(X[~half], y[~half], groups=groups[~half])
    expected = (expected + get_scorer("neg_log_loss")(other, X[half], y[half])) / 2
    assert found.scores[tuple(SHAPES)] == pytest.approx(expected, rel=1e-9)


def test_splits_may_be_masks():
    masks = [(Y == 0, Y == 1), (Y == 1, Y == 0)]
    numbers = [(np.flatnonzero(train), np.flatnonzero(test)) for train, test in masks]
    found = [
        modality_importance(Ridge(), X, Y + X[:, 0], cv=cv, removal="permute", random_state=0)
        for cv in (masks, numbers)
    ]
    assert np.array_equal(found[0].interval, found[1].interval)


class TakesGroups(Spy):
    def fit(self, X, y, groups=None):
        self.groups_ = groups
        assert len(groups) == len(X)
        return super().fit(X, y)


@pytest.mark.parametrize(
    "model", [TakesGroups(), GridSearchCV(LogisticRegression(), {}, cv=GroupKFold(2))]
)
def test_groups_reach_whatever_takes_them(model):
    groups = np.arange(12) // 2
    modality_importance(model, X, Y, cv=2, groups=groups, removal="permute", random_state=0)
