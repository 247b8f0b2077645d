"""Every test of a fusion draws from a seed of its own, and computes with one thread."""

import pytest
import torch
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def _seeded():
    # Threads for tensors of a few numbers only wait for each other.
    with torch.random.fork_rng(), threadpool_limits(1):
        torch.manual_seed(0)
        yield
