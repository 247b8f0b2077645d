"""Write files that are whole, or not there."""

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile


@contextmanager
def replacing(path):
    """Open a file beside `path`, and put it in its place once it is whole and on the disk.

    If anything fails inside the scope, what was at `path` is still there, and nothing else.

    Parameters
    ----------
    path : str or path-like

    Yields
    ------
    file : binary file
        To be written to.
    """
    path = Path(path).resolve()  # what a link leads to is replaced, not the link
    file = NamedTemporaryFile(  # noqa: SIM115 - it is closed before it is moved
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    )
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, _usual_mode(path))
        os.replace(file.name, path)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise


def _usual_mode(path):
    """Access rights of a file that is there, or of one that ``open`` would make."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
