"""Every test of a fusion draws from a seed of its own."""

import pytest


@pytest.fixture(autouse=True)
def _seeded(seeded_torch):
    pass
