"""A process that is killed, wherever it is, spoils nothing, and the next one goes on."""

import os
import pickle
import signal
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import skmm
from skmm.cache import FeatureCache
from tests.faults import scenes
from tests.faults.corrupted import count_corrupted

N_SAMPLES, BATCH = 5_000, 20


def extracted(log):
    """Numbers that were extracted, in their order, as often as they were."""
    return [int(line.split("[")[1].rstrip("]")) for line in log.read_text().splitlines()]


def n_lines(log):
    return log.read_text().count("\n") if log.exists() else 0


def expected_rows(n_samples=N_SAMPLES):
    """Length and sum of lists of one number."""
    return np.stack([np.ones(n_samples), np.arange(n_samples)], axis=1).astype("f4")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "cache")


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_all_finished_rows_of_five_thousand_are_used_again(start, log, cache, how):
    for share in (0.2, 0.5, 0.7):
        child = start(scenes.spy, log, cache.path, N_SAMPLES)
        child.wait_for(lambda share=share: n_lines(log) > share * N_SAMPLES)
        getattr(child, how)()
        child.wait()
        n_before, n_finished = n_lines(log), cache.info()["entries"]
        assert n_before - 3 * BATCH <= n_finished < N_SAMPLES
    assert_array_equal(start(scenes.spy, log, cache.path, N_SAMPLES).result(), expected_rows())
    again = extracted(log)[n_before:]
    assert len(again) == N_SAMPLES - n_finished  # 100 % of the finished ones are there
    assert sorted(set(extracted(log))) == list(range(N_SAMPLES))
    assert n_lines(log) <= N_SAMPLES + 3 * BATCH  # a batch that was not finished is done again


def test_a_killed_worker_is_an_error_and_the_next_call_goes_on(start, log, cache):
    child = start(scenes.spy_until_a_worker_dies, log, cache.path, N_SAMPLES)
    child.wait_for(lambda: n_lines(log) > 200)
    os.kill(child.workers()[0], signal.SIGKILL)
    error, n_extracted, block = child.result()
    assert error == "TerminatedWorkerError"
    assert n_extracted < N_SAMPLES - 100
    assert n_lines(log) <= N_SAMPLES + 2 * BATCH
    assert_array_equal(block, expected_rows())


def test_workers_of_a_killed_process_do_no_harm(start, log, cache):
    child = start(scenes.spy, log, cache.path, N_SAMPLES, 2)
    child.wait_for(lambda: n_lines(log) > 200)
    child.kill()
    assert child.workers()  # joblib has them wait some five minutes for work
    assert_array_equal(start(scenes.spy, log, cache.path, N_SAMPLES).result(), expected_rows())
    assert n_lines(log) <= N_SAMPLES + 4 * BATCH


def test_readers_that_were_killed_leave_room_for_others(start, cache):
    """LMDB has room for 126 readers at a time."""
    cache.fetch([b"key"], lambda positions: [np.ones(3)])
    assert start(scenes.read_after_deaths, cache.path, 130).result() == [1.0, 1.0, 1.0]


def test_an_old_or_a_new_model_is_there_however_often_its_writer_is_killed(start, tmp_path):
    path, rng = tmp_path / "models" / "model.skmm", np.random.default_rng(0)
    path.parent.mkdir()
    models = [scenes.make_large_model(seed) for seed in range(2)]
    skmm.dump(models[0], path)
    n_left = 0
    for _ in range(6):
        child = start(scenes.dump_for_ever, path)
        before = path.stat().st_ino
        child.wait_for(lambda before=before: path.stat().st_ino != before)
        time.sleep(rng.uniform(0, 0.1))
        child.kill()
        loaded = skmm.load(path)
        assert any(pickle.dumps(loaded) == pickle.dumps(model) for model in models)
        left = [name for name in os.listdir(path.parent) if name != path.name]
        assert all(name.startswith("model.skmm.") and name.endswith(".tmp") for name in left)
        n_left = len(left)
    assert n_left > 0  # or it was never killed while it was writing
    skmm.dump(models[1], path)
    assert pickle.dumps(skmm.load(path)) == pickle.dumps(models[1])


@pytest.mark.slow
def test_no_row_is_corrupted_while_writers_are_killed(start, tmp_path):
    counts = count_corrupted(tmp_path / "cache", start, n_reads=10_000, n_kills=60)
    assert counts["reads"] >= 10_000
    assert counts["kills"] >= 60
    assert counts["wrong"] == counts["warnings"] == 0
