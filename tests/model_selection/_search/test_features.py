"""How modalities become numbers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from skmm import ModalityError, make_frame
from skmm.fusion._members import Member
from skmm.model_selection._search.features import Feature, has_gaps, look_at_features
from skmm.text import BagOfWordsVectorizer
from tests.tiny_extractors import Spied


@pytest.mark.parametrize(
    ("columns", "given", "inside"),
    [
        ("photo", ["photo"], "photo"),
        (["x", "y"], ["x", "y"], ["x", "y"]),
        (3, [3], 0),
        ([2, 5], [2, 5], [0, 1]),
        (slice(2, 4), slice(2, 4), slice(None)),
    ],
)
def test_columns_are_those_of_x_or_of_the_part_a_member_sees(columns, given, inside):
    feature = Feature("image", "passthrough", columns)
    assert feature.given == given
    assert feature.inside == ("image", "passthrough", inside)
    assert feature.member == ("image", "passthrough", columns)


def test_it_is_seen_what_blocks_are_like(tmp_path):
    X = make_frame(
        image=np.random.default_rng(0).normal(size=(6, 2, 5)),
        text=["cat dog", "dog", None, "cow", "cat", "dog cow"],
        numbers=[[1], [2], [3], [4], [5], [6]],
    )
    members = [
        Member("image", "passthrough", "image"),
        Member("text", BagOfWordsVectorizer(), "text"),
        Member("numbers", Spied(log=tmp_path / "log"), "numbers"),
    ]
    features = look_at_features(members, X, np.arange(6), tmp_path / "rows")
    assert [(f.is_sparse, f.width) for f in features] == [(False, 10), (True, 3), (False, 2)]
    look_at_features(members, X, np.arange(6), tmp_path / "rows")
    assert len((tmp_path / "log").read_text().splitlines()) == 6  # the second time from the cache
    assert members[2].estimator.memory is None


@pytest.mark.parametrize("X", [np.eye(4), sparse.csr_array(np.eye(4))])
def test_a_matrix_without_names_is_one_modality(X):
    (feature,) = look_at_features([Member("x", "passthrough", "x")], X, np.arange(4), None)
    assert feature.columns == slice(None)
    assert (feature.is_sparse, feature.width) == (sparse.issparse(X), 4)


def test_columns_in_an_array_are_a_list():
    member = Member("x", StandardScaler(), np.array([0, 2]))
    (feature,) = look_at_features([member], np.eye(4), np.arange(4), None)
    assert feature.columns == [0, 2]


def test_what_cannot_be_used_is_named():
    X = make_frame(text=["a", "b"])
    with pytest.raises(ModalityError, match="modality 'numbers', row 1.*cannot read 'x'"):
        look_at_features(
            [Member("numbers", Spied(log="/dev/null"), "numbers")],
            make_frame(numbers=[[1], "x"]),
            np.arange(2),
            None,
        )
    with pytest.raises(ValueError, match="no features yet; give it an extractor"):
        look_at_features([Member("text", "passthrough", "text")], X, np.arange(2), None)


def test_gaps_are_seen():
    X = make_frame(a=np.zeros((2, 3)), text=["x", None])
    gaps = [has_gaps(part) for part in (X, X[["a"]], np.eye(2), np.array([[np.nan]]))]
    assert_array_equal(gaps, [True, False, False, True])
    assert not has_gaps(sparse.csr_array(np.eye(2)))
