"""Frames with one column per modality: building, asking, and making modalities missing."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmm import ModalityError
from skmm.frame import (
    TensorArray,
    check_frame,
    drop_modalities,
    make_frame,
    modality_names,
    presence_mask,
)

NULLS = [None, np.nan, float("nan"), np.float64("nan"), pd.NA, pd.NaT]
EMPTY = ["", b"", 0, np.zeros(0), np.full(3, np.nan), [], ()]


@pytest.fixture
def images():
    return np.arange(4 * 3 * 2, dtype="uint8").reshape(4, 3, 2)


@pytest.fixture
def X(images):
    return make_frame(image=images, text=["a cat", "a dog", "", "a cow"])


# make_frame


def test_make_frame_does_not_copy_pixels(images):
    column = make_frame(image=images)["image"].array
    assert isinstance(column, TensorArray)
    assert np.shares_memory(column.tensor, images)


@pytest.mark.parametrize(
    "select",
    [
        lambda X: X.iloc[1:3],
        lambda X: X[["image"]],
        lambda X: X.copy(deep=False),
        lambda X: X.set_axis(list("abcd")),
        lambda X: make_frame(image=X["image"]),
        lambda X: make_frame(image=X["image"].array),
    ],
    ids=["iloc", "columns", "shallow copy", "set_axis", "series", "extension array"],
)
def test_pixels_are_shared(X, images, select):
    assert np.shares_memory(select(X)["image"].array.tensor, images)


@pytest.mark.parametrize("array", ["image", "weight"])
def test_writing_to_the_frame_leaves_the_array_given_as_it_was(array):
    given = {"image": np.ones((3, 2, 2)), "weight": np.ones(3)}
    frame = make_frame(**given)
    frame.at[0, array] = np.zeros((2, 2)) if array == "image" else 0.0
    assert (given[array] == 1).all()
    assert np.all(frame.at[0, array] == 0)


def test_read_only_arrays_and_memory_maps_are_taken(tmp_path):
    np.save(tmp_path / "images.npy", np.ones((3, 2, 2)))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    frame = make_frame(image=mapped)
    assert np.shares_memory(frame["image"].array.tensor, mapped)
    frame.at[0, "image"] = np.zeros((2, 2))
    assert frame.at[0, "image"].sum() == 0


def test_what_else_is_an_array_is_taken_as_one(images):
    class Foreign:
        def __iter__(self):
            return iter(images)

        def __array__(self, dtype=None, copy=None):
            return images

    assert np.shares_memory(make_frame(image=Foreign())["image"].array.tensor, images)


def test_a_list_of_equal_arrays_is_stacked(images):
    column = make_frame(image=list(images))["image"].array
    assert_array_equal(column.tensor, images)


@pytest.mark.parametrize("null", NULLS, ids=repr)
def test_a_list_of_equal_arrays_may_have_nulls(images, null):
    column = make_frame(image=[null, images[1], images[2]])["image"].array
    assert column.present.tolist() == [False, True, True]
    assert_array_equal(column.tensor[1:], images[1:3])


@pytest.mark.parametrize(
    "cells",
    [
        [np.zeros(3), np.zeros(4), None],
        [
            np.zeros((2, 2), "uint8"),
            np.zeros((2, 2), "float32"),
            None,
        ],  # 255 and 1.0 are both white
        [np.zeros((2, 2)), "cat.png", None],
        [np.zeros((2, 2)), [1.0, 2.0], None],
        [["a", "cat"], ["a", "dog"], None],
        [Path("a.png"), Path("b.png"), None],
        [Path("a.png"), "b.png", None],
        [b"a", b"b", None],
        [pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": [2.0]}), None],
    ],
    ids=["ragged", "dtypes", "path", "list", "tokens", "Path", "Path and str", "bytes", "frames"],
)
def test_other_cells_stay_the_objects_they_are(cells):
    column = make_frame(audio=cells)["audio"]
    assert column.dtype == object
    assert all(cell is given for cell, given in zip(column, cells, strict=True))


@pytest.mark.parametrize(
    "texts",
    [
        ["a", "b", None],
        ("a", "b", None),
        np.array(["a", "b", None], dtype=object),
        pd.Series(["a", "b", None], index=[2, 1, 0]),
        pd.Index(["a", "b", None]),
        (text for text in ["a", "b", None]),
    ],
    ids=["list", "tuple", "ndarray", "Series", "Index", "generator"],
)
def test_texts_are_a_text_column_in_the_order_given(texts):
    column = make_frame(text=texts)["text"]
    assert column.dtype == "str"
    assert column.index.tolist() == [0, 1, 2]
    assert column.tolist()[:2] == ["a", "b"]
    assert column.isna().tolist() == [False, False, True]


def test_an_array_of_strings_is_a_text_column():
    assert make_frame(text=np.array(["a", "bc"]))["text"].tolist() == ["a", "bc"]


@pytest.mark.parametrize("dtype", ["float32", "int8", "bool", "complex64"])
def test_numbers_in_one_dimension_are_a_numeric_column(dtype):
    numbers = np.array([1, 0, 1], dtype=dtype)
    column = make_frame(weight=numbers)["weight"]
    assert column.dtype == dtype
    assert_array_equal(column, numbers)


def test_a_list_of_numbers_is_a_numeric_column():
    assert make_frame(weight=[1, 2.5, None])["weight"].dtype == float


def test_the_dtype_of_a_series_is_kept():
    series = pd.Series(["a", None], dtype="string")
    assert make_frame(text=series)["text"].dtype == "string"


def test_the_labels_of_series_are_ignored():
    frame = make_frame(a=pd.Series([1, 2], index=["x", "y"]), b=pd.Series([3, 4], index=["y", "x"]))
    assert frame.to_numpy().tolist() == [[1, 3], [2, 4]]


def test_writing_to_one_frame_leaves_another_of_the_same_column_as_it_was(X, images):
    before = images.copy()
    other = make_frame(image=X["image"], text=X["text"])
    X.at[0, "image"] = X.at[1, "image"] = np.full((3, 2), 9, dtype="uint8")
    X.loc[2] = None
    assert_array_equal(other["image"].array.tensor, before)
    assert presence_mask(other).all(axis=None)


def test_columns_keep_the_order_given():
    assert list(make_frame(z=[1], a=[2], m=[3]).columns) == ["z", "a", "m"]


def test_lengths_differ_is_named(images):
    with pytest.raises(ValueError, match=r"differ in length: a=4, b=2, c=4; give one cell per"):
        make_frame(a=images, b=["x", "y"], c=[1, 2, 3, 4])


def test_no_modalities_are_refused():
    with pytest.raises(TypeError, match="no modalities given; name at least one"):
        make_frame()


@pytest.mark.parametrize(
    "cells",
    [
        "a cat",
        b"a cat",
        3.0,
        None,
        Path("cat.png"),
        np.array(3.0),
        {"a": 1},
        {"a", "b"},
        pd.DataFrame({"a": [1]}),
        sparse.csr_array(np.eye(3)),
        sparse.dok_array(np.eye(3)),
    ],
    ids=lambda cells: type(cells).__name__,
)
def test_what_is_no_sequence_of_cells_is_refused(cells):
    with pytest.raises(TypeError, match=rf"modality 'a' is a {type(cells).__name__}; give a seq"):
        make_frame(a=cells)


def test_a_matrix_of_objects_is_refused_by_name():
    with pytest.raises(TypeError, match="modality 'a': cells of shape .2,. and type object"):
        make_frame(a=np.full((3, 2), None))


# check_frame and modality_names


def test_modality_names_are_the_columns_in_their_order(X):
    assert modality_names(X[["text", "image"]]) == ["text", "image"]


@pytest.mark.parametrize("ask", [check_frame, modality_names, presence_mask, drop_modalities])
def test_a_dict_is_refused_with_the_way_out(ask, images):
    with pytest.raises(TypeError, match=r"use make_frame\(\*\*X\)"):
        ask({"image": images})


@pytest.mark.parametrize("ask", [check_frame, modality_names, presence_mask, drop_modalities])
@pytest.mark.parametrize("X", [[["a"]], "a", None, sparse.dok_array(np.eye(2))])
def test_what_is_no_frame_is_refused(ask, X):
    with pytest.raises(TypeError, match=f"X is a {type(X).__name__}; give a DataFrame"):
        ask(X)


@pytest.mark.parametrize("ask", [check_frame, modality_names, presence_mask, drop_modalities])
def test_repeated_names_are_refused(ask):
    with pytest.raises(ValueError, match="several columns named 'a'"):
        ask(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]))


@pytest.mark.parametrize("shape", [(4, 3, 2), (4, 4, 4), (4, 3, 2, 2)])
@pytest.mark.parametrize("ask", [check_frame, modality_names, presence_mask, drop_modalities])
def test_a_corrupt_column_is_refused_by_name(ask, shape, X):
    X["z"] = np.zeros(shape)
    with pytest.raises(ModalityError, match=r"'z'.*X\['z'\] = TensorArray\(array\)") as error:
        ask(X)
    assert error.value.modality == "z"


def test_a_corrupt_series_is_refused_by_name(X):
    X["z"] = np.zeros((4, 3, 2))
    with pytest.raises(ModalityError, match="modality 'z': the column is corrupt"):
        presence_mask(X["z"])


def test_the_way_out_of_a_corrupt_column_works(X):
    X["z"] = TensorArray(np.zeros((4, 3, 2)))
    check_frame(X)


# presence_mask


@pytest.mark.parametrize("null", NULLS, ids=repr)
@pytest.mark.parametrize(
    ("cell", "dtype"),
    [
        ("a cat", "str"),
        ("a cat", "string"),
        ("a cat", object),
        (np.zeros(3), object),
        (np.zeros(3), "tensor[float64, 3]"),
    ],
    ids=["str", "string", "object of str", "object of arrays", "tensor"],
)
def test_every_null_is_missing(cell, dtype, null):
    column = pd.Series([cell, null, cell], dtype=dtype, name="a")
    assert presence_mask(column).tolist() == [True, False, True]
    assert presence_mask(column.to_frame())["a"].tolist() == [True, False, True]
    assert presence_mask(column.to_frame().to_numpy()).ravel().tolist() == [True, False, True]


def test_a_decimal_nan_is_missing():
    assert presence_mask(pd.Series([Decimal("nan"), Decimal(0)])).tolist() == [False, True]


@pytest.mark.parametrize("cell", EMPTY, ids=repr)
def test_empty_is_not_missing(cell):
    column = pd.Series([None, None], dtype=object)
    column.iat[0] = cell
    assert presence_mask(column).tolist() == [True, False]
    assert presence_mask(column.to_frame().to_numpy()).tolist() == [[True], [False]]


@pytest.mark.parametrize("dtype", ["str", "string"])
def test_empty_text_is_not_missing(dtype):
    assert presence_mask(pd.Series(["", None], dtype=dtype)).tolist() == [True, False]


@pytest.mark.parametrize("tensor", [np.full((2, 3), np.nan), np.zeros((2, 0))])
def test_nan_and_empty_tensors_are_not_missing(tensor):
    assert presence_mask(make_frame(a=tensor))["a"].tolist() == [True, True]


def test_the_mask_has_the_labels_of_the_frame(images):
    X = make_frame(image=images, text=["a", None, "b", None]).set_axis([7, 7, 3, 1])
    present = presence_mask(X)
    expected = pd.DataFrame({"image": True, "text": [True, False, True, False]}, index=[7, 7, 3, 1])
    pd.testing.assert_frame_equal(present, expected)


# drop_modalities


@pytest.fixture
def gappy():
    """100 samples, three modalities, each missing here and there; a few samples have none."""
    rng = np.random.default_rng(0)
    image = TensorArray(rng.normal(size=(100, 3, 2)), rng.random(100) < 0.7)
    text = np.where(rng.random(100) < 0.7, "a cat", None)
    weight = np.where(rng.random(100) < 0.7, 1.0, np.nan)
    return make_frame(image=image, text=text, weight=weight).set_axis(rng.permutation(100))


def test_a_whole_modality_is_dropped(gappy):
    dropped = drop_modalities(gappy, "text")
    assert not presence_mask(dropped)["text"].any()
    pd.testing.assert_frame_equal(dropped[["image", "weight"]], gappy[["image", "weight"]])


def test_several_whole_modalities_are_dropped(gappy):
    present = presence_mask(drop_modalities(gappy, ["text", "image"]))
    assert not present[["text", "image"]].any(axis=None)
    assert_array_equal(present["weight"], presence_mask(gappy)["weight"])


def test_dropping_leaves_X_as_it_was(gappy):
    before = gappy.copy()
    drop_modalities(gappy, rate=0.5, random_state=0)
    pd.testing.assert_frame_equal(gappy, before)


def test_what_is_not_dropped_stays_as_it_was(gappy, global_random_seed):
    dropped = drop_modalities(gappy, rate=0.5, random_state=global_random_seed)
    present = presence_mask(dropped)
    assert dropped.index.equals(gappy.index)
    assert dropped.dtypes.equals(gappy.dtypes)
    for name in gappy:
        kept = present[name]
        pd.testing.assert_series_equal(dropped.loc[kept, name], gappy.loc[kept, name])


def test_dropping_does_not_copy_pixels(gappy):
    dropped = drop_modalities(gappy, rate=0.5, random_state=0)
    assert np.shares_memory(dropped["image"].array.tensor, gappy["image"].array.tensor)


def test_writing_to_the_frame_afterwards_changes_only_one_of_the_two(gappy):
    before = gappy["image"].array.tensor.copy()
    dropped = drop_modalities(gappy, "text")
    gappy.iat[0, 0] = np.zeros((3, 2))
    assert_array_equal(dropped["image"].array.tensor, before)
    dropped.iat[1, 0] = np.zeros((3, 2))
    assert_array_equal(gappy["image"].array.tensor[1:], before[1:])


@pytest.mark.parametrize("modalities", [None, ["image", "text"], ["weight"]])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.999])
def test_no_sample_loses_its_last_modality(gappy, modalities, rate, global_random_seed):
    dropped = drop_modalities(gappy, modalities, rate=rate, random_state=global_random_seed)
    had_any = presence_mask(gappy).any(axis=1)
    assert_array_equal(presence_mask(dropped).any(axis=1), had_any)


def test_the_last_modality_of_a_sample_is_each_equally_often(global_random_seed):
    X = make_frame(a=np.zeros((9000, 1)), b=np.zeros((9000, 1)), c=np.zeros((9000, 1)))
    dropped = drop_modalities(X, rate=1 - 1e-9, random_state=global_random_seed)
    # Three standard deviations of a binomial count are 134.
    assert np.abs(presence_mask(dropped).sum() - 3000).max() < 250


def test_cells_are_dropped_at_the_rate_independently(global_random_seed):
    X = make_frame(a=np.zeros((20_000, 1)), b=np.zeros((20_000, 1)))
    dropped = drop_modalities(X, rate=0.3, keep_one=False, random_state=global_random_seed)
    missing = ~presence_mask(dropped)
    assert missing.mean().to_numpy() == pytest.approx([0.3, 0.3], abs=0.02)
    assert missing.all(axis=1).mean() == pytest.approx(0.09, abs=0.015)


@pytest.mark.parametrize("keep_one", [True, False])
def test_what_is_dropped_at_one_rate_is_dropped_at_a_higher_one(gappy, keep_one):
    masks = [
        presence_mask(drop_modalities(gappy, rate=rate, keep_one=keep_one, random_state=0))
        for rate in (0.0, 0.2, 0.5, 0.9)
    ]
    assert masks[0].equals(presence_mask(gappy))
    for lower, higher in pairwise(masks):
        assert (lower | ~higher).all(axis=None)
        assert lower.sum(axis=None) > higher.sum(axis=None)


def test_equal_random_states_drop_equal_cells(gappy):
    first, second = (drop_modalities(gappy, rate=0.5, random_state=3) for _ in range(2))
    other = drop_modalities(gappy, rate=0.5, random_state=4)
    assert presence_mask(first).equals(presence_mask(second))
    assert not presence_mask(first).equals(presence_mask(other))


def test_everything_is_dropped_on_demand(gappy):
    assert not presence_mask(drop_modalities(gappy, keep_one=False)).any(axis=None)


def test_no_modalities_to_drop_changes_nothing(gappy):
    pd.testing.assert_frame_equal(drop_modalities(gappy, []), gappy)


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        (pd.Series(["a", "b"], dtype="str"), "str"),
        (pd.Series(["a", "b"], dtype="string"), "string"),
        (pd.Series([1.0, 2.0], dtype="float32"), "float32"),
        (pd.Series([1, 2], dtype="int64"), "float64"),
        (pd.Series([1, 2], dtype="Int64"), "Int64"),
        (pd.Series([True, False]), object),
        (pd.Series(["a", "b"], dtype="category"), "category"),
        (pd.Series([b"a", b"b"], dtype=object), object),
        (pd.Series(TensorArray(np.ones((2, 3)))), "tensor[float64, 3]"),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, pd.Series) else "",
)
def test_every_dtype_has_its_null(column, dtype):
    dropped = drop_modalities(make_frame(a=column, b=[1, 2]), "a")["a"]
    assert dropped.dtype == dtype
    assert dropped.isna().all()


def test_the_null_of_objects_and_tensors_is_none(images):
    X = make_frame(a=images, b=[Path("a")] * 4, c=[0] * 4)
    assert [cell for name in "ab" for cell in drop_modalities(X, ["a", "b"])[name]] == [None] * 8


def test_an_unknown_modality_is_named(X):
    with pytest.raises(ValueError, match=r"no modality 'audio'; its modalities are \['image', 'te"):
        drop_modalities(X, ["image", "audio"])


@pytest.mark.parametrize("rate", [-0.1, 1.5, np.nan])
def test_a_rate_that_is_no_share_is_refused(X, rate):
    with pytest.raises(ValueError, match=f"rate={rate} is not a share"):
        drop_modalities(X, rate=rate)


@pytest.mark.parametrize("modalities", [None, ["image", "text"], ["text", "image", "text"]])
def test_dropping_everything_by_accident_is_refused(X, modalities):
    with pytest.raises(ValueError, match="leaves nothing of any sample; name the modalities"):
        drop_modalities(X, modalities)


@pytest.mark.parametrize("shape", [(3,), (3, 2)])
def test_a_masked_array_is_refused(shape):
    masked = np.ma.masked_array(np.ones(shape), mask=np.arange(np.prod(shape)).reshape(shape) == 1)
    with pytest.raises(TypeError, match="modality 'a' is a masked array, whose mask would be lost"):
        make_frame(a=masked)


@pytest.mark.parametrize("shape", [(3,), (3, 2)])
@pytest.mark.parametrize("mask", [np.ma.nomask, False])
def test_a_masked_array_that_masks_nothing_is_an_array(shape, mask):
    masked = np.ma.masked_array(np.ones(shape), mask=mask)
    assert make_frame(a=masked).equals(make_frame(a=np.ones(shape)))
    assert make_frame(a=list(masked), b=["x"] * 3)["a"].equals(
        make_frame(a=list(np.ones(shape)))["a"]
    )


def test_integers_with_gaps_are_no_masked_arrays_of_numpy():
    assert presence_mask(make_frame(n=pd.array([1, None])))["n"].tolist() == [True, False]


def test_a_series_of_equal_arrays_is_stacked():
    cells = pd.Series([np.ones(2), None, np.zeros(2)], dtype=object)
    assert isinstance(make_frame(a=cells)["a"].array, TensorArray)


@pytest.mark.parametrize("X", [np.zeros((2, 2)), pd.Series([1, 2])])
def test_modalities_are_dropped_from_frames_only(X):
    with pytest.raises(TypeError, match="make_frame|DataFrame"):
        drop_modalities(X)


@pytest.mark.parametrize("rate", ["a", None, 2])
def test_a_rate_that_is_no_number_is_refused(rate):
    with pytest.raises(ValueError, match="is not a share of the cells"):
        drop_modalities(make_frame(a=[1.0, 2.0], b=["x", "y"]), rate=rate)


def test_a_text_with_a_lone_surrogate_is_a_cell():
    """pyarrow, which pandas keeps texts with where it is installed, refuses it."""
    texts = ["some\ud800thing", None, "red"]
    assert make_frame(text=texts)["text"].iloc[[0, 2]].tolist() == [texts[0], texts[2]]
    assert presence_mask(make_frame(text=texts))["text"].tolist() == [True, False, True]


# Masked arrays


def test_cells_with_masks_are_refused_and_named():
    cell = np.ma.masked_array(np.ones((2, 2)), mask=np.eye(2))
    with pytest.raises(
        TypeError, match=r"modality 'image': the cell in row 1 is a masked array.*filled\(0\)"
    ):
        make_frame(image=[np.ones((2, 2)), cell])


@pytest.mark.parametrize(
    "other", [np.ones(5), [1.0, 2.0], "text", None, np.ones((2, 2), dtype=int)], ids=repr
)
def test_cells_with_masks_are_refused_among_others(other):
    cell = np.ma.masked_array(np.ones((2, 2)), mask=np.eye(2))
    with pytest.raises(TypeError, match=r"modality 'a': the cell in row 1 is a masked array"):
        make_frame(a=[other, cell])
