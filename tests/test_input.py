from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmm import make_frame
from skmm._input import check_names, holds_modalities, name_columns, select_columns


@pytest.mark.parametrize(
    "X",
    [
        make_frame(image=np.zeros((2, 3, 3))),
        make_frame(text=["a", None]),
        pd.DataFrame({"text": pd.Series(["a", "b"], dtype="string")}),
        make_frame(path=[None, "a.wav"]),
        make_frame(audio=[np.zeros(3), np.zeros(4)]),
        make_frame(image=np.zeros((2, 3, 3))).to_numpy(dtype=object),
        make_frame(image=np.zeros((2, 3, 3))).assign(age=[1, 2]),
    ],
)
def test_cells_to_be_read_are_seen(X):
    assert holds_modalities(X)


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((2, 3)),
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, None]], dtype=object),
        pd.DataFrame({"a": [1, 2], "b": [0.5, None]}),
        pd.DataFrame({"a": pd.Series([1, 2], dtype=object)}),
        sparse.csr_array(np.eye(2)),
        sparse.dok_array((2, 2)),
    ],
)
def test_numbers_are_left_to_scikit_learn(X):
    assert not holds_modalities(X)


def test_a_dict_is_refused():
    with pytest.raises(TypeError, match="make_frame"):
        holds_modalities({"a": np.zeros((2, 2))})


def test_nameless_columns_get_names_and_their_dtypes_back():
    frame = make_frame(text=["a", None], image=np.zeros((2, 3)))
    named = name_columns(frame.to_numpy(dtype=object), ["text", "image"])
    assert list(named.columns) == ["text", "image"]
    assert named["text"].dtype == frame["text"].dtype
    assert_array_equal(named.isna(), frame.isna())


def test_another_number_of_nameless_columns_is_an_error():
    cells = make_frame(text=["a", "b"]).to_numpy(dtype=object)
    with pytest.raises(ValueError, match=r"array of 1 nameless columns.*max_features=1\.0"):
        name_columns(cells, ["text", "image"])


def test_nameless_columns_without_names_are_numbered():
    cells = make_frame(text=["a", "b"]).to_numpy(dtype=object)
    assert list(name_columns(cells, None).columns) == ["x0"]


def test_names_are_strings():
    check_names(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(TypeError, match=r"columns \['a', 1\], and names of modalities are strings"):
        check_names(pd.DataFrame({"a": [1], 1: [2]}))


def test_a_missing_column_is_named_with_the_nearest():
    with pytest.raises(
        ValueError, match=r"no column 'audio'.*\['audios', 'text'\]; did you mean 'audios'"
    ):
        select_columns(pd.DataFrame({"audios": [1], "text": [2]}), ["text", "audio"])


def test_a_missing_column_without_a_near_one_is_named():
    with pytest.raises(ValueError, match=r"no column 'audio', its columns are \['xyz'\]$"):
        select_columns(pd.DataFrame({"xyz": [1]}), ["audio"])


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"text": pd.Series([None, None], dtype=object)}),
        pd.DataFrame({"age": [1.0, 2.0], "city": pd.Categorical(["a", "b"])}),
        make_frame(pair=[(1, 2), (3, 4)]),
    ],
)
def test_columns_that_are_no_numbers_are_cells_whatever_they_hold(X):
    assert holds_modalities(X)


@pytest.mark.parametrize(
    "X", [pd.Series(["a.png", "b.png"]), make_frame(image=np.zeros((2, 3, 3)))["image"]]
)
def test_a_series_of_samples_is_no_frame(X):
    with pytest.raises(TypeError, match=r"X is a Series.*to_frame\(\).*iloc\[\[row\]\]"):
        holds_modalities(X)


@pytest.mark.parametrize(
    "X",
    [
        ["a.png", "b.png"],
        [["a.png", "a text"]],
        ([Path("a.png")],),
        [[np.zeros((2, 2))] * 2],
        [np.eye(2)],
    ],
)
def test_samples_in_lists_are_no_frame(X):
    with pytest.raises(TypeError, match="of samples; give a DataFrame"):
        holds_modalities(X)
