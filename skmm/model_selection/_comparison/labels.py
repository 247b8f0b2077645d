"""Names beside points, where they do not hide each other."""

from skmm._optional import import_optional

MARKER_SIZE = 7  # points across

# Where a label may stand, best first: offset in points, and how it is aligned there.
_PLACES = [
    ((7, 0), "left", "center"),
    ((-7, 0), "right", "center"),
    ((5, 5), "left", "bottom"),
    ((5, -5), "left", "top"),
    ((-5, 5), "right", "bottom"),
    ((-5, -5), "right", "top"),
    ((5, 14), "left", "bottom"),
    ((5, -14), "left", "top"),
    ((-5, 14), "right", "bottom"),
    ((-5, -14), "right", "top"),
]


def label_points(ax, x, y, names):
    """Write the name of every point beside it.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits are final.
    x, y : array-like of shape (n_points,), float
    names : sequence of n_points str

    Returns
    -------
    labels : list of matplotlib Annotation
    """
    effects, transforms = map(_import, ("patheffects", "transforms"))
    outline = [effects.withStroke(linewidth=2, foreground="white")]  # where lines run below
    ax.figure.draw_without_rendering()  # until then nothing has a place
    points = ax.transData.transform(list(zip(x, y, strict=True)))
    half = MARKER_SIZE / 2 * ax.figure.dpi / 72
    markers = [transforms.Bbox([point - half, point + half]) for point in points]
    taken, labels = [], []
    for name, place in zip(names, zip(x, y, strict=True), strict=True):
        label = ax.annotate(name, place, (0, 0), textcoords="offset points", fontsize=8, zorder=5)
        label.set_path_effects(outline)
        boxes = [_put(label, option) for option in _PLACES]
        hidden = [_count_hidden(box, [*markers, *taken], ax.bbox) for box in boxes]
        best = hidden.index(min(hidden))
        taken.append(_put(label, _PLACES[best]))
        labels.append(label)
    return labels


def _import(module):
    return import_optional(f"matplotlib.{module}", extra="plots", purpose="labeling points")


def _put(label, option):
    """Put a label in one of its places; return the box it takes."""
    offset, horizontal, vertical = option
    label.set(position=offset, horizontalalignment=horizontal, verticalalignment=vertical)
    return label.get_window_extent()


def _count_hidden(box, others, frame):
    """How many other boxes one would cover, and whether it leaves the frame."""
    leaves = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
    return sum(map(box.overlaps, others)) + 2 * leaves
