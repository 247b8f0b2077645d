"""The kinds of samples that a net can encode: vectors, images, sequences, tokens, other arrays."""

import warnings

import numpy as np

from skmm._padding import padding_steps
from skmm.nn._inputs.blocks import is_surely_finite

# An embedding table of this many rows is far beyond any vocabulary: the integers are no ids.
MAX_TOKENS = 1_000_000

# A table of fewer rows costs little, whatever the integers are.
_FEW_TOKENS = 10_000


def kind_of(block, *, is_free=False):
    """Say of which kind a block is, by shape and dtype.

    With `is_free`, for a module of the user, shapes that no encoder takes are ``"array"``.
    """
    shape = block.tensor.shape[1:]
    if len(shape) > 3:
        if is_free:
            return "array"
        raise block.error(
            f"no encoder takes samples of shape {shape}; give a torch module that does, or choose "
            f"the encoder that flattens them, encoders={{{block.name!r}: 'vector'}}"
        )
    if len(shape) == 3 and shape[0] > 4 and shape[2] in (1, 3, 4):
        if is_free:
            return "array"
        raise block.error(
            f"samples of shape {shape} look like images of (height, width, channels), and a net "
            "takes (channels, height, width); use PixelExtractor, or say "
            f"encoders={{{block.name!r}: 'image'}} if channels do come first"
        )
    if len(shape) == 1:
        return "tokens" if block.tensor.dtype.kind in "iu" else "vector"
    return {2: "sequence", 3: "image"}[len(shape)]


def as_kind(block, kind, *, pixels=False):
    """Bring a block to the axes of its kind and check the values of the samples present.

    Parameters
    ----------
    block : Block
    kind : str
    pixels : bool, default=False
        Whether images must be pixels, of type uint8 or in [0, 1].

    Returns
    -------
    block : Block
        With a tensor (n, d) for vectors, (n, C, H, W) for images, (n, T, C) for sequences,
        (n, L) for tokens, and as it was for arrays.

    Raises
    ------
    ModalityError
        If the shape or dtype cannot be of this kind, or a sample holds values that a net cannot
        learn from.
    """
    tensor = _with_axes_of(block, kind)
    block = block._replace(tensor=tensor)
    if kind == "tokens":
        _check_ids(block)
    elif tensor.dtype.kind == "f":
        _check_finite(block, padded=kind == "sequence")
    if pixels:
        _check_pixels(block)
    return block


def _with_axes_of(block, kind):
    tensor = block.tensor
    if kind == "array":
        return tensor
    if kind == "vector":
        return tensor.reshape(len(tensor), -1)
    if kind == "tokens" and tensor.ndim == 2 and tensor.dtype.kind in "iu":
        return tensor
    if kind == "sequence" and tensor.ndim in (2, 3):
        return tensor if tensor.ndim == 3 else tensor[:, :, np.newaxis]
    if kind == "image" and tensor.ndim in (3, 4):
        return tensor if tensor.ndim == 4 else tensor[:, np.newaxis]
    expected = {
        "tokens": "integers of shape (length,)",
        "sequence": "numbers of shape (steps,) or (steps, features)",
        "image": "numbers of shape (height, width) or (channels, height, width)",
    }[kind]
    raise block.error(
        f"samples of shape {tensor.shape[1:]} and dtype {tensor.dtype} cannot be read as {kind}; "
        f"expected {expected}"
    )


def _check_ids(block):
    for rows, ids in samples_in_pieces(block):
        bad = ((ids < 0) | (ids >= MAX_TOKENS)).any(axis=1)
        if bad.any():
            raise block.error(
                f"integers are read as ids of tokens, from 0 (padding) to {MAX_TOKENS - 1:,}, and "
                "this sample holds others; give floats, or "
                f"encoders={{{block.name!r}: 'vector'}}, if they are numbers",
                rows[bad.argmax()],
            )


def _check_finite(block, padded):
    if block.present.all() and is_surely_finite(block.tensor):
        return
    for rows, values in samples_in_pieces(block):
        bad = ~np.isfinite(values)
        if not bad.any():
            continue
        if padded:
            bad = _bad_steps(values, bad)
        count = bad.reshape(len(rows), -1).sum(axis=1)
        if count.any():
            first = np.flatnonzero(count)[0]
            raise block.error(
                f"the sample holds {count[first]} NaN or infinite values; mend it, or replace the "
                "cell by None to mark it as missing",
                rows[first],
            )


def _check_pixels(block):
    if not block.present.any():  # nothing to look at, and a dtype that means nothing
        return
    expected = (
        "a pretrained network takes pixels of type uint8, or floats in [0, 1]; use PixelExtractor"
    )
    dtype = block.tensor.dtype
    if dtype.kind != "f":
        if dtype != np.uint8:
            raise block.error(f"holds {dtype} values, and {expected}")
        return
    for rows, values in samples_in_pieces(block):
        # Noise may take a pixel out of bounds; what goes far beyond was scaled otherwise.
        bad = ((values < -1) | (values > 2)).any(axis=(1, 2, 3))
        if bad.any():
            worst = values[bad.argmax()]
            raise block.error(
                f"values go from {worst.min():.4g} to {worst.max():.4g}, and {expected}",
                rows[bad.argmax()],
            )


def _bad_steps(values, bad):
    """What remains bad in sequences when steps of NaN at the end are padding."""
    padding = padding_steps(values)
    padding &= ~padding.all(axis=1, keepdims=True)  # a sequence of padding only has no steps
    return bad & ~padding[:, :, np.newaxis]


def samples_in_pieces(block, rows=None):
    """Yield (positions, samples) of the rows present, in pieces that take little memory."""
    rows = np.flatnonzero(block.present) if rows is None else rows[block.present[rows]]
    size = max(1, 2**20 // max(1, block.tensor[0].size))
    for start in range(0, len(rows), size):
        piece = rows[start : start + size]
        yield piece, block.tensor[piece]


def n_channels(block, kind, rows):
    """Width of what an encoder reads: features, channels, or ids in `rows` with the padding 0.

    Which axis of an array has channels is not known: all its values are one.
    """
    if kind == "array":
        return 1
    if kind == "tokens":
        return 1 + max(int(ids.max()) for _, ids in samples_in_pieces(block, rows))
    return block.tensor.shape[1 if kind == "image" else -1]


def warn_of_large_table(block, n_tokens, rows):
    """Warn if a table of tokens is far larger than there are tokens to learn it from."""
    n_seen = np.count_nonzero(block.present[rows]) * block.tensor.shape[1]
    if n_tokens > _FEW_TOKENS and n_tokens > 10 * n_seen:
        warnings.warn(
            f"modality {block.name!r} holds integers, which are read as ids of tokens: a table of "
            f"{n_tokens:,} rows is to be learned from {n_seen:,} ids. Give floats, or "
            f"encoders={{{block.name!r}: 'vector'}}, if they are numbers; "
            f"encoders={{{block.name!r}: 'tokens'}} if they are ids all the same",
            UserWarning,
            stacklevel=2,
        )
