"""What a decomposition of information takes, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from skmm.inspection._decomposition.checks import check_estimators, check_modalities, read_target


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros((10, 2)), r"y has the shape \(10, 2\); expected one target"),
        (None, r"y has the shape \(\); expected one target"),
        (np.where(np.arange(10) == 7, np.nan, 1.0), "y is null in row 7"),
        (["a", None, "b"], "y is null in row 1"),
        (np.zeros(10, dtype=int), r"y holds 1 class: \[0\]"),
    ],
)
def test_a_target_that_cannot_be_used_is_named(y, message):
    with pytest.raises(ValueError, match=message):
        read_target(y, 4)


def test_classes_are_numbered_in_their_order():
    assert_array_equal(read_target(np.array([["b"], ["a"], ["b"]]), 4), [1, 0, 1])
    assert_array_equal(
        read_target([30.0, 10.0, 20.0], 2), [2, 0, 1]
    )  # few whole floats are classes


def test_numbers_are_cut_into_ranges_of_equal_shares():
    y = np.random.default_rng(0).normal(size=100)
    codes = read_target(y, 4)
    assert_array_equal(np.bincount(codes), [25] * 4)
    assert_array_equal(codes, pd.qcut(y, 4, labels=False))


def test_a_single_modality_has_nothing_in_common():
    with pytest.raises(ValueError, match=r"modalities \['left'\]; at least two"):
        check_modalities(pd.DataFrame({"left": [0, 1]}))


def test_x_is_a_frame():
    with pytest.raises(TypeError, match="X is a ndarray; give a DataFrame"):
        check_modalities(np.zeros((4, 2)))


def test_modalities_that_never_meet_are_named():
    X = pd.DataFrame({"left": [1, 2, None, None], "right": [None, None, 1, 2]})
    with pytest.raises(ValueError, match="no sample has both 'left' and 'right'"):
        check_modalities(X)


def test_an_estimator_for_no_modality_is_named():
    with pytest.raises(ValueError, match="something for 'lift'.*did you mean 'left'"):
        check_estimators({"lift": PCA()}, ["left", "right"], "clusters")


@pytest.mark.parametrize(
    ("method", "estimator", "kind"),
    [
        ("clusters", LogisticRegression(), "a transformer"),
        ("predictions", PCA(), "a classifier"),
    ],
)
def test_an_estimator_of_the_wrong_kind_is_named(method, estimator, kind):
    with pytest.raises(TypeError, match=f"modality 'left': method='{method}' needs {kind}"):
        check_estimators({"left": estimator}, ["left"], method)
