import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from skmm.image._regions import pool_regions

POOLS = {"avg": torch.nn.AdaptiveAvgPool2d, "max": torch.nn.AdaptiveMaxPool2d}


@pytest.mark.parametrize("how", POOLS)
@pytest.mark.parametrize("grid", [(1, 1), (2, 2), (3, 2), (7, 9)])
@pytest.mark.parametrize("shape", [(4, 6, 6), (2, 5, 7), (3, 1, 1)])
def test_regions_are_those_of_torchs_adaptive_pooling(how, grid, shape, global_random_seed):
    maps = np.random.default_rng(global_random_seed).normal(size=shape).astype(np.float32)
    expected = POOLS[how](grid)(torch.from_numpy(maps)).numpy().ravel()
    assert_allclose(pool_regions(maps, how, grid), expected, rtol=1e-5, atol=1e-6)
