"""What members are, how they are run, and the errors about them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skmm import LateFusionClassifier, ModalityError, MultimodalFusion, make_frame
from skmm.fusion._columns import read_column
from skmm.fusion._members import Member, run_on_present_rows
from skmm.text import BagOfWordsVectorizer

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
    ],
)
def test_members_that_cannot_be_used_are_refused(transformers, message):
    with pytest.raises(ValueError, match=message):
        MultimodalFusion(transformers).fit(X)


@pytest.mark.parametrize("name", [0, None, StandardScaler()])
def test_a_name_that_is_no_string_is_refused(name):
    with pytest.raises(TypeError, match=r"is no name; every entry is \(modality, estimator\)"):
        MultimodalFusion([(name, StandardScaler())]).fit(X)
    with pytest.raises(TypeError, match="is no name; every entry"):
        LateFusionClassifier([(name, LogisticRegression())]).fit(X, [0, 1, 0, 1])


def test_setting_a_member_that_is_not_there_suggests_one_that_is():
    fusion = MultimodalFusion([("image", StandardScaler(), [0]), ("audio", "drop", [1])])
    with pytest.raises(
        ValueError, match=r"'imgae__with_mean'.*\['image', 'audio'\].*did you mean 'image'"
    ):
        fusion.set_params(imgae__with_mean=False)
    with pytest.raises(ValueError, match="did you mean 'missing'"):
        fusion.set_params(mising="zero")
    with pytest.raises(ValueError, match="'with_men' for estimator StandardScaler"):
        fusion.set_params(image__with_men=False)


def test_strings_before_a_classifier_ask_for_what_makes_numbers_of_them():
    frame = make_frame(text=["a", "b", "a", "b"])
    late = LateFusionClassifier([("text", LogisticRegression())], rule="mean")
    with pytest.raises(
        ValueError,
        match=r"modality 'text': could not convert.*BagOfWordsVectorizer.*OneHot.*\['text'\]\)",
    ):
        late.fit(frame, [0, 1, 0, 1])
    texts = ("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression()))
    categories = ("text", make_pipeline(OneHotEncoder(), LogisticRegression()), ["text"])
    for member in (texts, categories):
        late.set_params(estimators=[member]).fit(frame, [0, 1, 0, 1])
        assert late.predict(frame).tolist() == [0, 1, 0, 1]


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


@pytest.mark.parametrize("error", [ValueError, TypeError])
def test_other_errors_of_a_member_name_its_modality(error):
    frame = make_frame(text=["a"])
    member = Member("text", None, "text")

    def fail(member, rows, y, params):
        raise error("bad")

    with pytest.raises(error, match="modality 'text': bad"):
        run_on_present_rows(fail, member, read_column(frame, member, 1), None, {}, index=None)


def test_an_error_of_another_kind_is_left_alone():
    frame = make_frame(text=["a"])
    member = Member("text", None, "text")

    def fail(member, rows, y, params):
        return b"\xff".decode()

    with pytest.raises(UnicodeDecodeError):
        run_on_present_rows(fail, member, read_column(frame, member, 1), None, {}, index=None)
