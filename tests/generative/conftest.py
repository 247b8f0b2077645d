"""A frame of two blocks, a vector and a picture, that know of each other."""

import numpy as np
import pytest

from skmm.frame import make_frame


@pytest.fixture(autouse=True)
def _seeded(seeded_torch):
    pass


@pytest.fixture
def toy():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(60, 2))
    vector = z @ rng.normal(size=(2, 5)) + 0.3 * rng.normal(size=(60, 5))
    picture = 128 + 40 * z @ rng.normal(size=(2, 16)) + 5 * rng.normal(size=(60, 16))
    picture = picture.clip(0, 255).astype(np.uint8).reshape(60, 1, 4, 4)
    frame = make_frame(vector=vector, picture=picture)
    return frame.set_axis([f"row{i}" for i in range(60)])


@pytest.fixture
def gaps(toy):
    """Each modality is missing in some rows, and both are in row 7."""
    frame = toy.copy()
    frame.iloc[[3, 7, 20], 0] = None
    frame.iloc[[4, 7], 1] = None
    return frame
