"""What a column holds, and noise for it."""

from functools import partial

import numpy as np
import pandas as pd

from skmm._samples import read_cells
from skmm._tensor import TensorArray
from skmm._validation import ModalityError, did_you_mean
from skmm.frame import presence_mask
from skmm.fusion._early.blocks import is_token_ids
from skmm.model_selection._robustness.noise_arrays import ARRAY_NOISES, disturb, measure_scale
from skmm.model_selection._robustness.noise_files import choose_reader, is_file
from skmm.model_selection._robustness.noise_texts import TEXT_NOISES, drop_token_ids

NOISES = tuple(dict.fromkeys([*ARRAY_NOISES, *TEXT_NOISES]))


def prepare_column(column, noise, *, sampling_rate):
    """Read a column once, and return what makes noisy versions of it.

    Parameters
    ----------
    column : Series
        Cells of one modality.
    noise : str or None
        One of NOISES; None is what suits the cells.
    sampling_rate : int or None
        Of the clips that files are decoded to, in hertz.

    Returns
    -------
    noise : str
    make_noisy : callable
        ``make_noisy(level, random_state)`` returns what to assign to the column of the frame.

    Raises
    ------
    ModalityError
        If the cells cannot be read, or the noise is not for such cells.
    """
    present = presence_mask(column).to_numpy()
    if not present.any():
        raise ModalityError(
            "missing in every sample, so there is nothing to disturb; name other modalities",
            modality=column.name,
        )
    if isinstance(column.array, TensorArray):
        return _prepare_tensor(column.array.tensor, present, noise, column.name)
    if pd.api.types.is_numeric_dtype(column.dtype):
        is_whole = column.dtype.kind in "iu" and present.all()
        values = column.to_numpy() if is_whole else column.to_numpy(float, na_value=np.nan)
        noise = _choose(noise, ["gaussian", "dropout", "drop_block"], "numbers", column.name)
        return noise, partial(_disturb_numbers, values, noise, measure_scale(values[present]))
    return _prepare_cells(column, present, noise, sampling_rate)


def _choose(noise, allowed, what, modality):
    """The noise that was asked for if it is one for such cells; the first one by default."""
    if noise is None:
        return allowed[0]
    if noise not in allowed:
        raise ModalityError(
            f"noise {noise!r} is not for {what}; choose one of {list(allowed)}"
            + ("" if noise in NOISES else did_you_mean(noise, allowed)),
            modality=modality,
        )
    return noise


def _prepare_tensor(tensor, present, noise, modality):
    allowed = list(ARRAY_NOISES)
    if is_token_ids(tensor):  # or sounds, if the noise is one of sounds
        allowed = ["drop_words", *allowed]
    noise = _choose(noise, allowed, "arrays of numbers", modality)
    if noise == "drop_words":
        return noise, partial(_drop_tokens, tensor, present)
    scale = measure_scale(tensor if present.all() else tensor[present])
    return noise, partial(_disturb_tensor, tensor, present, noise, scale)


def _prepare_cells(column, present, noise, sampling_rate):
    cells = column.to_numpy(dtype=object)
    if is_file(cells[present][0]):
        cells = _read_files(cells, column, present, sampling_rate)
    if _is_text(cells[present][0]):
        noise = _choose(noise, list(TEXT_NOISES), "texts", column.name)
        cells = _read_present(_read_text, cells, column, present)
        dtype = column.dtype if isinstance(column.dtype, pd.StringDtype) else object
        texts = pd.Series(cells, column.index, dtype=object)
        return noise, partial(_disturb_texts, texts, present, noise, dtype)
    noise = _choose(noise, list(ARRAY_NOISES), "arrays of numbers", column.name)
    arrays = _read_present(_read_array, cells, column, present)
    return noise, partial(
        _disturb_arrays, arrays, present, noise, measure_scale([*arrays[present]])
    )


def _is_text(cell):
    are_words = isinstance(cell, list | tuple) and all(isinstance(word, str) for word in cell)
    return isinstance(cell, str) or are_words


def _read_files(cells, column, present, sampling_rate):
    try:
        read = choose_reader(cells[present][0], sampling_rate=sampling_rate)
    except ModalityError as error:
        raise error.at(modality=column.name) from None
    return _read_present(read, cells, column, present)


def _read_text(cell):
    if not _is_text(cell):
        raise ModalityError(
            f"the cell is of type {type(cell).__name__}, and others are texts; expected texts, or "
            "lists of words, throughout"
        )
    return cell


def _read_array(cell):
    try:
        array = np.asarray(cell)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.ndim == 0 or array.dtype.kind not in "biuf":
        raise ModalityError(
            f"no noise is known for a cell of type {type(cell).__name__}; expected an array of "
            "numbers, a text, a list of words or the path of a file"
        )
    return array


def _read_present(read, cells, column, present):
    """What `read` makes of the present cells, as an array of objects; the others stay."""
    rows, found = np.flatnonzero(present), cells.copy()
    places = ({"modality": column.name, "row": row, "index": column.index[row]} for row in rows)
    for row, value in zip(rows, read_cells(read, cells[rows], places), strict=True):
        found[row] = value
    return found


# What is prepared, with a level and a RandomState: these run in worker processes.


def _disturb_numbers(values, noise, scale, level, random_state):
    return disturb(values, noise, level, scale, random_state)


def _disturb_tensor(tensor, present, noise, scale, level, random_state):
    return TensorArray(disturb(tensor, noise, level, scale, random_state), present)


def _drop_tokens(ids, present, level, random_state):
    return TensorArray(drop_token_ids(ids, level, random_state), present)


def _disturb_arrays(arrays, present, noise, scale, level, random_state):
    noisy = arrays.copy()
    for row in np.flatnonzero(present):
        noisy[row] = disturb(arrays[row][np.newaxis], noise, level, scale, random_state)[0]
    return noisy


def _disturb_texts(texts, present, noise, dtype, level, random_state):
    noisy = texts.to_numpy(copy=True)
    for row in np.flatnonzero(present):
        noisy[row] = TEXT_NOISES[noise](noisy[row], level, random_state)
    return pd.Series(noisy, texts.index, dtype=dtype)  # an array of objects would become one of str
