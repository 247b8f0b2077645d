"""Axes to draw into."""

from skmm._optional import import_optional


def open_axes(ax, *, purpose, figsize=None, layout="constrained"):
    """Return the axes that were given, or those of a new figure.

    Parameters
    ----------
    ax : matplotlib Axes or None
    purpose : str
        What is drawn, the subject of the error message, such as ``"plotting a comparison"``.
    figsize : (float, float), default=None
        Of a new figure, in inches.
    layout : str, default="constrained"
        Of a new figure.

    Returns
    -------
    ax : matplotlib Axes

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    pyplot = import_optional("matplotlib.pyplot", extra="plots", purpose=purpose)
    return pyplot.subplots(figsize=figsize, layout=layout)[1] if ax is None else ax
