"""Targets that cannot be used are refused, and the message says where they are."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from skmm import (
    DeepFusionClassifier,
    DeepFusionRegressor,
    FusionSearchCV,
    LateFusionClassifier,
    LateFusionRegressor,
    compare_fusions,
)
from skmm._targets import check_targets, refuse_unusable_targets
from skmm.datasets import make_multimodal_classification


def test_no_target_is_refused():
    with pytest.raises(ValueError, match="LogisticRegression requires y to be passed"):
        check_targets(None, estimator=LogisticRegression())


@pytest.mark.parametrize("null", [None, np.nan, pd.NA, pd.NaT])
@pytest.mark.parametrize("kind", [list, pd.Series, lambda y: np.array(y, dtype=object)])
def test_a_missing_target_is_named_with_its_row(null, kind):
    with pytest.raises(ValueError, match=r"^y is .+ in row 2.*pd\.notna\(y\)"):
        refuse_unusable_targets(kind(["cat", "dog", null, "dog"]))


def test_a_missing_number_is_named_with_its_label():
    y = pd.Series([1.0, np.nan], index=["anna", "bo"])
    with pytest.raises(ValueError, match=r"y is nan in row 1 \(index 'bo'\)"):
        refuse_unusable_targets(y)


def test_a_missing_target_among_several_is_found():
    y = pd.DataFrame({"a": ["x", "y"], "b": ["u", None]}, index=[7, 8])
    with pytest.raises(ValueError, match=r"in row 1 \(index 8\)"):
        refuse_unusable_targets(y)


@pytest.mark.parametrize("y", [["cat", 7, "dog"], pd.Series(["cat", 7, "dog"])])
def test_strings_among_other_values_are_refused(y):
    with pytest.raises(
        ValueError, match=r"mixes strings.*'cat' in row 0.*7 in row 1.*astype\(str\)"
    ):
        refuse_unusable_targets(y)


@pytest.mark.parametrize(
    "y",
    [
        ["cat", "dog"],
        [0, 1],
        [],
        np.array([True, False]),
        pd.Series(["a", "b"], dtype="category"),
        [[0, 1], [1, 0]],
        [[0, 1], [1]],  # scikit-learn has more to say
        sparse.csr_array(np.eye(2)),
        np.zeros((2, 2, 2)),
        3.0,
        pd.DataFrame({"class": ["cat", "dog"], "number": [1, 2]}),
    ],
    ids=str,
)
def test_other_targets_are_left_alone(y):
    refuse_unusable_targets(y)


def test_numbers_are_made_of_objects():
    y = check_targets(np.array([1, 2], dtype=object), numeric=True, estimator=LogisticRegression())
    assert y.dtype == np.float64
    assert_array_equal(y, [1, 2])


MEMBERS = [("a", LogisticRegression()), ("b", LogisticRegression())]
FEATURES = [("a", "passthrough"), ("b", "passthrough")]


@pytest.mark.parametrize(
    "fit",
    [
        LateFusionClassifier(MEMBERS).fit,
        LateFusionRegressor(MEMBERS).fit,
        DeepFusionClassifier().fit,
        DeepFusionRegressor().fit,
        FusionSearchCV(FEATURES).fit,
        FusionSearchCV(FEATURES, task="regression").fit,
        lambda X, y: compare_fusions({"late": LateFusionClassifier(MEMBERS)}, X, y),
    ],
)
def test_all_who_learn_from_targets_refuse_missing_ones(fit):
    X, y = make_multimodal_classification(40, modalities={"a": 6, "b": 6}, random_state=0)
    y = y.astype(object)
    y[5] = None
    with pytest.raises(ValueError, match="y is None in row 5"):
        fit(X, y)
