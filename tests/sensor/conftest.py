"""Fixtures shared by the tests of sensor extractors."""

import numpy as np
import pytest


@pytest.fixture
def recordings(global_random_seed):
    """Twenty recordings of three channels and 1 to 50 steps, the last channel of 7 constant."""
    rng = np.random.default_rng(global_random_seed)
    recordings = [rng.normal(5, 20, size=(n_steps, 3)) for n_steps in rng.integers(1, 50, size=20)]
    recordings[7][:, 2] = 0.1
    return recordings
