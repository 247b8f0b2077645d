"""Write a file whole or not at all."""

import os
import secrets
import shutil
from contextlib import contextmanager, suppress


@contextmanager
def replacing(path):
    """Open a new file that takes the place of `path` at the end, if all has gone well.

    It is on the disk by then: who looks at `path` finds the old file or the new one, also after the
    process was killed or the power failed. A killed process leaves the unfinished file beside it,
    with the ending ``.tmp``.

    Parameters
    ----------
    path : str
        A link stays, and what it points to is replaced.

    Yields
    ------
    file : writeable binary file
    """
    path = os.path.realpath(path)
    unfinished = f"{path}.{secrets.token_hex(4)}.tmp"
    file = open(unfinished, "xb")  # noqa: SIM115 - closed before it is moved
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            shutil.copymode(path, unfinished)
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise
    _sync_folder(os.path.dirname(path))


def _sync_folder(folder):
    """Make the new name survive a power failure, where folders can be synchronized."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
