"""Take out of a frame what tells who it is about, beside what is to be seen and heard."""

import os
import re
import secrets
import shutil
from copy import deepcopy

import numpy as np
import pandas as pd

from skmm._files import is_path
from skmm._samples import Samples, read_samples
from skmm._tensor import TensorArray
from skmm._validation import ModalityError, did_you_mean
from skmm.frame import check_frame
from skmm.image._decode import FORMATS
from skmm.privacy._audio_files import strip_audio_metadata
from skmm.privacy._identifiers import check_key, hash_identifiers
from skmm.privacy._image_files import is_image, strip_image_metadata


def anonymize(X, *, files=(), folder=None, identifiers=(), key=None, drop=()):
    """Copy a frame without metadata of files, identifiers and modalities that name people.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_modalities)
        It is left as it is, and so are its files.
    files : str or list of str, default=()
        Columns with paths of image or audio files. They are copied into `folder` under names that
        tell nothing, such as ``image_00007.jpg``, by :func:`strip_image_metadata` and
        :func:`strip_audio_metadata`.
    folder : str or path-like, default=None
        Where to put the files: a new folder, or an empty one, which others may read or not as before.
    identifiers : str or list of str, default=()
        Columns to replace by pseudonyms, see :func:`hash_identifiers`.
    key : bytes or str, default=None
        The secret for pseudonyms, of at least 16 bytes.
    drop : str or list of str, default=()
        Columns to leave out.

    Returns
    -------
    X_clean : DataFrame of shape (n_samples, n_modalities_left)
        Rows are in the order of X and numbered anew, for labels may be names. All other columns are as
        they were, and writing to them or into their cells does not change X.

    Raises
    ------
    TypeError
        If X is not a DataFrame, or identifiers are to be hashed without a key.
    ValueError
        If a column is not in X or named twice, the key is short, or the folder is missing or not
        empty.
    ModalityError
        If a file cannot be read, or a cell cannot be copied. Then `folder` is as it was.

    See Also
    --------
    DPSGD : Keep a model from telling of single samples.

    Notes
    -----
    What is left may still tell: faces, voices, names in texts, and rare combinations of values. Who has
    the key can find pseudonyms again, so that the law may still call such data personal.

    Examples
    --------
    >>> import secrets
    >>> from skmm import make_frame
    >>> from skmm.privacy import anonymize
    >>> X = make_frame(patient=[17, 4, 17], text=["a cough", "fever", "no cough"], name=["Al", "Bo", "Al"])
    >>> clean = anonymize(X, identifiers="patient", key=secrets.token_bytes(32), drop="name")
    >>> list(clean), clean["patient"].nunique()
    (['patient', 'text'], 2)
    """
    check_frame(X)
    files, identifiers, drop = map(_as_list, (files, identifiers, drop))
    _check_names(X, [*files, *identifiers, *drop])
    if identifiers:
        check_key(key)
    if files:
        _check_folder(folder)
    columns = {}
    for position, name in enumerate(X.columns):
        column = X.iloc[:, position]
        if name in identifiers:
            columns[name] = hash_identifiers(column, key).array
        elif name not in drop:
            columns[name] = _own(column, name)
    if files:
        columns |= _copy_files(X, files, os.path.abspath(folder))
    return pd.DataFrame(columns, index=pd.RangeIndex(len(X)), copy=False)


def _as_list(names):
    return [names] if isinstance(names, str) else list(names)


def _own(column, name):
    """A column to which, and to whose cells, one can write without changing X."""
    array = column.array
    if isinstance(array, TensorArray):
        return TensorArray(array.tensor, array.present)  # shared until one of the two is written to
    if column.dtype != object:
        return array.copy()
    memo = {}  # what rows have in common, they have in common afterwards, too
    own = np.empty(len(array), dtype=object)
    for row, cell in enumerate(array):
        try:
            own[row] = deepcopy(cell, memo)
        except Exception as error:  # of any type: the cell decides
            raise ModalityError(
                f"the cell is a {type(cell).__name__}, which cannot be copied ({error}); make an array of "
                "it, or name the column in drop",
                **Samples(array, None, column.index, name).place(row),
            ) from error
    return own


def _check_names(X, names):
    for name in names:
        if name not in X.columns:
            raise ValueError(
                f"X has no column {name!r}; its columns are {list(X.columns)}"
                + did_you_mean(name, list(X.columns))
            )
        if names.count(name) > 1:
            raise ValueError(
                f"{name!r} is named twice; a column is in one of files, identifiers and drop"
            )


def _check_folder(folder):
    if folder is None:
        raise ValueError("folder=None; name a new folder, into which clean copies of files go")
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise ValueError(
            f"folder {os.fspath(folder)!r} is not empty, and copies would mix with what is there; name "
            "a new one"
        )


def _copy_files(X, names, folder):
    """Copy the files of some columns, all or none; return the columns of new paths."""
    goal = os.path.realpath(folder)  # a link stays
    unfinished = f"{goal}.{secrets.token_hex(4)}.tmp"
    os.makedirs(unfinished)
    try:
        if os.path.exists(goal):
            shutil.copymode(goal, unfinished)
        columns = {
            name: _copy_column(X[name], name, os.path.join(unfinished, stem))
            for name, stem in zip(names, _stems(names), strict=True)
        }
        os.replace(unfinished, goal)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return {
        name: pd.Series([p and os.path.join(folder, p) for p in paths], dtype="str").array
        for name, paths in columns.items()
    }


def _stems(names):
    """What the names of the files of each column begin with: letters and digits of its name."""
    stems = [re.sub(r"\W", "_", str(name)) for name in names]
    if len(set(stems)) == len(stems):
        return stems
    return [f"{stem}_{number}" for number, stem in enumerate(stems)]


def _copy_column(column, name, stem):
    """Copy the files of a column; return the names of the copies, None for null cells."""
    samples = read_samples(column, name)
    names = [None] * len(samples.cells)
    for row in samples.present.nonzero()[0]:
        try:
            copy = _copy_file(samples.cells[row], f"{stem}_{row:05d}")
        except ModalityError as error:
            raise error.at(**samples.place(row)) from error.__cause__
        names[row] = os.path.basename(copy)
    return names


def _copy_file(cell, target):
    if not is_path(cell):
        raise ModalityError(
            f"the cell is a {type(cell).__name__}. Expected the path of a file; arrays have no "
            "metadata: leave the column out of files."
        )
    if os.path.isfile(cell) and is_image(cell):
        return strip_image_metadata(cell, target)
    try:
        return strip_audio_metadata(cell, target)
    except ModalityError as error:
        formats = ", ".join(FORMATS)
        raise ModalityError(
            f"{error} It is no image in one of the formats {formats}, either."
        ) from error.__cause__
