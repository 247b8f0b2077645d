"""Attributes of samples."""

import numpy as np
import pandas as pd
import pytest

from skmm import make_frame
from skmm.inspection._subgroups.attributes import missing_patterns, read_attributes


def labels(column):
    return column.tolist()


def test_an_array_is_one_attribute():
    found = read_attributes(["b", "a", "b"], 3)
    assert list(found) == ["group"]
    assert list(found["group"].cat.categories) == ["a", "b"]
    assert labels(found["group"]) == ["b", "a", "b"]


def test_a_series_has_its_name_and_is_taken_by_position():
    found = read_attributes(pd.Series([1, 2], index=[7, 9], name="site"), 2)
    assert labels(found["site"]) == [1, 2]


@pytest.mark.parametrize("container", [dict, pd.DataFrame])
def test_several_attributes_and_their_intersection(container):
    groups = container({"sex": ["f", "m", "f"], "age": ["old", "old", "young"]})
    found = read_attributes(groups, 3, intersections=True)
    assert list(found) == ["sex", "age", "sex & age"]
    assert labels(found["sex & age"]) == ["f & old", "m & old", "f & young"]
    assert list(read_attributes(groups, 3)) == ["sex", "age"]


def test_one_attribute_has_no_intersection():
    assert list(read_attributes({"sex": ["f", "m"]}, 2, intersections=True)) == ["sex"]


@pytest.mark.parametrize("null", [None, np.nan, pd.NA])
def test_what_is_null_is_a_group(null):
    found = read_attributes(pd.Series(["a", null, "a"], dtype=object), 3)
    assert labels(found["group"]) == ["a", "unknown", "a"]


def test_what_is_null_joins_the_group_that_is_called_unknown():
    found = read_attributes(["unknown", "a", None], 3)["group"]
    assert labels(found) == ["unknown", "a", "unknown"]
    assert list(found.cat.categories) == ["a", "unknown"]


def test_categories_keep_their_order_and_empty_ones_are_left_out():
    bands = pd.Categorical(["old", "young"], categories=["young", "middle", "old"], ordered=True)
    assert list(read_attributes({"age": bands}, 2)["age"].cat.categories) == ["young", "old"]


def test_bins_are_groups():
    assert (
        len(read_attributes({"age": pd.cut([3, 30, 70], [0, 18, 65, 99])}, 3)["age"].cat.categories)
        == 3
    )


def test_numbers_that_all_differ_are_refused():
    with pytest.raises(ValueError, match="attribute 'age' has 60 groups, more than 50.*pd.cut"):
        read_attributes({"age": np.arange(60.0)}, 60)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        read_attributes(["a"], 2)


def test_no_attributes():
    assert read_attributes(None, 3).shape == (3, 0)


def test_patterns_name_what_is_missing():
    X = make_frame(image=[1.0, None, 1.0, None], a=[1.0, 1.0, None, None], b=[None, 1.0, None, 1.0])
    modalities = {"image": np.array([0]), "sensor": np.array([1, 2])}
    found = missing_patterns(X, modalities)
    assert found.tolist() == ["none", "image", "sensor", "image"]
    assert list(found.categories) == ["none", "image", "sensor"]


def test_complete_samples_have_no_patterns():
    assert missing_patterns(np.ones((3, 2)), {"x0": np.array([0])}) is None
    assert missing_patterns(np.array([[1.0], [np.nan]]), {"x0": np.array([0])}).tolist() == [
        "none",
        "x0",
    ]
