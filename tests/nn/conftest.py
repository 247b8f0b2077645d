"""Toy data for deep fusion: three modalities that each know something about the class."""

import numpy as np
import pytest

from skmm.frame import drop_modalities, make_frame


@pytest.fixture
def toy():
    """X with a vector, an image and a token column, and y with two classes."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    tokens = rng.integers(1, 9, size=(40, 6)) + 9 * y[:, np.newaxis]
    tokens[:, 4:] = 0
    X = make_frame(
        sensor=rng.normal(size=(40, 4)) + y[:, np.newaxis],
        image=rng.normal(size=(40, 2, 6, 6)) + y[:, np.newaxis, np.newaxis, np.newaxis],
        text=tokens,
    )
    return X, y


@pytest.fixture
def holes(toy):
    X, y = toy
    return drop_modalities(X, rate=0.3, random_state=0), y


@pytest.fixture
def unit_toy():
    """X with numbers of size 1, as private training wants them, and y with three classes."""
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    X = make_frame(
        audio=rng.normal(size=(120, 4)) + y[:, np.newaxis],
        image=rng.normal(size=(120, 1, 6, 6)) - y.reshape(-1, 1, 1, 1),
    )
    return X, y
