"""Toy data for private training: numbers of size 1 that know the class."""

import numpy as np
import pytest

from skmm.frame import make_frame


@pytest.fixture
def toy():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = make_frame(
        audio=rng.normal(size=(60, 4)) + y[:, np.newaxis], image=rng.normal(size=(60, 3))
    )
    return X, y
