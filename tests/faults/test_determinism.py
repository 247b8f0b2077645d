"""Equal bits whatever runs it: jobs, backends, processes and threads. docs/evidence.md has the table."""

import json
import os
import subprocess
import sys

import pytest

from tests.faults.chain import RUNS, STEPS

REFERENCE = ("1", "sequential:1")  # number of threads, run


@pytest.fixture(scope="module")
def hashes():
    """Hashes by number of threads, run and step, from a process for each number of threads."""
    # Threads that wait for each other shall leave the processor to those that others wait for.
    environment = os.environ | {
        "OMP_WAIT_POLICY": "passive",
        "OPENBLAS_THREAD_TIMEOUT": "4",
    }
    processes = {
        threads: subprocess.Popen(
            [sys.executable, "-m", "tests.faults.chain", *runs],
            env=environment | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            stdout=subprocess.PIPE,
            text=True,
        )
        for threads, runs in RUNS.items()
    }
    return {
        threads: json.loads(process.communicate(timeout=300)[0])
        for threads, process in processes.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("threads", "run"),
    [(t, run) for t, runs in RUNS.items() for run in runs if (t, run) != REFERENCE],
)
def test_bits_are_equal(hashes, threads, run, step):
    assert hashes[threads][run][step] == hashes[REFERENCE[0]][REFERENCE[1]][step]
