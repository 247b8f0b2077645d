"""Read the cells of a sensor column."""

import numpy as np
import pandas as pd

from skmm._files import check_file, is_path
from skmm._validation import ModalityError, StrOptions

READING_CONSTRAINTS = {"gaps": [StrOptions({"error", "interpolate"})]}

_LARGEST = 1e30  # features are float32, and some of them are sums and differences of values


def read_recording(cell, n_channels=None, *, gaps="error"):
    """Return the recording in a cell, time first.

    Parameters
    ----------
    cell : array-like of shape (n_steps,) or (n_steps, n_channels), or path
        Numbers, or the path of a ``.npy`` or ``.csv`` file that holds them, one step per line.
    n_channels : int, default=None
        Number of channels to expect. None takes any.
    gaps : {"error", "interpolate"}, default="error"
        What to do with values of NaN in a channel that has others: raise, or put them on the line
        between the values around them, or at the nearest value where there is one side only.

    Returns
    -------
    recording : ndarray of shape (n_steps, n_channels), float64
        A copy, contiguous: what is summed over time must not depend on the layout of the cell.

    Raises
    ------
    ModalityError
        If the cell is no recording, is empty, has a value that is NaN, infinite or over 1e30, or
        another number of channels.
    """
    values = _load(check_file(cell)) if is_path(cell) else _to_array(cell)
    if values.dtype.kind not in "biuf":
        raise ModalityError(
            f"the recording holds values of type {values.dtype}, where real numbers are expected"
        )
    if values.ndim not in (1, 2) or values.size == 0:
        raise ModalityError(
            f"the recording has shape {values.shape}, where (n_steps,) or (n_steps, n_channels) is "
            "expected, with one step at least; use None for a missing recording"
        )
    recording = np.array(values.reshape(len(values), -1), dtype=np.float64, order="C")
    if gaps == "interpolate":
        _fill_gaps(recording)
    _check_values(recording)
    _check_channels(recording, n_channels)
    return recording


def _to_array(cell):
    try:
        return np.asarray(cell)
    except (TypeError, ValueError) as error:
        raise ModalityError(
            f"the {type(cell).__name__} in the cell does not make an array: {error}. Every step "
            "needs the same number of channels"
        ) from error


def _load(path):
    try:
        if path.lower().endswith(".npy"):
            # Mapped, so that a header that promises too much is found out before memory is taken.
            return np.lib.format.open_memmap(path, mode="r")
        if path.lower().endswith(".csv"):
            # A blank line is a step without a value, not one that may be left out.
            table = pd.read_csv(path, header=None, dtype=np.float64, skip_blank_lines=False)
            return table.to_numpy()
    except Exception as error:  # a damaged header ends in almost any of them
        raise ModalityError(
            f"cannot read {path!r}: {str(error).strip()}. Expected an .npy file of numbers, or a "
            ".csv file of numbers without a header line"
        ) from error
    raise ModalityError(
        f"cannot read {path!r}: only .npy and .csv files are read. Load it and put the array in "
        "the cell"
    )


def _fill_gaps(recording):
    steps = np.arange(len(recording))
    for channel in recording.T:
        is_gap, is_known = np.isnan(channel), np.abs(channel) <= _LARGEST
        if is_gap.any() and is_known.any():
            channel[is_gap] = np.interp(steps[is_gap], steps[is_known], channel[is_known])


def _check_values(recording):
    largest = np.abs(recording).max()  # NaN, where there is one
    if largest <= _LARGEST:
        return
    n_bad = np.count_nonzero(~(np.abs(recording) <= _LARGEST), axis=0)
    channel = int(np.argmax(n_bad > 0))
    raise ModalityError(
        f"channel {channel} has {n_bad[channel]} of {len(recording)} values that are NaN, "
        f"infinite or over {_LARGEST:g}; fill them in (gaps='interpolate' fills NaN between "
        "numbers), leave the channel out, or replace the cell by None to mark the recording as "
        "missing"
    )


def _check_channels(recording, n_channels):
    if n_channels is not None and recording.shape[1] != n_channels:
        raise ModalityError(
            f"the recording has shape {recording.shape}, where (n_steps, {n_channels}) is expected "
            f"as in fit; time comes first, transpose an array of (n_channels, n_steps)"
        )
