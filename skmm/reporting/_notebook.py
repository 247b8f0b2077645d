"""Frames as thumbnails and players in notebooks, once IPython was asked for it by ``%load_ext skmm``."""

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
    _formatter(shell).for_type(pd.DataFrame, show_frame)


def unload(shell):
    """Show all frames as pandas does again.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    _formatter(shell).pop(pd.DataFrame, None)


def show_frame(X):
    """Write a frame as HTML: by :func:`preview` if it holds samples, else as pandas writes it.

    Parameters
    ----------
    X : DataFrame

    Returns
    -------
    html : str or None
        None if pandas was told to write none.
    """
    html = X._repr_html_()
    if html is None or not any(_holds_samples(X.iloc[:, i]) for i in range(X.shape[1])):
        return html
    try:
        return preview(X).html
    except (TypeError, ValueError) as error:  # the frame is shown all the same
        return f"<p>{escape(str(error))}</p>{html}"


def _holds_samples(column):
    if isinstance(column.dtype, TensorDtype):
        return True
    if not pd.api.types.is_object_dtype(column) and not pd.api.types.is_string_dtype(column):
        return False
    first = next((cell for cell in column if not is_null(cell)), None)
    may_be = isinstance(first, np.ndarray) or is_path(first)
    return may_be and kind_of_cell(first) in ("image", "sound", "series")


def _formatter(shell):
    return shell.display_formatter.formatters["text/html"]
