"""How the values of a sequence change: local slopes and curvatures."""

import numpy as np

WIDTH = 9  # frames, as in librosa

_steps = np.arange(WIDTH) - WIDTH // 2
_squares = _steps**2 - np.mean(_steps**2)
# Least squares: weights that give slope and second derivative of a line and a parabola through the
# frames of a window.
_WEIGHTS = (_steps / np.sum(_steps**2), 2 * _squares / np.sum(_squares**2))
_SUFFIXES = ("_delta", "_delta2")


def append_deltas(frames, orders):
    """Append derivatives over time to the values of each frame.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_values)
    orders : {0, 1, 2}
        Derivatives up to which order to append.

    Returns
    -------
    frames : ndarray of shape (n_frames, (1 + orders) * n_values)
    """
    return np.concatenate([frames, *(_differentiate(frames, w) for w in _WEIGHTS[:orders])], axis=1)


def name_deltas(names, orders):
    """Return the names of values and of their derivatives, in the order of the columns."""
    return names + [name + suffix for suffix in _SUFFIXES[:orders] for name in names]


def _differentiate(frames, weights):
    margin = WIDTH // 2
    edges = ((margin, margin), (0, 0))
    is_short = len(frames) < WIDTH
    if is_short:  # a single window does not fit in: repeat the first and the last frame
        frames = np.pad(frames, edges, mode="edge")
    n_inside = len(frames) - 2 * margin
    inside = sum(
        weight * frames[i : i + n_inside] for i, weight in enumerate(weights.astype(frames.dtype))
    )
    # The fit of the first window holds for the frames before its center: so do its derivatives.
    return inside if is_short else np.pad(inside, edges, mode="edge")
