"""Frames side by side, as compiled code takes them: blocks of so many, one frame per lane."""

import numpy as np


def fill_lanes(values):
    """Put one value per frame side by side, shape (n_blocks, LANES); lanes left over repeat the last."""
    from skmm.audio._spectrum_kernel import LANES

    filled = np.empty(len(values) + -len(values) % LANES, dtype=values.dtype)
    filled[: len(values)], filled[len(values) :] = values, values[-1]
    return filled.reshape(-1, LANES)


def pack_lanes(frames):
    """Put frames side by side; the lanes that are left over repeat the last frame.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_values)

    Returns
    -------
    blocks : ndarray of shape (n_blocks, n_values, LANES)
    """
    from skmm.audio._spectrum_kernel import LANES

    n_frames, n_values = frames.shape
    filled = np.pad(frames, ((0, -n_frames % LANES), (0, 0)), mode="edge")
    return np.ascontiguousarray(filled.reshape(-1, LANES, n_values).transpose(0, 2, 1))


def unpack_lanes(blocks, n_frames):
    """Return frames of shape (n_frames, n_values); see :func:`pack_lanes`."""
    return blocks.transpose(0, 2, 1).reshape(-1, blocks.shape[1])[:n_frames]
