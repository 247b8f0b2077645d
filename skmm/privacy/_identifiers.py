"""Put in the place of identifiers what only the owner of a key can compute."""

import hashlib
import hmac

import numpy as np
import pandas as pd

from skmm._samples import read_samples
from skmm._validation import Integral, ModalityError

# Bytes of a key: nobody tries 2**128 of them.
_SHORTEST_KEY = 16


def hash_identifiers(identifiers, key):
    """Replace identifiers by pseudonyms, equal ones by equal ones [1]_.

    A pseudonym is the HMAC-SHA256 of an identifier under a secret key. Without a key, hashes of names,
    phone numbers and the like are found again by hashing all of them.

    Parameters
    ----------
    identifiers : Series or sequence of str or int, of n_samples
        Whole floats count as integers, which a column with nulls makes of them, as long as floats
        know neighboring integers apart (below 2**53 in float64). Null cells stay null.
    key : bytes or str
        The secret, of at least 16 bytes, such as ``secrets.token_bytes(32)``. Keep it apart from the
        data: with it pseudonyms can be found again, and other tables be given the same ones.

    Returns
    -------
    pseudonyms : Series of n_samples str
        Hexadecimal, of 64 characters; with name and index of a Series.

    Raises
    ------
    TypeError
        If the key is no string or bytes.
    ValueError
        If the key is short, or cannot be written in UTF-8.
    ModalityError
        If an identifier is neither text nor a whole number, such as a boolean; is a float too large to
        be exact; or cannot be written in UTF-8, such as a lone surrogate.

    See Also
    --------
    anonymize : The same for columns of a frame.

    References
    ----------
    .. [1] H. Krawczyk, M. Bellare and R. Canetti, "HMAC: keyed-hashing for message authentication",
       RFC 2104, 1997.

    Examples
    --------
    >>> from skmm.privacy import hash_identifiers
    >>> pseudonyms = hash_identifiers(["anna", "bo", None, "anna"], key="keep this secret, please")
    >>> pseudonyms.str[:8].tolist()
    ['0072bbaf', '79c6e24b', nan, '0072bbaf']
    """
    key = check_key(key)
    samples = read_samples(identifiers, "identifiers")
    pseudonyms = np.full(len(samples.cells), None, dtype=object)
    for row in np.flatnonzero(samples.present):
        data = _as_bytes(samples.cells[row], samples.place(row))
        pseudonyms[row] = hmac.new(key, data, hashlib.sha256).hexdigest()
    name = identifiers.name if isinstance(identifiers, pd.Series) else None
    return pd.Series(pseudonyms, index=samples.index, name=name, dtype="str")


def check_key(key):
    """Return a key as bytes; refuse one that can be guessed."""
    if not isinstance(key, str | bytes):
        raise TypeError(
            f"key is a {type(key).__name__}; identifiers are hashed with a secret, for plain hashes of "
            "names and numbers are found again by trying all: give key=secrets.token_bytes(32), and "
            "keep it"
        )
    if isinstance(key, str):
        try:
            key = key.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"key cannot be written in UTF-8 ({error.reason} at position {error.start}); give text "
                "that can, or bytes, such as key=secrets.token_bytes(32)"
            ) from None
    if len(key) < _SHORTEST_KEY:
        raise ValueError(
            f"key has {len(key)} bytes, and could be guessed; give {_SHORTEST_KEY} or more, such as "
            "key=secrets.token_bytes(32)"
        )
    return key


def _as_bytes(cell, place):
    if not (isinstance(cell, str) or _is_whole(cell)):
        raise ModalityError(
            f"the identifier {cell!r:.60} is neither text nor a whole number that is known exactly, so "
            "that equal ones might be written differently, or others alike; read the column as str, or "
            "convert it to str",
            **place,
        )
    try:
        return (cell if isinstance(cell, str) else str(int(cell))).encode()
    except ValueError as error:  # a lone surrogate, or more digits than Python writes
        raise ModalityError(
            f"the identifier cannot be written in UTF-8 ({error}); replace it by a text that can, or by "
            "None",
            **place,
        ) from error


def _is_whole(cell):
    if isinstance(cell, float | np.floating):
        n_bits = np.finfo(np.result_type(cell)).nmant + 1
        return bool(cell.is_integer() and abs(cell) < 2**n_bits)  # from there on, integers merge
    return isinstance(cell, Integral) and not isinstance(cell, bool)  # True would be 1
