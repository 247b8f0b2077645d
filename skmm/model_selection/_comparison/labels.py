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
    clearance = _CLEARANCE * ax.figure.dpi / 72
    taken, labels = [], []
    for row, name in enumerate(names):
        label = _write(ax, name, (x[row], y[row]))
        boxes = [_put(label, option) for option in _PLACES]
        costs = [_count_hidden(box, [*markers, *taken], bars, ax.bbox) for box in boxes]
        for place, box in enumerate(boxes):
            if place < len(_BESIDE):
                costs[place] += _is_ambiguous(box, markers, row, clearance)
            else:  # a line shows the point, and should not cross that of another
                costs[place] += _is_ambiguous(box, markers, row) / 2
        best = costs.index(min(costs))
        taken.append(_put(label, _PLACES[best]))
        labels.append(label)
        if _PLACES[best] in _AWAY:
            offset = {"xytext": _PLACES[best][0], "textcoords": "offset points"}
            ax.annotate("", label.xy, **offset, arrowprops=_LEADER)
    return labels


def _find_boxes(ax, x, y, bars):
    """The boxes of the markers, and those of their error bars, in pixels."""
    bbox = import_optional("matplotlib.transforms", extra="plots", purpose=_PURPOSE).Bbox
    half = MARKER_SIZE / 2 * ax.figure.dpi / 72
    low, middle, high = (
        ax.transData.transform(np.column_stack([x, y + shift])) for shift in (-bars, 0, bars)
    )
    markers = [bbox([point - half, point + half]) for point in middle]
    width = np.array([half / 2, 0])
    return markers, [bbox([a - width, b + width]) for a, b in zip(low, high, strict=True)]


def _write(ax, name, place):
    effects = import_optional("matplotlib.patheffects", extra="plots", purpose=_PURPOSE)
    label = ax.annotate(name, place, (0, 0), textcoords="offset points", fontsize=8, zorder=5)
    # Lines may run below.
    label.set_path_effects([effects.withStroke(linewidth=2, foreground="white")])
    return label


def _put(label, option):
    """Put a label in one of its places; return the box it takes."""
    offset, horizontal, vertical = option
    label.set(position=offset, horizontalalignment=horizontal, verticalalignment=vertical)
    return label.get_window_extent()


def _count_hidden(box, others, bars, frame):
    """What a label would cover, bars counting half, and whether it leaves the frame."""
    leaves = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
    return 2 * sum(map(box.overlaps, others)) + sum(map(box.overlaps, bars)) + 4 * leaves


def _is_ambiguous(box, markers, own, clearance=0.0):
    """Whether a label would stand as near to another marker as to its own."""
    gaps = [_gap(box, marker) for marker in markers]
    nearest = min(gaps[:own] + gaps[own + 1 :], default=np.inf)
    return nearest < gaps[own] + clearance


def _gap(box, other):
    """The distance between two boxes, 0 if they overlap."""
    across = max(box.x0 - other.x1, other.x0 - box.x1, 0)
    upward = max(box.y0 - other.y1, other.y0 - box.y1, 0)
    return np.hypot(across, upward)
