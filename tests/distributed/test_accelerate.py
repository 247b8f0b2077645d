"""Several processes train one network by skorch's integration of accelerate."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.utils.data import default_collate

pytest.importorskip("accelerate")
SCRIPT = Path(__file__).with_name("train_together.py")
N_PROCESSES = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_together(folder):
    """Start the processes as ``torchrun`` does, which would import torch once more."""
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    root = {"PYTHONPATH": str(SCRIPT.parents[2]), "OMP_NUM_THREADS": "1"}
    size = {"WORLD_SIZE": str(N_PROCESSES), "LOCAL_WORLD_SIZE": str(N_PROCESSES)}
    processes = [
        subprocess.Popen(
            [sys.executable, SCRIPT, folder],
            env=os.environ | address | root | size | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(N_PROCESSES)
    ]
    try:
        return [process.wait(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one_with_batches_twice_as_large(tmp_path):
    from tests.distributed.train_together import BATCH_SIZE, LR, N_EPOCHS, Rows, build, make_data

    assert run_together(tmp_path) == [0, 0]
    X, y = make_data()
    model = build(X, y)
    before = model.predict_proba(X)

    network = model.net_.module_.train()
    steps = torch.optim.SGD(network.parameters(), lr=LR)
    rows, size = Rows(X, y), N_PROCESSES * BATCH_SIZE
    for _ in range(N_EPOCHS):
        for start in range(0, len(rows), size):
            inputs, target = default_collate([rows[i] for i in range(start, start + size)])
            steps.zero_grad()
            torch.nn.functional.cross_entropy(network(**inputs), target).backward()
            steps.step()

    first, second = (np.load(tmp_path / f"{rank}.npy") for rank in range(N_PROCESSES))
    assert_array_equal(first, second)
    assert_allclose(first, model.predict_proba(X), atol=1e-6)
    assert abs(first - before).max() > 1e-3
