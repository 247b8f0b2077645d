"""Equal data have equal hashes, and others have others."""

from hashlib import sha256

import numpy as np
import pandas as pd
import pytest

from skmm import make_frame
from skmm.frame import TensorArray
from skmm.persistence import _data_hash
from skmm.persistence._data_hash import hash_data

PIXELS = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def frame(image=PIXELS, text=("a", None), number=(1.0, 2.0), **more):
    return make_frame(image=image, text=list(text), number=list(number), **more)


def test_equal_data_have_equal_hashes():
    assert hash_data(frame()) == hash_data(frame(PIXELS.copy()))
    assert hash_data(frame()) == hash_data(frame().set_axis(["x", "y"]))
    assert hash_data(frame().iloc[::-1].iloc[::-1]) == hash_data(frame())
    assert len(hash_data(frame())) == 64


@pytest.mark.parametrize(
    "other",
    [
        frame(PIXELS + 1),
        frame(PIXELS.astype("i4")),
        frame(PIXELS.reshape(2, 4, 3)),
        frame(text=("b", None)),
        frame(text=(None, "a")),
        frame(text=("a", "")),
        frame(number=(1.0, 2.5)),
        frame(number=(1, 2)),
        frame(more=[1, 2]),
        frame().rename(columns={"text": "words"}),
        frame()[["text", "image", "number"]],
        frame().iloc[::-1],
        frame().iloc[:1],
        frame(image=[PIXELS[0], None]),
    ],
    ids=range(14),
)
def test_other_data_have_other_hashes(other):
    assert hash_data(other) != hash_data(frame())


def test_what_lies_in_a_missing_cell_does_not_count():
    other = PIXELS.copy()
    other[1] = 77
    columns = [TensorArray(pixels, [True, False]) for pixels in (PIXELS, other)]
    first, second = (hash_data(make_frame(a=column)) for column in columns)
    assert first == second


@pytest.mark.parametrize(
    "cells",
    [
        [["a", "b"], ["ab"]],
        [np.zeros(3), np.zeros(4)],
        [np.zeros(4), np.zeros(3)],
        [[1, 2], [3]],
        ["a", b"a"],
        [1, "a"],
    ],
    ids=str,
)
def test_cells_of_any_kind_are_told_apart(cells):
    column = pd.Series(index=[0, 1], dtype=object)
    column[0], column[1] = cells
    assert hash_data(column) == hash_data(column.copy())
    assert hash_data(column) != hash_data(column[::-1])


def test_columns_and_matrices_have_hashes():
    y = np.arange(4)
    assert hash_data(y) == hash_data(list(y)) == hash_data(pd.Series(y))
    assert hash_data(y) != hash_data(y.astype(float))
    assert hash_data(y.reshape(2, 2)) != hash_data(y)


def test_pieces_do_not_matter(monkeypatch):
    expected = hash_data(frame())
    monkeypatch.setattr(_data_hash, "_PIECE", 1)
    assert hash_data(frame()) == expected


def test_the_hash_is_of_names_presence_and_cells():
    """Spelled out, for cards that were written name their data for good."""
    content = b"('a', 2)" + b"\1\1" + b"('|u1', (2, 3, 4))" + bytes(range(24))
    assert hash_data(make_frame(a=PIXELS)) == sha256(content).hexdigest()
    content = b"('t', 2)" + b"\1\0" + sha256(b"('text', 'x')").digest()[:16]
    assert hash_data(make_frame(t=["x", None])) == sha256(content).hexdigest()
