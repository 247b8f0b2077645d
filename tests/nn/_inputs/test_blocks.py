"""Every form of X that scikit-learn hands over becomes the same blocks; the rest is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator

from skmm import ModalityError
from skmm._tensor import TensorArray
from skmm.frame import make_frame
from skmm.nn._inputs.blocks import read_blocks

A = np.arange(12.0).reshape(4, 3)
B = np.arange(16).reshape(4, 2, 2)


class Reader(BaseEstimator):
    def fit(self, X):
        self.blocks_ = read_blocks(self, X, reset=True)
        return self

    def read(self, X):
        return read_blocks(self, X, reset=False)


def cells(arrays, index=None):
    column = np.empty(len(arrays), dtype=object)
    for row, array in enumerate(arrays):
        column[row] = array
    return pd.Series(column, index=index)


@pytest.fixture
def frame():
    return make_frame(a=A, b=B)


def test_a_tensor_column_is_not_copied():
    image = np.ones((4, 2, 2))
    block = Reader().fit(make_frame(image=image)).blocks_["image"]
    assert np.shares_memory(block.tensor, image)
    assert block.present.all()


def test_object_columns_and_tensor_columns_give_equal_blocks(frame):
    objects = pd.DataFrame({"a": cells(A), "b": cells(B)})
    for name, block in Reader().fit(objects).blocks_.items():
        expected = Reader().fit(frame).blocks_[name]
        assert_array_equal(block.tensor, expected.tensor)
        assert_array_equal(block.present, expected.present)


@pytest.mark.parametrize("null", [None, np.nan, pd.NA, pd.NaT])
def test_every_null_is_a_missing_sample(null):
    X = pd.DataFrame({"a": cells([A[0], null, A[2], null])})
    assert_array_equal(Reader().fit(X).blocks_["a"].present, [True, False, True, False])


def test_a_column_of_single_numbers_is_a_vector_of_length_one(frame):
    frame["age"] = [30.0, np.nan, 50.0, 60.0]
    block = Reader().fit(frame).blocks_["age"]
    assert block.tensor.shape == (4, 1)
    assert_array_equal(block.present, [True, False, True, True])


def test_the_nameless_matrix_of_bagging_is_read_by_position(frame):
    frame["age"] = [30.0, 40.0, 50.0, 60.0]
    nameless = frame.to_numpy(dtype=object)
    blocks = Reader().fit(frame).read(nameless)
    assert_array_equal(blocks["a"].tensor, A)
    assert_array_equal(blocks["b"].tensor, B)
    assert_array_equal(blocks["age"].tensor[:, 0], frame["age"])
    assert list(Reader().fit(nameless).blocks_) == ["x0", "x1", "x2"]


def test_columns_are_found_by_name(frame):
    shuffled = frame.assign(extra=1.0)[["extra", "b", "a"]]
    blocks = Reader().fit(frame).read(shuffled)
    assert list(blocks) == ["a", "b"]
    assert_array_equal(blocks["a"].tensor, A)


def test_a_missing_column_is_named_with_the_nearest_one(frame):
    renamed = frame.rename(columns={"b": "bb"})
    with pytest.raises(ValueError, match=r"no column 'b'.*\['a', 'bb'\].*did you mean 'bb'"):
        Reader().fit(frame).read(renamed)


def test_columns_of_the_same_name_are_refused(frame):
    frame.columns = ["a", "a"]
    with pytest.raises(ValueError, match="several columns named 'a'"):
        Reader().fit(frame)


def test_a_dict_is_refused():
    with pytest.raises(TypeError, match=r"use make_frame\(\*\*X\)"):
        Reader().fit({"a": A})


def test_a_matrix_is_one_modality():
    reader = Reader().fit(A)
    assert reader.modalities_ is None
    assert list(reader.blocks_) == ["X"]
    assert_array_equal(reader.blocks_["X"].tensor, A)


def test_a_frame_is_refused_after_a_matrix(frame):
    with pytest.raises(ValueError, match="was fitted on a matrix of numbers"):
        Reader().fit(A).read(frame)


@pytest.mark.parametrize("X", [[1.0, 2.0], A[:, 0]])
def test_other_containers_are_refused_after_a_frame(frame, X):
    with pytest.raises(TypeError, match=r"fitted on a frame with the modalities \['a', 'b'\]"):
        Reader().fit(frame).read(X)


def test_a_matrix_is_refused_after_a_frame(frame):
    with pytest.raises(ValueError, match="modality 'a': fitted on samples of shape"):
        Reader().fit(frame).read(A[:, :2])


def test_a_frame_without_rows_is_refused(frame):
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        Reader().fit(frame).read(frame.iloc[:0])


@pytest.mark.parametrize(
    "column", [cells([None] * 4), TensorArray(A, np.zeros(4, dtype=bool))], ids=["object", "tensor"]
)
def test_a_modality_missing_everywhere_is_refused_in_fit_and_fine_later(frame, column):
    empty = frame.assign(a=column)
    with pytest.raises(ModalityError, match="modality 'a': missing in every sample; leave"):
        Reader().fit(empty)
    block = Reader().fit(frame).read(empty)["a"]
    assert block.tensor.shape == (4, 3)
    assert not block.present.any()


@pytest.mark.parametrize("cell", ["a cat", "cat.png"])
def test_raw_text_and_paths_are_refused_with_the_way_out(frame, cell):
    frame = frame.assign(text=[cell] * 4).set_axis(list("wxyz"))
    expected = r"modality 'text', row 0 \(index 'w'\).*extractor in MultimodalFusion.*fusion=None"
    with pytest.raises(ModalityError, match=expected):
        Reader().fit(frame)


def test_samples_of_different_shapes_are_refused():
    X = pd.DataFrame({"a": cells([A[0], A[1], A[2, :2]], index=list("xyz"))})
    with pytest.raises(ModalityError, match=r"row 2 \(index 'z'\): a sample of shape \(2,\)"):
        Reader().fit(X)


def test_empty_samples_are_refused():
    with pytest.raises(ModalityError, match=r"samples of shape \(0,\) are empty"):
        Reader().fit(pd.DataFrame({"a": cells([np.zeros(0)] * 3)}))


def test_complex_samples_are_refused():
    with pytest.raises(ModalityError, match="holds complex128 values; give real numbers"):
        Reader().fit(make_frame(a=A.astype(complex)))


def test_another_shape_than_in_fit_is_refused_with_both(frame):
    with pytest.raises(ModalityError, match=r"fitted on samples of shape \(3,\).*\(2,\)"):
        Reader().fit(frame).read(make_frame(a=A[:, :2], b=B))
