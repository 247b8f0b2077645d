"""Tasks on joblib's backends."""

import time

import pytest
from joblib import parallel_config
from joblib.parallel import MultiprocessingBackend, register_parallel_backend
from sklearn.utils.parallel import delayed

from skmm._parallel import run_as_they_come


def wait(seconds):
    time.sleep(seconds)
    return seconds


def run(tasks, **options):
    return run_as_they_come(map(delayed(wait), tasks), 2, name="the test", **options)


@pytest.mark.parametrize("backend", ["threading", "sequential"])
def test_results_come_in_the_order_of_the_tasks(backend):
    with parallel_config(backend):
        assert list(run([0.05, 0.0, 0.01])) == [0.05, 0.0, 0.01]


def test_results_may_come_as_soon_as_they_are_there():
    with parallel_config("threading"):
        assert list(run([0.5, 0.0], ordered=False)) == [0.0, 0.5]


@pytest.mark.parametrize("backend", ["threading", "sequential"])
def test_the_first_result_does_not_wait_for_the_last(backend):
    begun = []

    def task(number):
        begun.append(number)
        time.sleep(0.01)
        return number

    with parallel_config(backend):
        results = run_as_they_come(map(delayed(task), range(50)), 2, name="the test")
        assert next(results) == 0
        assert len(begun) < 50
        assert list(results) == list(range(1, 50))


def test_a_backend_that_cannot_stream_gives_all_at_the_end():
    class Pool(MultiprocessingBackend):  # as ray's is one, but with threads in place of processes
        def configure(self, n_jobs=1, parallel=None, **options):
            from multiprocessing.pool import ThreadPool

            self.parallel, self._pool = parallel, ThreadPool(n_jobs)
            return n_jobs

    register_parallel_backend("pool", Pool)
    with parallel_config("pool"):
        assert list(run([0.05, 0.0, 0.01])) == [0.05, 0.0, 0.01]


def test_a_backend_that_forks_is_refused_with_the_way_out():
    refusal = pytest.raises(ValueError, match=r"the test cannot run on.*'multiprocessing'.*'loky'")
    with parallel_config("multiprocessing"), refusal:
        run([0.0])
