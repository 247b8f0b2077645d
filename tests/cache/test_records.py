"""Rows as bytes."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.cache._records import pack_row, unpack_row


@pytest.mark.parametrize(
    "row",
    [
        np.array([1.5, np.nan, np.inf], dtype=np.float32),
        np.arange(12, dtype=np.int64).reshape(2, 3, 2),
        np.arange(12, dtype=np.float32).reshape(3, 4).T,
        np.empty((0, 3), dtype=np.float32),
        np.float32(2),
    ],
    ids=["vector", "ids", "transposed", "empty", "number"],
)
def test_a_row_comes_back_to_the_bit(row):
    loaded = unpack_row(b"key", pack_row(b"key", row))
    assert_array_equal(loaded, row)
    assert loaded.dtype == row.dtype


def test_any_flipped_byte_is_noticed():
    record = pack_row(b"key", np.arange(5, dtype=np.float32))
    for position in range(len(record)):
        damaged = bytearray(record)
        damaged[position] ^= 0x10
        assert unpack_row(b"key", bytes(damaged)) is None


def test_any_missing_end_is_noticed():
    record = pack_row(b"key", np.arange(5, dtype=np.float32))
    assert all(unpack_row(b"key", record[:length]) is None for length in range(len(record)))


def test_a_row_under_another_key_is_noticed():
    assert unpack_row(b"other", pack_row(b"key", np.arange(5))) is None


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('unpickled')",)


def test_a_pickle_is_not_run():
    assert unpack_row(b"key", pickle.dumps(Bomb())) is None
