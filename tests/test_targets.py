"""Targets that cannot be used are refused, and the message says where they are."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

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

MEMBERS = [("a", LogisticRegression()), ("b", LogisticRegression())]

TREES = [(name, DecisionTreeClassifier(max_depth=2)) for name, _ in MEMBERS]  # take several targets


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
    with pytest.raises(ValueError, match=r"in row 1 \(index 8\), column 'b'"):
        refuse_unusable_targets(y)
    with pytest.raises(ValueError, match=r"in row 1, column 1;"):
        refuse_unusable_targets(y.to_numpy())


def message_for(y):
    with pytest.raises(ValueError, match=r"^y (is|mixes) ") as caught:
        refuse_unusable_targets(y)
    return str(caught.value)


@pytest.mark.parametrize("kind", [np.array, pd.Series, lambda y: pd.DataFrame({"day": y})])
@pytest.mark.parametrize("unit", ["datetime64[s]", "timedelta64[s]"])
def test_a_time_that_is_none_is_missing(kind, unit):
    y = np.array([3, "NaT"], dtype=unit)
    with pytest.raises(ValueError, match="y is NaT in row 1"):
        refuse_unusable_targets(kind(y))


@pytest.mark.parametrize(
    ("y", "place"),
    [
        (np.ma.array([1, 2, 3], mask=[0, 0, 1]), "row 2"),
        (np.ma.array([[1, 2], [3, 4]], mask=[[0, 0], [1, 0]]), "row 1, column 0"),
    ],
)
def test_masked_targets_are_not_learned(y, place):
    with pytest.raises(ValueError, match=f"y is masked in {place}, and.*getmaskarray"):
        refuse_unusable_targets(y)


def in_shape(kind, cells):
    """Targets, of one column or two, in a container."""
    if kind == "tuple":
        return tuple(cells)
    if kind == "masked":
        mask = pd.isna(np.array(cells, dtype=object))
        return np.ma.array(np.where(mask, cells[0], cells).tolist(), mask=mask)
    if kind == "frame":
        return pd.DataFrame(cells, dtype=object, index=np.arange(len(cells)) + 100)
    if kind == "series":
        return pd.Series(cells, dtype=object, index=np.arange(len(cells)) + 100)
    return cells if kind == "list" else np.array(cells, dtype=object)


CONTAINERS = [
    *((kind, 1) for kind in ("list", "tuple", "series", "array")),
    *((kind, 2) for kind in ("list", "tuple", "frame", "array")),
]


@pytest.mark.parametrize(("kind", "n_targets"), [*CONTAINERS, ("masked", 1), ("masked", 2)])
@pytest.mark.parametrize("labels", [["u", "v"], [0, 1]], ids=["strings", "numbers"])
def test_who_follows_the_advice_about_gaps_has_a_model(kind, n_targets, labels):
    X, codes = make_multimodal_classification(40, modalities={"a": 6, "b": 6}, random_state=0)
    cells = [labels[code % 2] for code in codes]
    cells = cells if n_targets == 1 else [[cell, cell] for cell in cells]
    cells[5] = None if n_targets == 1 else [labels[0], None]
    y = in_shape(kind, cells)
    scope = {"np": np, "pd": pd, "X": X, "y": y}
    *lines, last = re.search(": ((y|known) = .*)", message_for(y))[1].split(", then ")
    exec("; ".join(lines).replace("), known", "); known"), scope)
    X, y = (eval(code, scope) for code in last.split(" and "))
    assert len(X) == len(y) == 39
    model = LateFusionClassifier(TREES, rule="mean").fit(X, y)
    classes = model.classes_ if n_targets == 1 else model.classes_[1]
    assert set(classes) == set(labels)


@pytest.mark.parametrize(("kind", "n_targets"), CONTAINERS)
def test_who_follows_the_advice_about_strings_has_a_model(kind, n_targets):
    X, codes = make_multimodal_classification(40, modalities={"a": 6, "b": 6}, random_state=0)
    cells = [("u", 7)[code % 2] for code in codes]
    cells = cells if n_targets == 1 else [["uv"[code % 2], cell] for code, cell in enumerate(cells)]
    y = in_shape(kind, cells)
    y = eval(re.search("type, as (.*) makes them", message_for(y))[1], {"pd": pd, "y": y})
    model = LateFusionClassifier(TREES, rule="mean").fit(X, y)
    classes = model.classes_ if n_targets == 1 else model.classes_[1]
    assert set(classes) == {"7", "u"}


@pytest.mark.parametrize("y", [[[0, 1], [1]], pd.Series([[0, 1], [1, 0]]), [("u",), "v"]])
def test_several_targets_that_make_no_matrix_are_refused(y):
    with pytest.raises(ValueError, match=r"y is .* in row 0.*matrix.*MultiLabelBinarizer"):
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
        np.ma.array([0, 1]),
        np.ma.array([0, 1], mask=[False, False]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        [],
        np.array([True, False]),
        pd.Series(["a", "b"], dtype="category"),
        [[0, 1], [1, 0]],
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


FEATURES = [("a", "passthrough"), ("b", "passthrough")]


LEARN = [
    LateFusionClassifier(MEMBERS).fit,
    LateFusionRegressor(MEMBERS).fit,
    DeepFusionClassifier().fit,
    DeepFusionRegressor().fit,
    FusionSearchCV(FEATURES).fit,
    FusionSearchCV(FEATURES, task="regression").fit,
    lambda X, y: compare_fusions({"late": LateFusionClassifier(MEMBERS)}, X, y),
]


@pytest.mark.parametrize("fit", LEARN)
def test_all_who_learn_from_targets_refuse_missing_ones(fit):
    X, y = make_multimodal_classification(40, modalities={"a": 6, "b": 6}, random_state=0)
    y = y.astype(object)
    y[5] = None
    with pytest.raises(ValueError, match="y is None in row 5"):
        fit(X, y)


@pytest.mark.parametrize("fit", LEARN[:-1])
def test_all_who_learn_from_targets_ask_for_them(fit):
    X, _ = make_multimodal_classification(40, modalities={"a": 6, "b": 6}, random_state=0)
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        fit(X, None)
