"""Tell paths from other cells, and check them before a decoder sees them."""

import os

from skmm._validation import ModalityError


def is_path(cell):
    """Tell whether a cell names a file: a string or a path object."""
    return isinstance(cell, str | os.PathLike)


def check_file(path):
    """Raise a ModalityError unless `path` is an existing regular file.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    path : str

    Raises
    ------
    ModalityError
        If `path` is a URL (nothing is ever downloaded), a folder, or not there.
    """
    path = os.fspath(path)
    if os.path.isfile(path):
        return path
    if "://" in path:
        cause = "it is a URL, and nothing is downloaded; save it first"
    elif os.path.isdir(path):
        cause = "it is a folder"
    else:
        cause = "there is no such file"
        if not os.path.isabs(path):
            cause += f" in the current folder {os.getcwd()!r}"
    raise ModalityError(
        f"cannot read {path!r}: {cause}. Expected the path of a file. "
        "Replace the cell by None to mark the sample as missing."
    )
