"""Let only one of several processes compute a row; the others wait, and read it."""

import os
from contextlib import contextmanager, suppress
from threading import RLock

# Locks on files hold between processes only; and a thread that closes the file would drop them all.
_ONE_THREAD = RLock()


@contextmanager
def claimed(folder, keys):
    """Hold what `keys` stand for, once all others have let it go.

    The system takes the claims of a process away when it ends, however it ends. Where files cannot
    be locked (Windows, a folder without write permission) nothing is held, and work may be done
    twice.

    Parameters
    ----------
    folder : str
        Where the file of claims lies.
    keys : iterable of bytes
    """
    with _ONE_THREAD:
        file = _open(os.path.join(folder, "claims"))
        try:
            _lock(file, keys)
            yield
        finally:
            if file is not None:
                os.close(file)


def _open(path):
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    return None


def _lock(file, keys):
    """Lock one byte per key, none of which needs to exist."""
    if file is None:
        return
    with suppress(ImportError, OSError):
        from fcntl import LOCK_EX, lockf

        # All processes go through the file in one direction, so none waits in a circle.
        for place in sorted({int.from_bytes(key[-7:]) for key in keys}):
            lockf(file, LOCK_EX, 1, place)
