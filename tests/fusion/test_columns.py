"""Which columns of X belong to a member, and in which rows its modality is present."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.preprocessing import StandardScaler

from skmm import ModalityError, MultimodalFusion, make_frame
from skmm.fusion._columns import Column, column_names, read_column, refuse_absent, refuse_null
from skmm.fusion._members import Member

X = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("transformers", "message"),
    [
        (
            [("a", StandardScaler(), [5])],
            r"modality 'a' asks for column 5, but X has 3 feature\(s\)",
        ),
        ([("a", StandardScaler(), slice(3, 9))], r"asks for columns slice.*X has 3 feature\(s\)"),
        ([("a", StandardScaler(), ["p"])], "asks for column.*X is a matrix without names"),
        ([("a", StandardScaler()), ("b", StandardScaler())], "X is a matrix without names"),
    ],
)
def test_columns_that_are_not_there_are_refused(transformers, message):
    with pytest.raises(ValueError, match=message):
        MultimodalFusion(transformers).fit(X)


def test_null_cells_are_refused_with_their_place():
    some = np.array([True, False, True, False])
    column = Column(X, some, some)
    with pytest.raises(
        ModalityError, match=r"modality 'a', row 1 \(index 'v'\): the cell is null.*; go on"
    ):
        refuse_null(column, "a", list("uvwx"), "go on")


def test_a_modality_that_is_nowhere_is_refused():
    with pytest.raises(ModalityError, match="modality 'a': missing in every sample"):
        refuse_absent(Column(X, *[np.zeros(4, dtype=bool)] * 2), "a")


def test_object_cells_of_one_shape_are_stacked_and_others_are_not():
    frame = make_frame(a=[np.ones(2), None, np.zeros(2)], b=[np.ones(2), np.ones(3), None]).astype(
        object
    )
    stacked = read_column(frame, Member("a", None, "a"), n_members=2)
    assert stacked.rows(stacked.present).shape == (2, 2)
    ragged = read_column(frame, Member("b", None, "b"), n_members=2)
    assert [len(cell) for cell in ragged.rows(ragged.present)] == [2, 3]


def test_column_names_are_those_asked_for_once_each():
    members = [("a", None), ("b", None, ["p", "q"]), ("c", None, "p")]
    assert column_names(members) == ["a", "p", "q"]
    assert column_names([("a", None, [0])]) is None


def test_a_matrix_is_one_modality_for_an_only_member():
    column = read_column(X, Member("all", None, "all"), n_members=1)
    assert_array_equal(column.values, X)


def test_a_row_of_numbers_is_missing_where_all_of_it_is_nan():
    gaps = X.copy()
    gaps[1] = np.nan
    gaps[2, 0] = np.nan
    frame = pd.DataFrame(gaps, columns=list("pqr"))
    for data, columns in [(gaps, slice(None)), (frame, ["p", "q", "r"]), (frame, slice(0, 3))]:
        column = read_column(data, Member("a", None, columns), n_members=1)
        assert column.present.tolist() == [True, False, True, True]


def test_a_member_gets_tensors_as_an_array_and_text_as_a_series():
    frame = make_frame(image=np.zeros((3, 2, 2)), text=["a", None, "b"])
    image = read_column(frame, Member("image", None, "image"), n_members=2)
    assert image.rows(slice(None)).shape == (3, 2, 2)
    text = read_column(frame, Member("text", None, "text"), n_members=2)
    assert list(text.rows(text.present).index) == [0, 2]


def test_several_columns_with_some_null_are_refused_by_missing_error():
    numbers = pd.DataFrame({"u": [1.0, np.nan, 2.0], "v": [1.0, 2.0, 3.0], "t": ["a", "b", "c"]})
    column = read_column(numbers, Member("a", None, ["u", "v"]), n_members=1)
    assert column.present.all()
    with pytest.raises(ModalityError, match="modality 'a', row 1"):
        MultimodalFusion([("a", StandardScaler(), ["u", "v"])]).fit(numbers)


def test_a_number_picks_one_column_as_its_name_does():
    frame = make_frame(image=np.arange(12.0).reshape(3, 2, 2), text=["a", None, "b"])
    image = read_column(frame, Member("image", None, 0), n_members=2)
    assert image.rows(slice(None)).shape == (3, 2, 2)
    text = read_column(frame, Member("text", None, 1), n_members=2)
    assert list(text.rows(text.present)) == ["a", "b"]


@pytest.mark.parametrize("columns", [np.array(["p", "r"]), pd.Index(["p", "r"]), ("p", "r")])
def test_names_come_in_any_sequence(columns):
    numbers = pd.DataFrame(X[:, :3], columns=list("pqr"))
    column = read_column(numbers, Member("a", None, columns), n_members=1)
    assert list(column.values.columns) == ["p", "r"]


@pytest.mark.parametrize("columns", [slice("p", "r"), None, len, [0, "p"]])
def test_columns_of_another_kind_are_refused(columns):
    with pytest.raises(ValueError, match="modality 'a' asks for columns"):
        MultimodalFusion([("a", StandardScaler(), columns)]).fit(X)
