"""Fixtures shared by all tests."""

import os
from pathlib import Path

# Read when scikit-learn is first imported: without it check_array_api_input is silently skipped.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import pytest


def _seeds():
    wanted = os.environ.get("SKMM_TESTS_GLOBAL_RANDOM_SEED", "42")
    return range(100) if wanted == "all" else [int(wanted)]


@pytest.fixture(params=_seeds(), ids=lambda seed: f"seed{seed}")
def global_random_seed(request):
    """A seed no test may depend on; SKMM_TESTS_GLOBAL_RANDOM_SEED=all tries a hundred of them."""
    return request.param


@pytest.fixture(scope="session")
def real_data():
    """The folder of real recordings that SKMM_DATA names."""
    folder = os.environ.get("SKMM_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SKMM_DATA does not name a folder of real data")
    return Path(folder)
