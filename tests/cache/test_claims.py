"""One process works, the others wait."""

import time

import pytest

from skmm.cache._claims import claimed

pytest.importorskip("fcntl")

HOLD = """
from skmm.cache._claims import claimed
import time
with claimed({folder!r}, [b"one", b"two"]):
    print("held", flush=True)
    time.sleep({seconds})
"""


def seconds_to_claim(folder, keys):
    start = time.monotonic()
    with claimed(folder, keys):
        return time.monotonic() - start


def test_a_claim_waits_for_the_one_before(tmp_path, run):
    holder = run(HOLD.format(folder=str(tmp_path), seconds=1))
    holder.stdout.readline()
    assert seconds_to_claim(tmp_path, [b"other"]) < 0.5
    assert seconds_to_claim(tmp_path, [b"two", b"three"]) > 0.3
    assert holder.wait() == 0


def test_the_claim_of_a_killed_process_is_free(tmp_path, run):
    holder = run(HOLD.format(folder=str(tmp_path), seconds=60))
    holder.stdout.readline()
    holder.kill()
    assert seconds_to_claim(tmp_path, [b"one"]) < 10
    holder.wait()


def test_a_failure_gives_the_claim_back(tmp_path, run):
    with pytest.raises(KeyboardInterrupt), claimed(tmp_path, [b"one"]):
        raise KeyboardInterrupt
    holder = run(HOLD.format(folder=str(tmp_path), seconds=0))
    assert holder.wait(timeout=60) == 0


def test_without_a_folder_nothing_is_held(tmp_path):
    (tmp_path / "file").touch()
    assert seconds_to_claim(tmp_path / "file" / "folder", [b"one"]) < 0.5
