"""Processes, and small disks."""

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


@pytest.fixture
def gate(tmp_path):
    """A folder in which models say how far they are: see :func:`tests.faults.scenes.wait`."""
    folder = tmp_path / "gate"
    folder.mkdir()
    return folder
