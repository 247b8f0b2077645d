"""Frames as thumbnails and players in notebooks, once IPython was asked for it by ``%load_ext skmm``."""

from functools import partial
from html import escape

import numpy as np
import pandas as pd

from skmm._files import is_path
from skmm._validation import is_null
from skmm.frame import TensorDtype
from skmm.inspection._pictures.drawing import kind_of_cell
from skmm.reporting._preview import preview


def load(shell):
    """Show frames that hold pictures, sounds or recordings by :func:`preview` from now on.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    formatter = _formatter(shell)
    before = formatter.for_type(pd.DataFrame)
    if not _is_ours(before):
        ours = partial(show_frame, show_others=before or pd.DataFrame._repr_html_)
        formatter.for_type(pd.DataFrame, ours)


def unload(shell):
    """Show all frames as before :func:`load` again.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    formatter = _formatter(shell)
    ours = formatter.for_type(pd.DataFrame)
    if not _is_ours(ours):  # who has set another since keeps it
        return
    formatter.pop(pd.DataFrame)
    if ours.keywords["show_others"] is not pd.DataFrame._repr_html_:
        formatter.for_type(pd.DataFrame, ours.keywords["show_others"])


def show_frame(X, show_others=pd.DataFrame._repr_html_):
    """Write a frame as HTML: by :func:`preview` if it holds samples.

    Parameters
    ----------
    X : DataFrame
    show_others : callable, default=pd.DataFrame._repr_html_
        Writes frames that hold none, or more columns than pandas was told to show.

    Returns
    -------
    html : str or None
        None if pandas was told to write none.
    """
    if not pd.get_option("display.notebook_repr_html") or not _is_for_preview(X):
        return show_others(X)
    try:
        return preview(X).html
    except (TypeError, ValueError) as error:  # the frame is shown all the same
        return f"<p>{escape(str(error))}</p>{show_others(X) or ''}"


def _is_for_preview(X):
    most = pd.get_option("display.max_columns") or np.inf
    return X.shape[1] <= most and any(_holds_samples(X.iloc[:, i]) for i in range(X.shape[1]))


def _holds_samples(column):
    if isinstance(column.dtype, TensorDtype):
        return True
    if not pd.api.types.is_object_dtype(column) and not pd.api.types.is_string_dtype(column):
        return False
    first = next((cell for cell in column if not is_null(cell)), None)
    if isinstance(first, np.ndarray):  # one axis is a list of numbers as good as a recording
        return first.dtype.kind in "biufc" and first.ndim > 1
    return is_path(first) and kind_of_cell(first) in ("image", "sound")


def _is_ours(formatter):
    return isinstance(formatter, partial) and formatter.func is show_frame


def _formatter(shell):
    return shell.display_formatter.formatters["text/html"]
