"""Toy data for retrieval: pictures and words that mean the same."""

import numpy as np
import pytest

from skmm.frame import make_frame


@pytest.fixture(autouse=True)
def _seeded(seeded_torch):
    pass


def make_pairs(n_samples=120, n_meanings=4, noise=0.1, seed=0):
    rng = np.random.default_rng(seed)
    meaning = np.random.default_rng(seed + 1).normal(size=(n_samples, n_meanings))
    blocks = {
        name: meaning @ np.random.default_rng(width).normal(size=(n_meanings, width))
        + noise * rng.normal(size=(n_samples, width))
        for name, width in (("image", 9), ("text", 6))
    }
    return make_frame(**blocks)


@pytest.fixture
def pairs():
    return make_pairs()


@pytest.fixture
def others():
    """Samples that mean something else."""
    return make_pairs(60, seed=100)
