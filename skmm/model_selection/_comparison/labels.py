"""Names beside points, where they do not hide each other."""

import numpy as np

from skmm._optional import import_optional

_PURPOSE = "labeling points"

MARKER_SIZE = 7  # points across

_CLEARANCE = 4  # points by which a label is nearer to its own marker than to any other

# Where a label may stand, best first: offset in points, and how it is aligned there.
_BESIDE = [
    ((7, 0), "left", "center"),
    ((-7, 0), "right", "center"),
    ((5, 5), "left", "bottom"),
    ((5, -5), "left", "top"),
    ((-5, 5), "right", "bottom"),
    ((-5, -5), "right", "top"),
    ((0, 8), "center", "bottom"),
    ((0, -8), "center", "top"),
]
_AWAY = [  # with a line to the point
    ((side * x, y), "left" if side > 0 else "right", "bottom" if y > 0 else "top")
    for x, y in [(10, 14), (10, -14), (18, 24), (18, -24), (26, 36), (26, -36)]
    for side in (1, -1)
]
_PLACES = _BESIDE + _AWAY
_HAS_LINE = np.arange(len(_PLACES)) >= len(_BESIDE)
# How far a box lies to the left of its place and below, in widths and heights.
_SHARE = {"left": 0, "bottom": 0, "center": 0.5, "right": 1, "top": 1}
_SHIFTS = np.array([[_SHARE[word] for word in alignment] for _, *alignment in _PLACES])
_LEADER = {"arrowstyle": "-", "color": "0.5", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}


def label_points(ax, x, y, names, *, bars=0.0):
    """Write the name of every point beside it, or where there is room, with a line to the point.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits are final.
    x, y : array-like of shape (n_points,), float
    names : sequence of n_points str
    bars : float or array-like of shape (n_points,), default=0.0
        Half the lengths of vertical error bars, which labels rather do not cover.

    Returns
    -------
    labels : list of matplotlib Annotation
    """
    ax.figure.draw_without_rendering()  # until then nothing has a place
    markers, bars = _find_boxes(ax, *map(np.asarray, (x, y, bars)))
    taken, labels = markers, []
    for row, name in enumerate(names):
        label = _write(ax, name, (x[row], y[row]))
        boxes = _find_places(label)
        costs = _count_hidden(boxes, taken, bars, ax.bbox)
        # Beside a point, clearly; a line shows the point, and should not cross that of another.
        clearance = np.where(_HAS_LINE, 0, _CLEARANCE * ax.figure.dpi / 72)
        costs += _are_ambiguous(boxes, markers, row, clearance) * np.where(_HAS_LINE, 0.5, 1)
        best = costs.argmin()
        taken = np.vstack([taken, boxes[best]])
        labels.append(label)
        offset, horizontal, vertical = _PLACES[best]
        label.set(position=offset, horizontalalignment=horizontal, verticalalignment=vertical)
        if _HAS_LINE[best]:
            offset = {"xytext": offset, "textcoords": "offset points"}
            ax.annotate("", label.xy, **offset, arrowprops=_LEADER)
    return labels


def _find_boxes(ax, x, y, bars):
    """The boxes of the markers, and those of their error bars: left, lower, right and upper pixel."""
    half = MARKER_SIZE / 2 * ax.figure.dpi / 72
    low, middle, high = (
        ax.transData.transform(np.column_stack([x, y + shift])) for shift in (-bars, 0, bars)
    )
    width = np.array([half / 2, 0])
    # An axis may be turned around.
    low, high = np.minimum(low, high), np.maximum(low, high)
    return np.hstack([middle - half, middle + half]), np.hstack([low - width, high + width])


def _write(ax, name, place):
    effects = import_optional("matplotlib.patheffects", extra="plots", purpose=_PURPOSE)
    label = ax.annotate(name, place, (0, 0), textcoords="offset points", fontsize=8, zorder=5)
    # Lines may run below.
    label.set_path_effects([effects.withStroke(linewidth=2, foreground="white")])
    return label


def _find_places(label):
    """The box that a label takes in each place, of shape (n_places, 4); to measure it takes its time."""
    label.set(position=(0, 0), horizontalalignment="left", verticalalignment="bottom")
    box = label.get_window_extent()
    offsets = np.array([offset for offset, *_ in _PLACES]) * label.figure.dpi / 72
    corners = box.min + offsets - _SHIFTS * box.size
    return np.hstack([corners, corners + box.size])


def _count_hidden(boxes, others, bars, frame):
    """What labels would cover, bars counting half, and whether they leave the frame."""
    leaves = (boxes[:, :2] < frame.min).any(axis=1) | (boxes[:, 2:] > frame.max).any(axis=1)
    return 2 * _count_overlaps(boxes, others) + _count_overlaps(boxes, bars) + 4.0 * leaves


def _count_overlaps(boxes, others):
    return (_gaps(boxes, others) == 0).sum(axis=1)


def _are_ambiguous(boxes, markers, own, clearance):
    """Whether labels would stand as near to another marker as to their own."""
    gaps = _gaps(boxes, markers)
    nearest = np.delete(gaps, own, axis=1).min(axis=1, initial=np.inf)
    return nearest < gaps[:, own] + clearance


def _gaps(boxes, others):
    """The distance between each two boxes, 0 if they overlap."""
    boxes = boxes[:, None]
    across = np.maximum(boxes[..., :2] - others[:, 2:], others[:, :2] - boxes[..., 2:])
    return np.hypot(*np.moveaxis(np.maximum(across, 0), -1, 0))
