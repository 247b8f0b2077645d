"""Which columns are one modality."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.inspection._coalitions.modalities import (
    check_samples,
    fusion_in,
    member_columns,
    owners,
    read_modalities,
    searched,
)
from skmm.model_selection import FusionSearchCV

X = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.0], "d": [7.0, 8.0]})


def read(estimator, modalities=None, X=X):
    found = read_modalities(estimator, X, modalities)
    return {name: positions.tolist() for name, positions in found.items()}


def fusion(*members):
    return MultimodalFusion([(name, "passthrough", columns) for name, columns in members])


def test_without_a_fusion_every_column_is_one():
    assert read(LogisticRegression()) == {"a": [0], "b": [1], "c": [2], "d": [3]}
    assert read(LogisticRegression(), X=X.to_numpy()[:, :2]) == {"x0": [0], "x1": [1]}


def test_the_members_of_a_fusion_are_the_modalities():
    members = fusion(("motion", ["b", "a"]), ("heart", "d"))
    assert read(make_pipeline(members, LogisticRegression())) == {"motion": [0, 1], "heart": [3]}
    late = LateFusionClassifier(
        [("left", LogisticRegression(), [0, 1]), ("right", LogisticRegression(), slice(2, 4))]
    )
    assert read(late) == {"left": [0, 1], "right": [2, 3]}
    assert read(late, X=X.to_numpy()) == {"left": [0, 1], "right": [2, 3]}


def test_a_fitted_fusion_is_asked_for_what_it_fitted():
    members = fusion(("motion", ["a", "b"]), ("heart", "d")).fit(X)
    members.set_params(heart="drop")
    assert list(read(members)) == ["motion", "heart"]


def test_a_dropped_member_is_no_modality():
    members = MultimodalFusion([("a", "passthrough"), ("b", "drop")])
    assert read(members) == {"a": [0]}


def test_members_that_share_a_column_are_one_modality():
    assert read(fusion(("hog", "a"), ("color", "a"), ("b", "b"))) == {"a": [0], "b": [1]}
    shared = fusion(("one", ["a", "b"]), ("two", ["c"]), ("three", ["b", "c"]), ("d", "d"))
    assert read(shared) == {"one+two+three": [0, 1, 2], "d": [3]}


def test_an_only_member_has_the_whole_matrix():
    only = MultimodalFusion([("all", "passthrough")])
    assert read(only, X=X.to_numpy()) == {"all": [0, 1, 2, 3]}


def test_the_user_says_what_is_one():
    assert read(LogisticRegression(), {"left": ["b", "a"], "right": slice(2, 4)}) == {
        "left": [0, 1],
        "right": [2, 3],
    }
    assert read(LogisticRegression(), ["d", "a"]) == {"d": [3], "a": [0]}


def test_an_integer_is_the_name_of_a_column_where_names_are_integers():
    renamed = X.set_axis([1, 2, 0, "d"], axis=1)
    assert read(LogisticRegression(), [1, 2, 0, "d"], renamed) == {1: [0], 2: [1], 0: [2], "d": [3]}
    assert read(LogisticRegression(), {"x": [0, "d"], "y": np.int64(2)}, renamed) == {
        "x": [2, 3],
        "y": [1],
    }
    everything = [True, False, True, False]
    assert read(LogisticRegression(), {"mask": everything}, renamed) == {"mask": [0, 2]}
    with pytest.raises(
        ValueError, match=r"3 is no column of X, whose columns are \[1, 2, 0, 'd'\]"
    ):
        read(LogisticRegression(), [1, 3], renamed)


def test_a_fusion_takes_integers_for_positions():
    late = LateFusionClassifier([("left", LogisticRegression(), 0)])
    assert read(late, X=X.set_axis([1, 2, 0, 3], axis=1)) == {"left": [0]}


def test_where_names_are_strings_an_integer_is_a_position():
    assert read(LogisticRegression(), {"x": [0, 2]}) == {"x": [0, 2]}


def test_modalities_of_one_name_are_refused():
    colliding = fusion(("a", "b"), ("x", "a"), ("y", "a"))
    with pytest.raises(ValueError, match=r"two modalities would have one name, of \['a', 'a'\]"):
        read(colliding)


@pytest.mark.parametrize(
    ("modalities", "message"),
    [
        ({"x": ["a", "b"], "y": "b"}, "modalities 'x' and 'y' both have column 'b'"),
        ({}, "modalities is empty"),
        ({"x": []}, r"\[\] selects no column"),
        (["e"], "e"),
    ],
)
def test_what_is_no_modality_is_refused(modalities, message):
    with pytest.raises(ValueError, match=message):
        read(LogisticRegression(), modalities)


def test_a_column_of_a_matrix_is_named_by_its_number():
    with pytest.raises(ValueError, match="both have column 1; a column belongs to one modality"):
        read(LogisticRegression(), {"x": [0, 1], "y": [1]}, X.to_numpy())


def test_the_fusion_is_the_model_or_its_first_step():
    members = fusion(("a", "a"))
    late = LateFusionClassifier([("a", LogisticRegression())])
    assert fusion_in(members) is members
    assert fusion_in(make_pipeline(members, LogisticRegression())) is members
    assert fusion_in(late) is late
    assert fusion_in(make_pipeline("passthrough", late)) is None


@pytest.mark.parametrize("fitted", [False, True])
def test_a_search_is_looked_into(fitted):
    members = fusion(("a", "a"), ("b", "b"))
    grid = {"multimodalfusion__b": ["passthrough", "drop"], "ridge__alpha": [1.0]}
    for make in (GridSearchCV, partial(RandomizedSearchCV, n_iter=1), HalvingGridSearchCV):
        search = make(make_pipeline(members, Ridge()), grid, cv=2)
        if fitted:  # what it found is asked, and not what it was given
            search.best_estimator_ = make_pipeline(fusion(("a", "a")), Ridge())
        assert read(search) == {"a": [0]} | ({} if fitted else {"b": [1]})


def test_a_search_that_has_members_is_asked_for_them():
    features = [("left", "passthrough", ["a", "b"]), ("right", "passthrough", ["c"])]
    search = FusionSearchCV(features)
    assert fusion_in(search) is search
    assert read(search) == {"left": [0, 1], "right": [2]}


def test_what_a_search_found_is_its_model():
    model = LogisticRegression()
    assert searched(model) is model
    assert searched(GridSearchCV(GridSearchCV(model, {}), {})) is model
    found = GridSearchCV(model, {"C": [2.0]}, cv=2).fit(np.eye(4), [0, 1, 0, 1])
    assert searched(found) is found.best_estimator_


def test_owners_are_the_modalities_of_the_columns_of_members():
    columns = member_columns(fusion(("one", "a"), ("two", ["b", "c"]), ("three", "d")), X)
    assert owners(columns, {"x": np.array([0]), "y": np.array([1, 2])}) == {
        "one": "x",
        "two": "y",
        "three": None,
    }
    assert owners(columns, {"x": np.array([0, 1]), "y": np.array([2])}) is None
    assert owners(columns, {"x": np.array([1])}) is None


@pytest.mark.parametrize("bad", [csr_array(np.eye(3)), np.array([["a"]]), [1, 2], "text"])
def test_what_is_neither_frame_nor_matrix_is_refused(bad):
    with pytest.raises(
        TypeError, match="give a DataFrame with one column per modality, or a dense matrix"
    ):
        check_samples(bad)


def test_a_dict_is_refused_with_the_way_out():
    with pytest.raises(TypeError, match=r"make_frame\(\*\*X\)"):
        check_samples({"a": [1]})


def test_frames_and_matrices_are_taken():
    frame = make_frame(text=["a", None])
    assert check_samples(frame) is frame
    assert check_samples([[1, 2], [3, 4]]).shape == (2, 2)
