"""Blocks: what the members of an early fusion give, one array per modality."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from skmm._padding import padding_steps
from skmm._tensor import TensorArray
from skmm._validation import ModalityError
from skmm.frame import make_frame, presence_mask
from skmm.fusion._columns import frame_to_matrix

# What to do about NaN, by where it comes from: a member of a fusion, or the caller.
MEND_OR_IMPUTE = (
    "its transformer gave NaN or infinity for a sample that is not missing; mend the sample, "
    'impute inside the member, or set missing="nan" for an estimator that handles NaN'
)
MEND_OR_DROP = (
    "the sample holds NaN or infinity; mend it, or replace the cell by None to mark it as missing"
)


class Block(NamedTuple):
    """The features of one modality; what lies in the rows that are not present is arbitrary."""

    values: object  # ndarray (n, ...) or CSR matrix (n, d)
    present: np.ndarray  # (n,) bool


class BlockSpec(NamedTuple):
    """What a block must look like again when its modality is missing in every row."""

    shape: tuple
    dtype: np.dtype
    is_sparse: bool


def as_values(output, n_rows):
    """What a member returned, as an ndarray or a CSR matrix of `n_rows` rows and at least 2-D."""
    if isinstance(output, pd.DataFrame):
        output = _from_frame(output)
    values = _as_floats(output.tocsr()) if sparse.issparse(output) else np.asarray(output)
    if values.ndim < 2:
        raise ValueError(
            f"its transformer returned {values.ndim}-d output; a block has one row per sample and "
            "at least one column"
        )
    if values.shape[0] != n_rows:
        raise ValueError(f"its transformer returned {values.shape[0]} rows for {n_rows} samples")
    return values


def _as_floats(counts):
    return counts if counts.dtype.kind == "f" else counts.astype(np.float64)


def _from_frame(frame):
    if frame.shape[1] == 1 and isinstance(frame.iloc[:, 0].array, TensorArray):
        return frame.iloc[:, 0].array.tensor
    return frame_to_matrix(frame)


def spread(values, present):
    """Put the rows of the present samples among the missing ones.

    Parameters
    ----------
    values : ndarray or CSR matrix, one row per present sample
    present : ndarray of shape (n_samples,), bool

    Returns
    -------
    block : Block
    """
    if present.all():
        return Block(values, present)
    if sparse.issparse(values):
        counts = np.zeros(len(present), dtype=values.indptr.dtype)
        counts[present] = np.diff(values.indptr)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(values.indptr.dtype)
        whole = sparse.csr_array(
            (values.data, values.indices, indptr), shape=(len(present), values.shape[1])
        )
        return Block(whole, present)
    whole = np.zeros((len(present), *values.shape[1:]), dtype=values.dtype)
    whole[present] = values
    return Block(whole, present)


def leave_out_nan(block):
    """The block without the rows that are NaN throughout: a member found nothing to describe."""
    values = block.values
    if sparse.issparse(values) or values.dtype.kind != "f":
        return block
    is_nan = np.isnan(values.reshape(len(values), -1)).all(axis=1)
    return Block(values, block.present & ~is_nan)


def empty_block(spec, n_rows):
    """A block of the fitted form in which no row is present."""
    make = sparse.csr_array if spec.is_sparse else np.zeros
    return Block(make((n_rows, *spec.shape), dtype=spec.dtype), np.zeros(n_rows, dtype=bool))


def spec_of(block):
    """What :func:`empty_block` needs to know of `block`."""
    values = block.values
    return BlockSpec(values.shape[1:], values.dtype, sparse.issparse(values))


def check_shape(block, shape, modality):
    """Refuse samples of another shape than in fit, which numpy might broadcast in silence."""
    found = block.values.shape[1:]
    if found != shape:
        raise ModalityError(
            f"its block has features of shape {found}, and {shape} in fit; make them as in fit, or "
            "fit again",
            modality=modality,
        )


def is_token_ids(values):
    """Whether a block holds token ids: integers in two dimensions (counts are floats)."""
    return values.ndim == 2 and values.dtype.kind in "iu"


def check_finite(block, modality, index, *, advice=MEND_OR_IMPUTE):
    """Refuse NaN and infinity in a present row; trailing all-NaN steps of a sequence are padding."""
    values = block.values.data if sparse.issparse(block.values) else block.values
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return
    bad = np.flatnonzero(block.present & _has_bad_entry(block.values))
    if len(bad):
        raise ModalityError(
            advice,
            modality=modality,
            row=bad[0],
            index=None if index is None else index[bad[0]],
        )


def _has_bad_entry(values):
    if sparse.issparse(values):
        finite = sparse.csr_array(
            (~np.isfinite(values.data), values.indices, values.indptr), shape=values.shape
        )
        return np.asarray(finite.sum(axis=1)).ravel() > 0
    bad = ~np.isfinite(values)
    if values.ndim == 3:
        bad &= ~padding_steps(values)[:, :, None]
    return bad.reshape(len(values), -1).any(axis=1)


def as_dtype(values, dtype):
    """Turn floats into what a block holds: integers are rounded and stay within bounds, as pixels do."""
    if dtype.kind == "b":
        return values > 0.5
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        values = np.clip(np.rint(values), bounds.min, bounds.max)
    return values.astype(dtype)


def to_frame(blocks, index=None):
    """Blocks as a DataFrame of tensor columns, null where a modality is missing.

    Raises
    ------
    ValueError
        If a block is sparse: tensor columns are dense.
    """
    for modality, block in blocks.items():
        if sparse.issparse(block.values):
            raise ValueError(
                f"modality {modality!r} gives a sparse block of {block.values.shape[1]} columns, "
                'which only fusion="concat" takes; reduce it first: '
                "make_pipeline(transformer, TruncatedSVD(100))"
            )
    columns = {name: TensorArray(block.values, block.present) for name, block in blocks.items()}
    frame = make_frame(**columns)
    return frame if index is None else frame.set_axis(index)


def frame_to_blocks(frame):
    """The columns of a DataFrame as dense blocks by name; the way back of :func:`to_frame`.

    Raises
    ------
    ModalityError
        If a column does not hold arrays of one shape, or numbers.
    """
    return {name: _column_to_block(name, frame[name]) for name in frame.columns}


def _column_to_block(name, series):
    present = presence_mask(series).to_numpy()
    if isinstance(series.array, TensorArray):
        return Block(series.array.tensor, present)
    if pd.api.types.is_numeric_dtype(series.dtype):
        return Block(series.to_numpy(float, na_value=np.nan)[:, None], present)
    try:
        column = TensorArray._from_sequence(series.array)
    except (TypeError, ValueError) as error:
        raise ModalityError(
            f"not a column of arrays of one shape: {error}. Turn raw samples into a block first, with "
            "MultimodalFusion(transformers)",
            modality=name,
        ) from error
    return Block(column.tensor, present)


def fill(block, row):
    """Put `row`, of the shape of one sample, where the block is missing; all rows count as present."""
    missing = ~block.present
    everywhere = np.ones(len(missing), dtype=bool)
    if not missing.any():
        return block
    if sparse.issparse(block.values):
        column = sparse.csr_array(missing[:, None].astype(block.values.dtype))
        row = sparse.csr_array(np.asarray(row, dtype=block.values.dtype)[None, :])
        return Block(block.values + column @ row, everywhere)
    values = block.values.copy()
    values[missing] = row
    return Block(values, everywhere)
