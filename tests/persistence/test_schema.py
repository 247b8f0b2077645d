"""What the schema makes of objects of Python, seen in what comes back."""

import functools
import io
import json
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import skops.io
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.utils import Bunch

import skmm
from skmm.fusion import ConcatFusion
from skmm.persistence._nodes import nodes_of, types_of
from skmm.persistence._schema import Schema


class Holder(BaseEstimator):
    """Holds anything."""

    def __init__(self, value=None, other=None):
        self.value = value
        self.other = other


def schema_of(value):
    return Schema(zipfile.ZipFile(io.BytesIO(skops.io.dumps(value))))


@pytest.fixture
def back(tmp_path):
    """Keep a value, and load it."""

    def there_and_back(*values, **options):
        skmm.dump(Holder(*values), tmp_path / "kept", trusted=[Holder])
        loaded = skmm.load(tmp_path / "kept", trusted=[Holder], **options)
        return loaded if len(values) > 1 else loaded.value

    return there_and_back


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**80),
        0.1,
        float("inf"),
        5e-324,
        "",
        'a "quoted" \\ line\n',
        "\ud800 alone",
        "__loader__",
        [],
        (),
        {},
        [1, [2.5, (3, "x")], {"a": [None]}],
        (1, (2,)),
        {"b": 1, "a": 2},
        {1: "a", 2: "b"},
        {True: 1, False: 0},
        {None: "x", 1.5: "y", "z": 3},
        {"__loader__": "JsonNode", "__id__": 3, "content": 1, "__class__": "x", "__module__": "y"},
        {"a": (1, 2)},
        {1, 2},
        frozenset({"a"}),
        range(3),
        slice(1, None, 2),
        b"",
        b"\x00\xff" * 40,
        np.float32,
        np.dtype("f4"),
        np.dtype([("a", "i4"), ("b", "f8", (2,))]),
        Path("some") / "where",
        Path("/some/where"),
        OrderedDict(b=1, a=(2,)),
        Bunch(a=1),
        {np.int64(3): "x", np.str_("y"): (1,)},
    ],
    ids=repr,
)
def test_plain_values_come_back(back, value):
    again = back(value)
    assert again == value
    assert type(again) is type(value)
    assert repr(again) == repr(value)  # of the parts, too, in their order


def test_nan_comes_back(back):
    assert np.isnan(back(float("nan")))
    assert np.isnan(back([np.nan])[0])


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.1),
        np.int8(-3),
        np.True_,
        np.str_("ä"),
        np.complex64(1j),
        np.datetime64("2020-01-01"),
        np.float64("nan"),
    ],
    ids=repr,
)
def test_scalars_of_numpy_keep_their_type(back, value):
    again = back(value)
    assert type(again) is type(value)
    assert_array_equal(again, value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.zeros((0, 4), dtype="f4"),
        np.array(5.0),
        np.array(["a", "bc"]),
        np.arange(999.0),
        np.arange(999.0)[::3],
        np.array(["a", None, 1.5], dtype=object),
        np.array([["a", "b"], ["c", "d"]], dtype=object),
        np.array([np.float32(1), "x"], dtype=object),
        np.array([[(1,), "x"], ["y", 2]], dtype=object),
        np.array([], dtype=object),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}{array.flags.c_contiguous}",
)
def test_arrays_come_back(back, array):
    again = back(array)
    assert_array_equal(again, array)
    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert [type(cell) for cell in again.flat] == [type(cell) for cell in array.flat]
    assert again.flags.c_contiguous or array.flags.f_contiguous
    again.flat = 0  # is the user's to change


def test_a_column_of_lists_stays_one(back):
    array = np.empty(2, dtype=object)
    array[:] = [[1, 2], [3, 4]]
    assert back(array).tolist() == [[1, 2], [3, 4]]
    assert back(array).shape == (2,)


def test_masked_arrays_come_back(back):
    array = np.ma.masked_array(np.arange(4), [True, False, False, True])
    assert_array_equal(back(array).filled(9), array.filled(9))


def test_arrays_in_a_mapped_file_become_plain_ones(back, tmp_path):
    np.save(tmp_path / "array.npy", np.arange(99))
    again = back(np.load(tmp_path / "array.npy", mmap_mode="r"))
    assert type(again) is np.ndarray
    assert_array_equal(again, np.arange(99))


@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("size", [4, 60])
@pytest.mark.filterwarnings("ignore:Constructing a DIA matrix")
def test_sparse_matrices_come_back(back, form, kind, size):
    matrix = sparse.random(size, size, 0.3, random_state=0, dtype=np.float32)
    matrix = getattr(sparse, f"{form}_{kind}")(matrix)
    again = back(matrix)
    assert type(again) is type(matrix)
    assert again.dtype == matrix.dtype
    assert_array_equal(again.toarray(), matrix.toarray())


@pytest.mark.parametrize("name", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_generators_go_on_where_they_were(back, name):
    rng = np.random.Generator(getattr(np.random, name)(3))
    rng.random(5)
    assert back(rng).random() == rng.random()


def test_random_states_go_on_where_they_were(back):
    rng = np.random.RandomState(3)
    assert back(rng).random_sample() == rng.random_sample()


def test_functions_of_numpy_and_partials_of_trusted_ones_come_back(back):
    assert back(np.log1p) is np.log1p
    again = back(functools.partial(np.add, 1))
    assert again(2) == 3


# -- what is one object stays one


@pytest.mark.parametrize(
    "part",
    [[1, 2], {"a": 1}, np.arange(500), np.arange(3), ConcatFusion()],
    ids=lambda p: type(p).__name__,
)
def test_what_occurs_twice_is_kept_once(back, tmp_path, part):
    loaded = back([part, {"x": part}], part)
    assert loaded.value[0] is loaded.value[1]["x"] is loaded.other


def test_an_array_that_occurs_twice_takes_its_size_once(back, tmp_path):
    array = np.arange(5000)
    back([array, [array]], array)
    assert (tmp_path / "kept").stat().st_size < array.nbytes + 3000


def test_equal_but_different_objects_stay_so(back):
    first, second = back([[1], [1]])
    assert first is not second


# -- what the schema looks like


def test_words_and_their_numbers_are_one_node():
    words = {f"word{number}": number for number in range(1000)}
    schema = schema_of(Holder(words))
    assert len(list(nodes_of(json.loads(schema.text)))) < 8
    assert len(schema.text) < 25 * len(words)


def test_public_classes_have_their_public_names():
    assert "skmm.fusion.ConcatFusion" in schema_of(ConcatFusion()).types


def test_small_arrays_are_in_the_schema_and_others_are_members():
    members = dict(schema_of(Holder([np.arange(3), np.arange(300)])).members())
    assert list(members) == ["0.npy"]
    assert_array_equal(np.load(io.BytesIO(members["0.npy"])), np.arange(300))


def test_moments_of_optimizers_are_left_out(back):
    X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    model = MLPClassifier(tol=1, random_state=0).fit(X, y)
    again = back(model)
    assert not hasattr(again, "_optimizer")
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again.partial_fit(X, y).loss_ < model.loss_  # it goes on, with a new optimizer


@pytest.mark.parametrize("algorithm", ["kd_tree", "ball_tree", "brute"])
def test_trees_of_neighbors_are_made_again(back, tmp_path, algorithm):
    X, y = np.random.default_rng(0).normal(size=(99, 3)), np.arange(99.0)
    model = KNeighborsRegressor(3, algorithm=algorithm, p=1.5).fit(X, y)
    new = X + 0.1
    assert_array_equal(back(model).predict(new), model.predict(new))
    assert (tmp_path / "kept").stat().st_size < X.nbytes + y.nbytes + 5000  # each of them once


def test_keys_that_are_equal_as_text_are_refused(back):
    with pytest.raises(TypeError, match="keys that are different in Python, and equal as text"):
        back({1: "a", "1": "b"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.rec.array([(1, 2.0)] * 99), "arrays of type numpy.rec.recarray are not kept"),
        (bytearray(b"x"), "bytearrays are not kept; make them bytes"),
    ],
)
def test_what_is_not_kept_is_named(back, value, message):
    with pytest.raises(TypeError, match=message):
        back(value)


def test_types_are_those_of_all_nodes():
    tree = json.loads(schema_of(Holder([ConcatFusion(), (1, np.log)])).text)
    assert {"skmm.fusion.ConcatFusion", "numpy.log", "builtins.tuple"} <= types_of(tree)
