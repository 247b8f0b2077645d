import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import OneHotEncoder

from skmm.fusion._early.target_columns import encode_targets, holds_numbers, read_y

NAMES = np.array(["b", "a", "c", "a"])


def one_hot(*columns):
    return OneHotEncoder(sparse_output=False).fit_transform(np.column_stack(columns))


@pytest.mark.parametrize("y", [NAMES, NAMES[:, None], pd.DataFrame({"y": NAMES}), NAMES.tolist()])
def test_classes_are_one_column_each_whatever_holds_them(y):
    assert_array_equal(encode_targets(y), one_hot(NAMES))


@pytest.mark.parametrize("dtype", [int, float, np.int8])
def test_a_column_of_class_numbers_holds_classes(dtype):
    codes = np.array([[3], [1], [3], [2]], dtype=dtype)
    assert_array_equal(encode_targets(codes), one_hot(codes))


def test_several_targets_of_classes_are_encoded_one_by_one():
    other = np.array(["x", "y", "y", "x"])
    assert_array_equal(encode_targets(np.column_stack([NAMES, other])), one_hot(NAMES, other))
    codes = np.array([[0, 5], [1, 7], [2, 5], [1, 9]])
    assert_array_equal(encode_targets(codes), one_hot(*codes.T))


@pytest.mark.parametrize("as_given", [np.asarray, sparse.csr_array, np.ndarray.tolist])
def test_labels_stay_as_they_are(as_given):
    labels = np.array([[0, 1, 1], [1, 1, 0], [0, 0, 0]])
    assert_array_equal(encode_targets(as_given(labels)), labels)


def test_numbers_stay_as_they_are():
    assert_array_equal(encode_targets([0.5, 1.5, 0.5]), [[0.5], [1.5], [0.5]])
    several = np.array([[0.5, 1], [1.5, 2], [1.5, 3]])
    assert_array_equal(encode_targets(several), several)


def test_whole_floats_of_many_values_are_numbers_and_integers_are_classes():
    y = load_diabetes().target  # whole numbers, of 214 values
    assert holds_numbers(y)
    assert_array_equal(encode_targets(y), y[:, None])
    assert not holds_numbers(y.astype(int))
    assert encode_targets(y.astype(int)).shape == (442, 214)
    assert not holds_numbers(np.arange(20.0))
    assert holds_numbers(np.arange(21.0))


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_nonsense_and_gaps_are_refused():
    with pytest.raises(ValueError, match="Unknown label type"):
        encode_targets(np.zeros((3, 2, 2)))
    with pytest.raises(ValueError, match="NaN"):
        encode_targets([0.5, np.nan])


def test_y_of_one_column_is_flat_and_of_several_is_not():
    assert read_y(np.ones((3, 1))).shape == (3,)
    assert read_y(sparse.csr_array(np.ones((3, 2)))).shape == (3, 2)
