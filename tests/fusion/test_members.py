"""What members are, which columns they get, and the errors about them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.preprocessing import StandardScaler

from skmm import ModalityError, MultimodalFusion, make_frame
from skmm.fusion._members import Member, column_names, read_column, run_on_present_rows

X = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("transformers", "message"),
    [
        ([], "transformers is empty"),
        ([("a",)], r"every entry is \(modality, estimator\)"),
        ([("a", "keep")], "holds 'keep' for modality 'a'; expected an estimator or one of"),
        ([("a", "drop", [0])], "every modality is dropped"),
        ([("a", StandardScaler(), [0]), ("a", StandardScaler(), [1])], "not unique"),
        ([("fusion", StandardScaler(), [0])], "conflict with constructor arguments"),
        ([("a__b", StandardScaler(), [0])], "must not contain __"),
        (
            [("a", StandardScaler(), [5])],
            r"modality 'a' asks for column 5, but X has 3 feature\(s\)",
        ),
        ([("a", StandardScaler(), slice(3, 9))], r"asks for columns slice.*X has 3 feature\(s\)"),
        ([("a", StandardScaler(), ["p"])], "asks for column.*X is a matrix without names"),
        ([("a", StandardScaler()), ("b", StandardScaler())], "X is a matrix without names"),
    ],
)
def test_members_that_cannot_be_used_are_refused(transformers, message):
    with pytest.raises(ValueError, match=message):
        MultimodalFusion(transformers).fit(X)


def test_a_class_instead_of_an_instance_is_refused():
    with pytest.raises(TypeError, match="Expected an estimator instance"):
        MultimodalFusion([("a", StandardScaler)]).fit(X)


@pytest.mark.parametrize("nonsense", [3.0, None, "abc", [1, 2]])
def test_parameters_survive_nonsense_until_fit(nonsense):
    fusion = MultimodalFusion(nonsense)
    assert fusion.get_params()["transformers"] == nonsense
    fusion.set_params(missing="zero")
    with pytest.raises((ValueError, TypeError)):
        fusion.fit(X)


def test_setting_a_member_keeps_its_columns():
    fusion = MultimodalFusion([("a", StandardScaler(), [0, 1])])
    fusion.set_params(a="passthrough")
    assert fusion.transformers == [("a", "passthrough", [0, 1])]
    fusion.set_params(transformers=[("b", StandardScaler(), [0])], b__with_mean=False)
    assert fusion.get_params()["b__with_mean"] is False


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


def test_rows_targets_and_metadata_are_cut_together():
    frame = make_frame(text=["a", None, "b"])
    column = read_column(frame, Member("text", None, "text"), n_members=1)
    params = {"sample_weight": np.array([1.0, 2.0, 3.0]), "flag": True}

    def spy(member, rows, y, params):
        return list(rows), list(y), list(params["sample_weight"]), params["flag"]

    result = run_on_present_rows(spy, None, column, ["x", "y", "z"], params, index=frame.index)
    assert result == (["a", "b"], ["x", "z"], [1.0, 3.0], True)


def test_the_place_of_an_error_is_translated_back():
    frame = make_frame(text=[None, "a", None, "b"]).set_axis(list("uvwx"))
    member = Member("text", None, "text")
    column = read_column(frame, member, n_members=1)

    def fail(member, rows, y, params):
        raise ModalityError("bad", modality="other", row=1)

    with pytest.raises(ModalityError, match=r"modality 'text', row 3 \(index 'x'\): bad"):
        run_on_present_rows(fail, member, column, None, {}, index=frame.index)
