"""Fixtures shared by the tests of text vectorizers."""

import numpy as np
import pytest


@pytest.fixture
def texts(global_random_seed):
    """Sixty texts of up to twelve of forty words, some of them empty."""
    rng = np.random.default_rng(global_random_seed)
    words = [f"{letter}{number}" for letter in "abcd" for number in range(10)]
    return [" ".join(rng.choice(words, size=rng.integers(12))) for _ in range(58)] + ["", "a0"]
