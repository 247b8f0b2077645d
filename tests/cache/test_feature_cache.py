"""The cache as extractors and users see it."""

import copy
import os
import pickle
import warnings

import joblib
import lmdb
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.cache import FeatureCache

KEYS = [f"sample {number}".encode() for number in range(40)]


def make_row(key):
    return np.random.default_rng(list(key)).normal(size=500).astype(np.float32)


def make_rows(positions):
    return [make_row(KEYS[position]) for position in positions]


def refuse(positions):
    raise LookupError(f"asked for {positions}")


def assert_rows_are_right(rows):
    for key, row in zip(KEYS, rows, strict=True):
        assert_array_equal(row, make_row(key))


@pytest.fixture
def filled(tmp_path):
    """A cache that holds the rows of all keys."""
    cache = FeatureCache(tmp_path / "cache")
    cache.fetch(KEYS, make_rows)
    return cache


def data_file(cache):
    return os.path.join(cache.path, "rows-1", "data.mdb")


def test_a_row_is_computed_once(filled):
    assert_rows_are_right(filled.fetch(KEYS, refuse))
    info = filled.info()
    assert (info["hits"], info["misses"], info["entries"]) == (40, 40, 40)
    assert info["bytes"] == os.path.getsize(data_file(filled))


def test_equal_samples_of_one_call_are_computed_once(tmp_path):
    asked = []

    def compute(positions):
        asked.extend(positions)
        return [np.array([position]) for position in positions]

    rows = FeatureCache(tmp_path).fetch([b"a", b"b", b"a", 3, b"b", 5], compute)
    assert [int(row[0]) for row in rows] == [0, 1, 0, 3, 1, 5]
    assert asked == [0, 1, 3, 5]


def test_an_int_stands_for_a_row_that_is_not_kept(tmp_path):
    cache = FeatureCache(tmp_path / "cache")
    cache.fetch([0, 1], make_rows)
    with pytest.raises(LookupError, match=r"asked for \[0, 1\]"):
        cache.fetch([0, 1], refuse)
    assert cache.info()["entries"] == 0


def test_clear_drops_rows_and_counts(filled):
    filled.clear()
    info = filled.info()
    assert (info["hits"], info["misses"], info["entries"]) == (0, 0, 0)
    with pytest.raises(LookupError):
        filled.fetch(KEYS, refuse)


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda cache: pickle.loads(pickle.dumps(cache)),
        lambda cache: FeatureCache(cache.path),
    ],
    ids=["deepcopy", "pickle", "path"],
)
def test_a_copy_reads_the_same_rows(filled, copied):
    other = copied(filled)
    assert repr(other) == repr(filled) == f"FeatureCache({filled.path!r})"
    assert_rows_are_right(other.fetch(KEYS, refuse))
    assert filled.info()["hits"] == 40  # counted by folder


def test_workers_and_a_link_to_the_folder_share_rows(filled, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(filled.path)
    for cache in (filled, FeatureCache(link)):
        for rows in joblib.Parallel(n_jobs=2)(
            joblib.delayed(cache.fetch)(KEYS, refuse) for _ in range(2)
        ):
            assert_rows_are_right(rows)
    assert_rows_are_right(filled.fetch(KEYS, refuse))


def test_threads_share_rows(tmp_path):
    cache, computed = FeatureCache(tmp_path), []

    def compute(positions):
        computed.extend(positions)
        return make_rows(positions)

    for rows in joblib.Parallel(4, backend="threading")(
        joblib.delayed(cache.fetch)(KEYS, compute) for _ in range(8)
    ):
        assert_rows_are_right(rows)
    assert sorted(computed) == list(range(40))


def test_too_small_a_limit_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match="size_limit=1000 bytes, where 1048576 or more are expected"
    ):
        FeatureCache(tmp_path, size_limit=1000)
    assert repr(FeatureCache("a", size_limit=2**20)) == "FeatureCache('a', size_limit=1048576)"


def test_nothing_is_made_before_a_row_is_kept(tmp_path):
    cache = FeatureCache(tmp_path / "cache")
    assert cache.info() == {"hits": 0, "misses": 0, "entries": 0, "bytes": 0}
    assert not os.path.exists(cache.path)


# -- what goes wrong


def test_a_damaged_row_is_computed_again_with_a_warning(filled):
    with open(data_file(filled), "r+b") as file:
        intact = make_row(KEYS[7]).tobytes()
        content = file.read().replace(intact, bytes([intact[0] ^ 1]) + intact[1:])
        file.seek(0)
        file.write(content)
    asked = []
    with pytest.warns(UserWarning, match="holds damaged rows, which are computed again"):
        rows = filled.fetch(KEYS, lambda positions: asked.extend(positions) or make_rows(positions))
    assert asked == [7]
    assert_rows_are_right(rows)
    assert_rows_are_right(filled.fetch(KEYS, refuse))


def test_a_planted_pickle_is_not_run(filled):
    class Bomb:
        def __reduce__(self):
            return exec, ("raise SystemExit('unpickled')",)

    with (
        lmdb.open(os.path.dirname(data_file(filled))) as environment,
        environment.begin(write=True) as transaction,
    ):
        transaction.put(KEYS[0], pickle.dumps(Bomb()))
    with pytest.warns(UserWarning, match="damaged rows"):
        assert_rows_are_right(filled.fetch(KEYS, make_rows))


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_bypassed_and_cleared(filled, run, share):
    os.truncate(data_file(filled), int(os.path.getsize(data_file(filled)) * share))
    code = f"""
import warnings
from test_feature_cache import *
cache = FeatureCache({filled.path!r})
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert_rows_are_right(cache.fetch(KEYS, make_rows))
    cache.info()
print({{str(w.message).split(":")[0] for w in caught}})
cache.clear()
cache.fetch(KEYS, make_rows)
assert_rows_are_right(cache.fetch(KEYS, refuse))
"""
    process = run(code)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "cannot be used, and features are computed as if it were not there" in output


def failing(error):
    def fail(*args, **kwargs):
        raise error

    return fail


@pytest.mark.parametrize(
    ("target", "name", "error"),
    [
        (lmdb, "open", lmdb.DiskError("No space left on device")),
        (lmdb, "open", lmdb.MapFullError("full")),
        (lmdb, "open", lmdb.ReadersFullError("too many")),
        (os, "listdir", PermissionError("not yours")),
        (os, "makedirs", OSError("Read-only file system")),
    ],
    ids=["disk full", "map full", "readers", "not readable", "not writable"],
)
def test_a_cache_that_fails_is_warned_of_and_bypassed(tmp_path, monkeypatch, target, name, error):
    cache = FeatureCache(tmp_path / "cache")
    monkeypatch.setattr(target, name, failing(error))
    with pytest.warns(UserWarning, match=f"cannot be used.*{error}"):
        assert_rows_are_right(cache.fetch(KEYS, make_rows))


def test_rows_too_large_for_the_limit_are_given_with_a_warning(tmp_path):
    cache = FeatureCache(tmp_path, size_limit=2**20)
    with pytest.warns(UserWarning, match="too large for size_limit"):
        [row] = cache.fetch([b"large"], lambda positions: [np.ones(10**6)])
    assert row.sum() == 10**6


def test_a_read_only_folder_is_read_and_new_rows_are_warned_of(filled, monkeypatch):
    open_any = lmdb.open

    def open_read_only(path, **options):  # the tests may run as root, who may write everywhere
        if not options.get("readonly"):
            raise lmdb.ReadonlyError("Permission denied")
        return open_any(path, **options)

    monkeypatch.setattr(lmdb, "open", open_read_only)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_rows_are_right(filled.fetch(KEYS, refuse))
    with pytest.warns(UserWarning, match="cannot be used"):
        [row] = filled.fetch([b"new"], make_rows)
    assert_array_equal(row, make_row(KEYS[0]))


WRITER = """
import time
from test_feature_cache import *
cache = FeatureCache({path!r})
for start in range(0, 40, 2):
    def compute(positions):
        with open({log!r}, "a") as file:
            file.writelines(f"{{start + position}}\\n" for position in positions)
        time.sleep(0.01)
        return [make_row(KEYS[start + position]) for position in positions]
    rows = cache.fetch(KEYS[start : start + 2], compute)
    for key, row in zip(KEYS[start : start + 2], rows):
        assert_array_equal(row, make_row(key))
    print(start, flush=True)
"""


@pytest.fixture
def writers(tmp_path, run):
    """Three processes that want the same rows, in the same order."""
    code = WRITER.format(path=str(tmp_path / "cache"), log=str(tmp_path / "log"))
    return [run(code) for _ in range(3)]


def test_several_processes_compute_each_row_once(tmp_path, writers):
    for process in writers:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    computed = (tmp_path / "log").read_text().split()
    assert sorted(map(int, computed)) == list(range(40))
    assert_rows_are_right(FeatureCache(tmp_path / "cache").fetch(KEYS, refuse))


def test_a_process_killed_while_writing_spoils_nothing(tmp_path, writers):
    victim, *others = writers
    victim.stdout.readline()
    victim.kill()
    victim.communicate()
    for process in others:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert_rows_are_right(FeatureCache(tmp_path / "cache").fetch(KEYS, refuse))


def test_an_interrupt_keeps_what_was_computed_before(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.fetch(KEYS[:20], make_rows)

    def interrupt(positions):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.fetch(KEYS, interrupt)
    assert_rows_are_right([*cache.fetch(KEYS[:20], refuse), *map(make_row, KEYS[20:])])
    assert len(cache.fetch(KEYS, make_rows)) == 40
