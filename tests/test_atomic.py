"""Who looks at a path finds the old file or the new one, whatever happens in between."""

import os
import subprocess
import sys

import pytest

from skmm._atomic import replacing


def write(path, content):
    with replacing(path) as file:
        file.write(content)


def test_a_new_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


def test_the_old_file_is_there_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt(), ValueError("bad")])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file"
    write(path, b"old")

    def write_half():
        with replacing(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_failure_at_the_end_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, name):
    path = tmp_path / "file"
    write(path, b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(OSError, match="No space left"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: steps.append("fsync") or sync(number))
    monkeypatch.setattr(os, "replace", lambda *paths: steps.append("replace") or replace(*paths))
    write(tmp_path / "file", b"x")
    assert steps == ["fsync", "replace", "fsync"]  # the last one is of the folder


def test_folders_that_cannot_be_synchronized_do_not_matter(tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    write(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path):
    write(tmp_path / "file", b"old")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_permissions_are_those_of_the_old_file_or_of_any_new_one(tmp_path):
    (tmp_path / "plain").touch()
    write(tmp_path / "new", b"x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "new").chmod(0o600)
    write(tmp_path / "new", b"x")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_a_killed_process_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    code = """
import os, signal, sys
from skmm._atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"new" * 10**5)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", code, path], check=False, cwd=os.getcwd())
    assert run.returncode == -9
    assert path.read_bytes() == b"old"
    assert all(name == "file" or name.endswith(".tmp") for name in os.listdir(tmp_path))
