"""Pseudonyms are HMACs that the standard's own numbers confirm, and keys cannot be guessed."""

import hashlib
import hmac
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from skmm import ModalityError
from skmm.privacy import hash_identifiers

KEY = "a secret that is long enough"


def test_a_pseudonym_is_that_of_the_standard():
    # RFC 4231, test case 3 but for the data, which is no text: key of 20 bytes 0xaa; case 6 has a
    # longer one, and text.
    key = b"\xaa" * 131
    (pseudonym,) = hash_identifiers(["Test Using Larger Than Block-Size Key - Hash Key First"], key)
    assert pseudonym == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"


def test_equal_identifiers_have_equal_pseudonyms_and_others_do_not():
    pseudonyms = hash_identifiers(["anna", "bo", "anna", "Anna"], KEY)
    assert pseudonyms[0] == pseudonyms[2]
    assert pseudonyms.nunique() == 3


def test_another_key_gives_other_pseudonyms():
    assert hash_identifiers(["anna"], KEY)[0] != hash_identifiers(["anna"], KEY + "!")[0]


def test_a_plain_hash_does_not_find_them():
    assert hash_identifiers(["anna"], KEY)[0] != hashlib.sha256(b"anna").hexdigest()
    assert hash_identifiers(["anna"], KEY)[0] == hmac.digest(KEY.encode(), b"anna", "sha256").hex()


def test_nulls_stay_and_integers_may_have_become_floats():
    column = pd.Series([7, None, 12], index=["a", "b", "c"], name="patient")
    assert column.dtype == float
    pseudonyms = hash_identifiers(column, KEY)
    assert pseudonyms.isna().tolist() == [False, True, False]
    assert pseudonyms["a"] == hash_identifiers([7], KEY)[0] == hash_identifiers(["7"], KEY)[0]
    assert (pseudonyms.name, list(pseudonyms.index)) == ("patient", ["a", "b", "c"])


@pytest.mark.parametrize("key", [None, 7, bytearray(32)])
def test_without_a_key_nothing_is_hashed(key):
    with pytest.raises(TypeError, match="hashed with a secret.*secrets.token_bytes"):
        hash_identifiers(["anna"], key)


@pytest.mark.parametrize("key", ["", "secret", b"0" * 15])
def test_a_short_key_is_refused(key):
    with pytest.raises(ValueError, match=f"key has {len(key)} bytes, and could be guessed"):
        hash_identifiers(["anna"], key)


@pytest.mark.parametrize(
    "cell",
    [7.5, np.inf, ("a", 1), b"anna", True, np.True_]
    + [2.0**53, -(2.0**60), np.float64(2**53), np.float32(2**24), Fraction(10**400)],
)
def test_what_could_be_written_in_two_ways_is_named_with_its_row(cell):
    column = pd.Series(["anna", cell], index=["x", "y"], name="patient", dtype=object)
    with pytest.raises(
        ModalityError, match=r"modality 'patient', row 1 \(index 'y'\): the identifier.*to str"
    ):
        hash_identifiers(column, KEY)


@pytest.mark.parametrize("cell", ["\udc80", pytest.param(10**5000, id="long")])
def test_what_cannot_be_written_is_named_with_its_row(cell):
    column = pd.Series(["anna", cell], index=["x", "y"], name="patient", dtype=object)
    with pytest.raises(
        ModalityError,
        match=r"modality 'patient', row 1 \(index 'y'\): .*written in UTF-8.*or by None",
    ):
        hash_identifiers(column, KEY)


@pytest.mark.parametrize(
    "cell",
    [pytest.param(10**400, id="long"), 2**53 - 1.0, np.float32(2**24 - 1), np.uint64(2**64 - 1)],
)
def test_whole_numbers_of_any_size_are_those_of_their_digits(cell):
    assert hash_identifiers([cell, "a"], KEY)[0] == hash_identifiers([str(int(cell))], KEY)[0]


def test_a_key_that_cannot_be_written_is_refused():
    with pytest.raises(
        ValueError, match=r"key cannot be written in UTF-8 \(surrogates.*at position 3"
    ):
        hash_identifiers(["anna"], "abc\ud800" + 20 * "x")
