"""Processes, and small disks."""

import os
import subprocess
import sys

import pytest

# Processes are found in /proc, and disks are made by mount.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


@pytest.fixture
def start(tmp_path):
    """Call a function in a process of its own: ``start(function, *args)``."""
    from tests.faults.children import Child

    children = []

    def begin(function, *args):
        children.append(Child(tmp_path / f"child{len(children)}", function, *args))
        return children[-1]

    yield begin
    for child in children:
        child.end()


class Disk:
    """A file system in memory, of some megabytes."""

    SIZE = 2**21  # bytes

    def __init__(self, folder):
        self.folder = folder

    def fill(self, leaving=0):
        """Leave so many bytes of room."""
        status = os.statvfs(self.folder)
        room = status.f_bavail * status.f_bsize
        (self.folder / "filling").write_bytes(bytes(room - leaving))

    def empty(self):
        """Undo it."""
        (self.folder / "filling").unlink()

    def make_read_only(self):
        _mount("-o", "remount,ro", self.folder)


def _mount(*arguments):
    return subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)


@pytest.fixture
def disk(tmp_path):
    """A small disk; where none can be mounted, tests of cache and persistence limit files instead."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={Disk.SIZE}", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted: {getattr(error, 'stderr', error)}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def gate(tmp_path):
    """A folder in which models say how far they are: see :func:`tests.faults.scenes.wait`."""
    folder = tmp_path / "gate"
    folder.mkdir()
    return folder
