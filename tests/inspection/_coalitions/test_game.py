"""Scores of coalitions: what is undefined is told."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from skmm.inspection import modality_importance

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 2


def test_a_score_that_is_not_finite_names_the_modalities():
    def score(estimator, X, y):
        return np.nan if np.isnan(X).any(axis=0).tolist() == [True, False] else 1.0

    model = DummyClassifier().fit(X, Y)
    with pytest.raises(
        ValueError, match=r"the score is nan where the modalities \['x1'\] are left"
    ):
        modality_importance(model, X, Y, scoring=score, method="ablation")


def test_a_score_that_needs_all_rows_is_told():
    def score(estimator, X, y):
        return 1.0 if len(X) == 12 else np.inf

    model = DummyClassifier().fit(X, Y)
    with pytest.raises(
        ValueError, match="the score is inf without some of the rows.*confidence_level=None"
    ):
        modality_importance(model, X, Y, scoring=score)
    assert modality_importance(model, X, Y, scoring=score, confidence_level=None).scores[()] == 1
