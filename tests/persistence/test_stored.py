"""What a file may ask for checks what it is given. That it gives what was kept: test_schema.py."""

import base64
import json
import pickle

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skmm.persistence import _stored
from skmm.persistence._stored import STORED, describe_dtype, read_dtype, refuse_pickle


def text(content):
    return base64.b64encode(content).decode()


def test_all_public_functions_and_no_others_may_be_asked_for():
    mine = {
        name
        for name, value in vars(_stored).items()
        if callable(value) and getattr(value, "__module__", "") == _stored.__name__
    }
    helpers = {"reading", "refuse_pickle", "read_dtype", "describe_dtype", "_with_tuples"}
    assert {name.rpartition(".")[2] for name in STORED} == mine - helpers


def test_arrays_are_read_in_the_scope_of_an_archive_only():
    with pytest.raises(LookupError):
        _stored.array("0.npy", "<f4", [3])


@pytest.mark.parametrize(
    "dtype",
    [
        *("<f4", ">i8", "|b1", "<U3", "|S2", "<M8[ns]", "<c16"),
        [("a", "<i4"), ("b", "<f8", (2, 3)), ("c", [("d", "|u1")])],
        {"names": ["a"], "formats": ["<i4"], "offsets": [4], "itemsize": 8},
    ],
    ids=str,
)
def test_dtypes_survive_json(dtype):
    dtype = np.dtype(dtype)
    assert read_dtype(json.loads(json.dumps(describe_dtype(dtype)))) == dtype


@pytest.mark.parametrize("content", [bytes(7), bytes(9), b""])
def test_small_arrays_have_as_many_bytes_as_they_say(content):
    with pytest.raises(ValueError, match=r"bytes are no array of dtype float64 and shape \[1\]"):
        _stored.small_array("<f8", [1], "C", text(content))


def test_small_arrays_hold_no_objects():
    with pytest.raises(ValueError, match="are no array of dtype object"):
        _stored.small_array("|O", [1], "C", text(bytes(8)))


@pytest.mark.parametrize(
    ("items", "shape"), [([1], [2]), ([1, 2, 3], [2]), ([[1], [2, 3]], [2, 2])]
)
def test_arrays_of_objects_have_as_many_items_as_they_say(items, shape):
    with pytest.raises(ValueError, match="items are no array of shape"):
        _stored.object_array(items, shape)


def test_arrays_of_objects_take_no_memory_on_the_word_of_a_file(bounded):
    with bounded(megabytes=10, seconds=5):
        for items in ([], range(10**9)):
            with pytest.raises(ValueError, match="items are no array of shape"):
                _stored.object_array(items, [10**9])


def test_a_dict_is_made_of_lists():
    for parts in ((range(10**9), range(10**9)), (["a"], "b"), ({"a": 1}, [1])):
        with pytest.raises(ValueError, match="keys and values of a dict are no lists"):
            _stored.mapping(*parts)


def test_a_mapping_has_as_many_values_as_keys():
    with pytest.raises(ValueError, match="shorter"):
        _stored.mapping(["a", "b"], [1])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value", [print, LogisticRegression(), np.zeros(3)], ids=["function", "object", "array"]
)
def test_bytes_that_would_run_if_unpickled_are_refused(value, protocol):
    with pytest.raises(ValueError, match="are a pickle"):
        _stored.data(text(pickle.dumps(value, protocol)))


@pytest.mark.parametrize(
    "content",
    [b"", b"N.", b"I1\n.", pickle.dumps([1, "a"]), bytes(16), b"\x80\x04", b"cos\nsystem\n"],
)
def test_other_bytes_are_bytes(content):
    assert refuse_pickle(content) is content
    assert _stored.data(text(content)) == content


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array", "bsr_matrix"])
@pytest.mark.parametrize(
    ("indices", "indptr"),
    [([0, 99], [0, 1, 2]), ([0, -1], [0, 1, 2]), ([0, 1], [0, 1, 99]), ([0, 1], [0, 5, 2])],
)
def test_indices_of_sparse_matrices_stay_within(kind, indices, indptr):
    values = np.ones((2, 1, 1)) if kind.startswith("bsr") else np.ones(2)
    with pytest.raises(ValueError, match="ind"):
        _stored.sparse_matrix(kind, [2, 2], [values, np.array(indices), np.array(indptr)])


@pytest.mark.parametrize("rows", [[0, 9], [0, -1]])
def test_coordinates_of_sparse_matrices_stay_within(rows):
    with pytest.raises(ValueError, match="index"):
        _stored.sparse_matrix("coo_matrix", [2, 2], [np.ones(2), np.array(rows), np.array([0, 1])])


def test_other_kinds_are_not_known():
    with pytest.raises(KeyError):
        _stored.sparse_matrix("system", [2, 2], [])
    with pytest.raises(KeyError):
        _stored.neighbor_tree("system", np.zeros((3, 2)), 2, "euclidean", {})


@pytest.mark.parametrize("metric", ["pyfunc", "nonsense", "touch /tmp/x"])
def test_neighbors_have_known_metrics(metric):
    with pytest.raises((ValueError, TypeError)):
        _stored.neighbor_tree("KDTree", np.zeros((3, 2)), 2, metric, {})
