"""The LMDB files: full, dropped, damaged, shared."""

import errno
import os
import shutil
import stat

import lmdb
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.cache import _generations
from skmm.cache._generations import Generations

LIMIT = 2**20


def row(number):
    return np.full(5000, number, dtype=np.float32)


def batch(start, size=5):
    return {str(number).encode(): row(number) for number in range(start, start + size)}


def test_what_was_written_is_read(tmp_path):
    generations = Generations(tmp_path, None)
    generations.write(batch(0))
    found = generations.read([b"3", b"7", b"1"])
    assert sorted(found) == [b"1", b"3"]
    assert_array_equal(found[b"3"], row(3))


def test_the_older_half_is_dropped_and_the_limit_kept(tmp_path):
    generations = Generations(tmp_path, LIMIT)
    for start in range(0, 200, 5):
        generations.write(batch(start))
        n_rows, n_bytes = generations.count()
        assert n_bytes <= LIMIT
    assert 20 <= n_rows <= 50
    newest = [str(number).encode() for number in range(200 - n_rows, 200)]
    assert sorted(generations.read(newest)) == sorted(newest)
    assert len([name for name in os.listdir(tmp_path) if name.startswith("rows-")]) == 2
    assert not [name for name in os.listdir(tmp_path) if name.startswith("dropped")]


def test_a_batch_too_large_for_the_limit_drops_nothing(tmp_path):
    generations = Generations(tmp_path, LIMIT)
    generations.write(batch(0))
    with pytest.raises(
        OSError, match=r"a batch of \d+ bytes.*size_limit=1048576; lower batch_size"
    ):
        generations.write(batch(100, size=50))
    assert len(generations.read(list(batch(0)))) == 5


def test_a_full_map_without_a_limit_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(_generations, "_UNLIMITED", LIMIT // 2)
    generations = Generations(tmp_path, None)
    generations.write(batch(0, 10))
    generations.write(batch(10, 10))
    with pytest.raises(lmdb.MapFullError):
        generations.write(batch(20, 10))
    assert len(generations.read(list(batch(0)))) == 5


def test_a_full_disk_is_an_error_and_earlier_rows_stay(tmp_path, run):
    """A process may not write files larger than so much: as on a disk with that much left."""
    code = f"""
import resource, signal, lmdb
import numpy as np
from skmm.cache._generations import Generations
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
generations = Generations({str(tmp_path)!r}, None)
written = 0
try:
    for written in range(100):
        generations.write({{bytes([written]): np.ones(5000, dtype="f4")}})
except (OSError, lmdb.Error):
    print(written, len(generations.read([bytes([number]) for number in range(written)])))
"""
    output, errors = run(code).communicate(timeout=60)
    written, read = map(int, output.split())
    assert written == read > 0, errors


def test_clear_drops_everything_and_never_uses_a_name_again(tmp_path):
    generations = Generations(tmp_path, None)
    generations.clear()
    assert os.listdir(tmp_path) == []
    generations.write(batch(0))
    generations.clear()
    assert generations.count()[0] == 0
    assert sorted(os.listdir(tmp_path)) == ["rows-2"]
    generations.write(batch(5))
    assert generations.read(list(batch(0, 10))).keys() == batch(5).keys()


def test_a_generation_dropped_while_it_is_used_is_no_error(tmp_path, monkeypatch):
    generations = Generations(tmp_path, None)
    generations.write(batch(0))
    monkeypatch.setattr(Generations, "_numbers", lambda self: [0, 1])
    assert len(generations.read(list(batch(0)))) == 5
    assert generations.count()[0] == 5


def test_the_folder_is_private_and_foreign_files_stay(tmp_path):
    folder = tmp_path / "cache"
    generations = Generations(folder, None)
    generations.write(batch(0))
    for path in (folder, folder / "rows-1"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "rows-1" / "data.mdb").stat().st_mode) == 0o600
    (folder / "rows-of-mine").mkdir()
    (folder / "dropped-9-123").mkdir()  # by a process that was killed
    generations.clear()
    assert sorted(os.listdir(folder)) == ["rows-2", "rows-of-mine"]


def test_a_folder_that_cannot_be_written_is_read(tmp_path, monkeypatch):
    generations = Generations(tmp_path, None)
    generations.write(batch(0))
    write_only = lmdb.open

    def refuse(path, **options):  # the tests may run as root, who may write everywhere
        if not options.get("readonly"):
            raise lmdb.ReadonlyError("Permission denied")
        assert options["lock"] is False
        return write_only(path, **options)

    monkeypatch.setattr(lmdb, "open", refuse)
    assert len(generations.read(list(batch(0)))) == 5
    with pytest.raises(lmdb.ReadonlyError):
        generations.write(batch(5))


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_an_error_and_kills_nobody(tmp_path, run, share):
    generations = Generations(tmp_path, None)
    generations.write(batch(0, 50))
    path = tmp_path / "rows-1" / "data.mdb"
    os.truncate(path, int(path.stat().st_size * share))
    code = f"""
import lmdb
import numpy as np
from skmm.cache._generations import Generations
generations = Generations({str(tmp_path)!r}, None)
for use in (lambda: generations.read([b"%d" % n for n in range(50)]), lambda: generations.write({{b"x": np.ones(9)}})):
    try:
        use()
        print("fine")
    except (OSError, lmdb.Error):
        print("error")
generations.clear()
generations.write({{b"x": np.ones(9)}})
"""
    process = run(code)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    # An empty file is a new one to LMDB.
    assert output.split() == (["error", "error"] if share else ["fine", "fine"])


def test_flipped_bytes_are_noticed_row_by_row(tmp_path):
    generations = Generations(tmp_path, None)
    generations.write(batch(1, 50))
    path = tmp_path / "rows-1" / "data.mdb"
    content = bytearray(path.read_bytes())
    for number in (3, 30):
        content[content.index(row(number).tobytes()) + 1000 * number // 3] ^= 0x01
    path.write_bytes(content)
    found = generations.read(list(batch(1, 50)))
    assert {int(key) for key, value in found.items() if value is None} == {3, 30}
    for key in found.keys() - {b"3", b"30"}:
        assert_array_equal(found[key], row(int(key)))


def test_processes_that_start_and_drop_generations_together_fail_nowhere(tmp_path, run):
    code = f"""
import sys
import numpy as np
from skmm.cache._generations import Generations
generations = Generations({str(tmp_path)!r}, {LIMIT})
for number in range(300):
    key = b"%d" % (number % 30)
    generations.write({{key: np.full(5000, number % 30, dtype="f4")}})
    for key, row in generations.read([b"%d" % other for other in range(30)]).items():
        assert row is not None and (row == int(key)).all()
"""
    processes = [run(code) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert Generations(tmp_path, LIMIT).count()[1] <= LIMIT


def test_no_room_for_locks_is_an_error_before_memory_is_mapped(tmp_path, monkeypatch):
    def refuse(descriptor, offset, length):
        raise OSError(errno.ENOSPC, "No space left on device")

    generations = Generations(tmp_path / "cache", None)
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", refuse, raising=False)
        with pytest.raises(OSError, match="No space left"):
            generations.write(batch(0))
    assert os.listdir(tmp_path / "cache") == []
    generations.write(batch(0))
    assert len(generations.read(list(batch(0)))) == 5


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="disks cannot be asked for room")
def test_a_file_system_that_cannot_be_asked_for_room_is_used(tmp_path, monkeypatch):
    def refuse(descriptor, offset, length):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    Generations(tmp_path, None).write(batch(0))
    assert len(Generations(tmp_path, None).read(list(batch(0)))) == 5


def test_of_two_that_start_a_generation_one_is_faster(tmp_path, monkeypatch):
    one, other = Generations(tmp_path, None), Generations(tmp_path, None)
    one.write(batch(0))
    monkeypatch.setattr(other, "_numbers", list)  # as it was before
    other.write(batch(5))
    assert sorted(os.listdir(tmp_path)) == ["rows-1"]
    assert len(one.read(list(batch(0, 10)))) == 10


def test_a_generation_dropped_after_it_was_opened_is_no_error(tmp_path, monkeypatch):
    generations = Generations(tmp_path, None)
    generations.write(batch(0))

    def drop_and_look(environment, path):
        shutil.rmtree(os.path.dirname(path))
        raise FileNotFoundError(path)

    monkeypatch.setattr(_generations, "_check_complete", drop_and_look)
    assert generations.read([b"0"]) == {}
