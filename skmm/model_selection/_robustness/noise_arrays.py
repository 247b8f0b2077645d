"""Noise in numbers: pictures, sounds, recordings and vectors."""

from typing import NamedTuple

import numpy as np

from skmm.fusion._early.blocks import as_dtype

N_FRAMES = 100  # of a clip
_CHANNELS = (1, 3, 4)
_BYTES_AT_ONCE = 2**25


class Scale(NamedTuple):
    """What the values of a modality are like; all but `bounds` fit a sample by broadcasting."""

    center: np.ndarray  # means: of each feature, each channel, or of all values
    spread: np.ndarray  # standard deviations likewise
    low: float  # salt and pepper
    high: float
    bounds: tuple | None  # that values do not leave; integers have their own


def measure_scale(samples):
    """Measure the values of samples.

    Parameters
    ----------
    samples : ndarray of shape (n_samples, ...), or list of arrays of several shapes
        Present samples; NaN in floats is padding.

    Returns
    -------
    scale : Scale
    """
    values, first = samples, samples[0]
    if isinstance(samples, list):
        has_channels = first.ndim == 2 and not _is_picture(first)
        values = np.concatenate(samples if has_channels else [np.ravel(one) for one in samples])
        axes = (0,)
    else:
        axes = tuple(range(values.ndim))
        if not _is_picture(first):
            axes = axes[:-1] or axes
    low, high = _extremes(values)
    is_unit = values.dtype.kind == "f" and _is_picture(first) and low >= 0 and high <= 1
    center = np.nanmean(values, axis=axes, dtype=np.float64)
    spread = _standard_deviation(values, center, axes)
    return Scale(center, spread, low, high, (0.0, 1.0) if is_unit else None)


def _is_picture(sample):
    return sample.ndim >= 3 or (sample.ndim == 2 and sample.dtype.kind in "ub")


def _extremes(values):
    if values.dtype.kind == "u":
        return 0.0, float(np.iinfo(values.dtype).max)
    return float(np.nanmin(values)), float(np.nanmax(values))


def _standard_deviation(values, center, axes):
    """As numpy's nanstd, which would make several arrays of floats of the size of all pixels."""
    squares = sum(
        np.nansum(np.square(values[rows].astype(np.float64) - center), axis=axes)
        for rows in _chunks(values)
    )
    return np.sqrt(squares / np.count_nonzero(~np.isnan(values), axis=axes))


def _chunks(values):
    """Slices of rows that are not too large as floats."""
    n_rows = max(1, _BYTES_AT_ONCE // max(1, 8 * values[:1].size))
    return [slice(start, start + n_rows) for start in range(0, len(values), n_rows)]


def disturb(tensor, noise, level, scale, random_state):
    """Add noise to samples of one shape.

    Parameters
    ----------
    tensor : ndarray of shape (n_samples, ...)
        It is not changed.
    noise : str
        One of ARRAY_NOISES.
    level : float
    scale : Scale
    random_state : RandomState
        What is drawn depends on the shape of `tensor` alone: the same for every level.

    Returns
    -------
    noisy : ndarray of the same shape and dtype
        NaN stays; integers are rounded and stay within their range.
    """
    noisy = np.empty_like(tensor)
    for rows in _chunks(tensor):
        values = tensor[rows].astype(np.float64)
        changed = ARRAY_NOISES[noise](values, level, scale, random_state)
        if scale.bounds is not None:
            changed = np.clip(changed, *scale.bounds)
        changed = np.where(np.isnan(values), values, changed)
        noisy[rows] = as_dtype(changed, tensor.dtype)
    return noisy


def _gaussian(values, level, scale, random_state):
    return values + level * scale.spread * random_state.standard_normal(values.shape)


def _salt_and_pepper(values, level, scale, random_state):
    """Pixels become the least or the greatest value; a pixel does so in all its channels."""
    shape = values.shape
    if values.ndim == 4 and shape[-1] in _CHANNELS:
        shape = (*shape[:-1], 1)
    elif values.ndim == 4 and shape[1] in _CHANNELS:
        shape = (shape[0], 1, *shape[2:])
    hit = random_state.uniform(size=shape) < level
    extreme = np.where(random_state.uniform(size=shape) < 0.5, scale.low, scale.high)
    return np.where(hit, extreme, values)


def _dropout(values, level, scale, random_state):
    return np.where(random_state.uniform(size=values.shape) < level, scale.center, values)


def _drop_frames(values, level, scale, random_state):
    n_steps = values.shape[1]
    n_frames = min(N_FRAMES, n_steps) if values.ndim == 2 else n_steps
    lost = random_state.uniform(size=(len(values), n_frames)) < level
    frame_of_step = np.arange(n_steps) * n_frames // n_steps
    lost = lost[:, frame_of_step].reshape(len(values), n_steps, *[1] * (values.ndim - 2))
    return np.where(lost, scale.center, values)


def _drop_block(values, level, scale, random_state):
    lost = random_state.uniform(size=len(values)) < level
    return np.where(lost.reshape(-1, *[1] * (values.ndim - 1)), scale.center, values)


ARRAY_NOISES = {
    "gaussian": _gaussian,
    "salt_and_pepper": _salt_and_pepper,
    "dropout": _dropout,
    "drop_frames": _drop_frames,
    "drop_block": _drop_block,
}
