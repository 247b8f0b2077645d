"""What is refused before anything is scored."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from skmm.inspection import modality_importance, modality_interactions

X, Y = np.eye(4), np.array([0, 1, 0, 1])


@pytest.fixture(scope="module")
def fitted():
    return LogisticRegression().fit(X, Y)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "shap"},
        {"removal": "zero"},
        {"n_repeats": 0},
        {"n_orders": 2},
        {"confidence_level": 95},
        {"scoring": "precise"},
        {"modalities": "image"},
    ],
)
def test_wrong_values_are_named(fitted, wrong):
    with pytest.raises(
        ValueError, match=f"The '{next(iter(wrong))}' parameter of modality_importance"
    ):
        modality_importance(fitted, X, Y, **wrong)


def test_lengths_must_agree(fitted):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        modality_importance(fitted, X, Y[:3])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        modality_importance(fitted, X, Y, sample_weight=[1.0])


def test_an_estimator_that_was_not_fitted_is_told():
    with pytest.raises(NotFittedError):
        modality_importance(LogisticRegression(), X, Y)


@pytest.mark.parametrize("function", [modality_importance, modality_interactions])
def test_an_estimator_need_not_be_fitted_where_it_is_fitted_here(function):
    model = LogisticRegression()
    rows = np.tile(X, (5, 1))
    found = function(model, rows, np.tile(Y, 5), cv=3, removal="permute", random_state=0)
    assert np.isfinite(found.interval).all()
    assert not hasattr(model, "coef_")
