"""Rows in a folder, in one or two LMDB files, of which the older is dropped as a whole.

Deleting rows inside LMDB would leave a file whose length says nothing about whether it is complete.
A file is therefore only added to, until it is full. Then the next generation is started, and the one
before the last is renamed, and removed: processes that are reading it keep what they have opened.
"""

import errno
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from threading import Lock

from skmm.cache._records import pack_row, unpack_row

_UNLIMITED = 2**40  # bytes of address space; the file takes what is in it
_OPENING = Lock()  # LMDB forbids a process to have a file open twice
_LOCK_SIZE = 8192  # bytes of lock.mdb, for the 126 readers that LMDB has by default


class Generations:
    """The LMDB files in `folder`.

    A file is opened for a few rows and closed again. That takes 0.2 ms, and makes up for it: no
    environment to carry over a fork, to pickle or to share, what other processes started or dropped
    is seen at once, a file that was cut off is noticed before it is read, and the rows read do not
    count as memory of the process.

    Parameters
    ----------
    folder : str
    size_limit : int or None
        Bytes that two generations may take together.
    """

    def __init__(self, folder, size_limit):
        self.folder = folder
        self.size_limit = size_limit
        self.map_size = _UNLIMITED if size_limit is None else size_limit // 2

    def read(self, keys):
        """Return the rows there are by key, None where one is damaged."""
        found = {}
        for number in reversed(self._numbers()):
            absent = [key for key in keys if key not in found]
            if not absent:
                break
            with self._open(number) as environment:
                if environment is None:
                    continue
                with environment.begin() as transaction:
                    records = ((key, transaction.get(key)) for key in absent)
                    found |= {key: unpack_row(key, r) for key, r in records if r is not None}
        return found

    def write(self, rows):
        """Keep rows, by key. Raise lmdb.Error or OSError if they cannot be kept."""
        import lmdb

        records = {key: pack_row(key, row) for key, row in rows.items()}
        self._check_fits(records)
        newest = max(self._numbers(), default=0) or self._start(1)
        try:
            self._put(newest, records)
        except lmdb.MapFullError:
            if self.size_limit is None:
                raise
            self._put(self._start(newest + 1), records)
            self._drop(before=newest)

    def clear(self):
        """Drop all rows. Numbers go on, so that no process mistakes a new file for an old one."""
        numbers = self._numbers()
        if numbers:
            self._drop(before=self._start(numbers[-1] + 1))

    def count(self):
        """Return the number of rows, and of bytes on disk."""
        n_rows = n_bytes = 0
        for number in self._numbers():
            with self._open(number) as environment:
                if environment is not None:
                    n_rows += environment.stat()["entries"]
                    n_bytes += os.path.getsize(self._path(number, "data.mdb"))
        return n_rows, n_bytes

    def _path(self, number, *names):
        return os.path.join(self.folder, f"rows-{number}", *names)

    def _numbers(self):
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        matches = (re.fullmatch(r"rows-(\d+)", name) for name in names)
        return sorted(int(match[1]) for match in matches if match)

    def _start(self, number):
        """Make a generation, whole before it has its name: nobody finds a file without its head."""
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        begun = tempfile.mkdtemp(prefix="begun-", dir=self.folder)
        try:
            _open_environment(begun, self.map_size).close()
            os.rename(begun, self._path(number))
        except OSError:
            if not os.path.isdir(self._path(number)):  # where another process was faster
                raise
        finally:
            shutil.rmtree(begun, ignore_errors=True)
        return number

    def _drop(self, before):
        """Remove the generations with smaller numbers, and what a killed process left of others."""
        for number in self._numbers():
            if number < before:
                dropped = os.path.join(self.folder, f"dropped-{number}-{os.getpid()}")
                with suppress(FileNotFoundError):  # another process was faster
                    os.rename(self._path(number), dropped)  # the rows and their lock at once
        for name in os.listdir(self.folder):
            if re.fullmatch(r"dropped-\d+-\d+", name):
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def _put(self, number, records):
        with self._open(number) as environment:
            if environment is not None:
                with environment.begin(write=True) as transaction:
                    for key, record in records.items():
                        transaction.put(key, record)

    def _check_fits(self, records):
        """Pages are filled by half at least, so twice the bytes are surely enough."""
        n_bytes = sum(map(len, records.values()))
        if 2 * n_bytes > self.map_size:
            raise OSError(
                f"a batch of {n_bytes} bytes is too large for size_limit={self.size_limit}; lower "
                f"batch_size, or set size_limit={4 * n_bytes} at least"
            )

    @contextmanager
    def _open(self, number):
        """Give the environment of a generation, None if another process has dropped it."""
        with _OPENING:
            environment = _open_complete(self._path(number), self.map_size)
            try:
                yield environment
            finally:
                if environment is not None:
                    environment.close()


def _open_complete(path, map_size):
    """Open an environment of which nothing is missing; None if it is not there at all."""
    import lmdb

    environment = None
    try:
        environment = _open_environment(path, map_size)
        _check_complete(environment, os.path.join(path, "data.mdb"))
        return environment
    except (lmdb.Error, OSError):
        if environment is not None:
            environment.close()
        if os.path.isdir(path):
            raise
        return None


def _open_environment(path, map_size):
    import lmdb

    try:
        _reserve_lock(os.path.join(path, "lock.mdb"))
        # The last commit may be lost when the power fails, and nothing else: metasync.
        return lmdb.open(path, map_size=map_size, mode=0o600, create=False, metasync=False)
    except (lmdb.Error, OSError) as error:  # no permission to write: read at least
        try:
            return lmdb.open(path, map_size=map_size, readonly=True, lock=False)
        except lmdb.Error:
            raise error from None


def _reserve_lock(path):
    """Take the room of the file of locks now. Raise an OSError if there is none.

    LMDB maps the file into memory, and to write where the disk has no room kills the process.
    """
    with suppress(FileNotFoundError):
        if os.path.getsize(path) >= _LOCK_SIZE:
            return
    if not hasattr(os, "posix_fallocate"):
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _LOCK_SIZE)
    except OSError as error:  # others are of file systems that cannot tell
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
    finally:
        os.close(descriptor)


def _check_complete(environment, path):
    """Raise an OSError if the end of the file is missing: reading there would kill the process."""
    expected = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
    if os.path.getsize(path) < expected:
        raise OSError(f"{path!r} has {os.path.getsize(path)} of {expected} bytes")
