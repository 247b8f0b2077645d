"""What becomes of a missing modality in an early fusion."""

import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone

from skmm._input import select_columns
from skmm._validation import ModalityError
from skmm.fusion._early.blocks import fill, frame_to_blocks, is_token_ids, to_frame


def learn_fill(missing, blocks):
    """Learn what to put into missing cells, from the rows in which each modality is present.

    Parameters
    ----------
    missing : {"error", "nan", "mean", "zero"} or imputer of blocks
    blocks : dict of Block

    Returns
    -------
    learned : None, dict of ndarray or fitted imputer
        Nothing to fill in, one row per modality, or an estimator.
    """
    if not isinstance(missing, str):
        frame = to_frame(blocks)
        with explain_imputer(missing):
            return clone(missing).fit(frame)
    if missing in ("error", "nan"):
        return None
    row_of = {"mean": _mean_row, "zero": _zero_row}[missing]
    return {modality: row_of(block, modality) for modality, block in blocks.items()}


def fill_blocks(learned, blocks):
    """Blocks with their gaps filled by what :func:`learn_fill` learned.

    Raises
    ------
    ModalityError
        If an imputer leaves a cell null.
    """
    if learned is None:
        return blocks
    if isinstance(learned, dict):
        return {modality: fill(block, learned[modality]) for modality, block in blocks.items()}
    frame = to_frame(blocks)
    with explain_imputer(learned):
        result = learned.transform(frame)
    n_rows = len(next(iter(blocks.values())).present)
    if not isinstance(result, pd.DataFrame) or len(result) != n_rows:
        raise TypeError(
            f"{type(learned).__name__}, given as missing=, must return a DataFrame of blocks with "
            f"{n_rows} rows, and returned {type(result).__name__} of shape {np.shape(result)}"
        )
    filled = frame_to_blocks(select_columns(result, list(blocks)))
    for modality, block in filled.items():
        if not block.present.all():
            raise ModalityError(
                f"{type(learned).__name__}, given as missing=, left the cell null",
                modality=modality,
                row=int(np.flatnonzero(~block.present)[0]),
            )
    return filled


@contextmanager
def explain_imputer(imputer):
    """Where an imputer fails on cells that hold whole samples, say what it has to be.

    Raises
    ------
    TypeError
        In place of the TypeError or ValueError of the imputer.
    """
    try:
        yield
    except ModalityError:
        raise
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{type(imputer).__name__}, given as missing=, failed: {error}. It must be a transformer from "
            "a DataFrame whose cells are arrays (or samples, in late fusion), or null, to one without "
            "null cells; imputers of numbers are not. The page of the guide on missing "
            "modalities has an example"
        ) from error


def _zero_row(block, modality):
    return np.zeros(block.values.shape[1:], dtype=block.values.dtype)


def _mean_row(block, modality):
    if is_token_ids(block.values) and not sparse.issparse(block.values):
        raise ModalityError(
            'token ids have no mean; set missing="zero" for padding, or missing="nan" for an estimator '
            "that masks missing modalities",
            modality=modality,
        )
    rows = block.values[block.present]
    if sparse.issparse(rows):
        return np.asarray(rows.mean(axis=0)).ravel()
    with warnings.catch_warnings():
        # A step that is padding in every sequence stays padding.
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return np.nanmean(rows, axis=0, dtype=np.float64)
