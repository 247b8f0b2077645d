"""What is told apart, and what is not."""

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from skmm.cache._keys import hash_configuration, hash_learned, hash_sample, hash_text


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"content")
    return path


def test_samples_that_are_easily_confused_have_different_keys(file):
    copied = file.with_name("b.bin")
    copied.write_bytes(file.read_bytes())
    os.utime(copied, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    cells = [
        np.zeros((8, 8)),
        np.zeros((4, 16)),
        np.zeros(64),
        np.zeros((8, 8), dtype=np.float32),
        np.zeros((8, 16), dtype=np.float32),
        np.zeros((8, 16), dtype=np.int32),
        np.zeros((8, 16), dtype=">i4"),
        np.zeros((8, 16), dtype=np.uint32),
        np.zeros((8, 64), dtype=np.uint8),
        np.zeros((8, 64), dtype=bool),
        [[0.0] * 8] * 8,
        [[0] * 8] * 8,
        [],
        np.zeros(0),
        np.frombuffer(str(file).encode(), dtype=np.uint8),
        str(file),
        str(copied),
    ]
    keys = [hash_sample(cell) for cell in cells]
    assert None not in keys
    assert [
        pair
        for pair in combinations(range(len(keys)), 2)
        if len({*map(keys.__getitem__, pair)}) < 2
    ] == []


def test_the_same_sample_has_one_key(file, monkeypatch):
    array = np.arange(24.0).reshape(4, 6)
    read_only = array.copy()
    read_only.flags.writeable = False
    for same in (read_only, np.asfortranarray(array), np.repeat(array, 2, axis=1)[:, ::2]):
        assert hash_sample(same) == hash_sample(array)
    mapped = np.memmap(file.with_name("map"), dtype=float, mode="w+", shape=array.shape)
    mapped[:] = array
    assert hash_sample(mapped) == hash_sample(array)
    monkeypatch.chdir(file.parent)
    assert hash_sample("a.bin") == hash_sample(Path(file)) == hash_sample(str(file))


def test_a_file_that_was_touched_or_grew_has_another_key(file):
    before = hash_sample(file)
    os.utime(file, ns=(0, 1))
    touched = hash_sample(file)
    file.write_bytes(b"more content")
    os.utime(file, ns=(0, 1))
    assert len({before, touched, hash_sample(file)}) == 3


@pytest.mark.parametrize(
    "cell",
    [
        "no such file",
        "null\0byte",
        np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        np.array([1, None]),
        np.array(["a"]),
        [[1], [1, 2]],
        ["a"],
        3,
        b"bytes",
    ],
    ids=repr,
)
def test_what_is_no_sample_has_no_key(cell):
    assert hash_sample(cell) is None


class One:
    pass


class Two:
    pass


def test_configurations_that_are_easily_confused_have_different_keys():
    configurations = [
        (One, 1, {}),
        (Two, 1, {}),
        (One, 2, {}),
        (One, 1, {"a": 1}),
        (One, 1, {"b": 1}),
        (One, 1, {"a": "1"}),
        (One, 1, {"a": True}),
        (One, 1, {"a": 1.5}),
        (One, 1, {"a": None}),
        (One, 1, {"a": (1, 2)}),
        (One, 1, {"a": (12,)}),
        (One, 1, {"a": [[1], 2]}),
        (One, 1, {"a": 1, "b": 1}),
        (One, 1, {"a": {"b": 1}}),
        (One, 1, {"a": np.arange(5000)}),
        (One, 1, {"a": np.arange(5000) + (np.arange(5000) == 2500)}),
    ]
    assert len({hash_configuration(*c) for c in configurations}) == len(configurations)


def test_equal_parameters_have_one_key():
    def digest(**params):
        return hash_configuration(One, 1, params)

    assert digest(a=(8, 8)) == digest(a=[8, 8]) == digest(a=np.array([8, 8]))
    assert digest(a=np.int64(3), b=1) == digest(b=1, a=3)
    assert digest(a=Path("x")) == digest(a="x")


def test_a_parameter_without_content_is_refused():
    with pytest.raises(TypeError, match=r"tokenizer=<.*> of One is a function.*memory=None"):
        hash_configuration(One, 1, {"tokenizer": lambda text: text})


def test_texts_that_are_easily_confused_have_different_keys(file):
    cells = ["a b", b"a b", ["a b"], ["a", "b"], ["b", "a"], ["ab"], [], "", b"", [""], ["", ""]]
    cells += ["['a', 'b']", "a\\b", "\\ud800", "\ud800", "caf\u00e9", "cafe\u0301", str(file)]
    keys = [hash_text(cell) for cell in cells]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert hash_text(str(file)) != hash_sample(str(file))


def test_the_same_text_has_one_key_whatever_its_type_and_wherever_a_file_has_its_name(file):
    class Loud(str):
        def __repr__(self):
            return "!"

    assert hash_text(np.str_("a")) == hash_text(Loud("a")) == hash_text("a") != hash_text(Loud("b"))
    assert hash_text((Loud("a"), "b")) == hash_text(["a", np.str_("b")])
    assert hash_text(np.bytes_(b"a")) == hash_text(b"a")
    before = hash_text(str(file))
    os.utime(file, ns=(0, 1))
    assert hash_text(str(file)) == before


@pytest.mark.parametrize("cell", [3, None, ["a", 3], [b"a"], {"a"}, np.array(["a"]), Path("a")])
def test_what_is_no_text_has_no_key(cell):
    assert hash_text(cell) is None


def test_what_was_learned_is_told_apart_by_content():
    learned = [
        {},
        {"a": np.arange(6)},
        {"b": np.arange(6)},
        {"a": np.arange(6.0)},
        {"a": np.arange(6).reshape(2, 3)},
        {"a": np.arange(10**6)},
        {"a": np.arange(10**6) + (np.arange(10**6) == 4321)},
        {"a": {"x": 0, "y": 1}},
        {"a": {"x": 1, "y": 0}},
        {"a": {"x": 0.1}},
        {"a": {"x": np.nextafter(0.1, 1)}},
        {"a": None},
        {"a": (3, 6)},
    ]
    assert len({hash_learned(each) for each in learned}) == len(learned)
    assert hash_learned({"a": 1, "b": np.eye(2)}) == hash_learned({"b": np.eye(2), "a": 1})
