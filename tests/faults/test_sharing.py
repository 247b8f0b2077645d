"""Processes that share a cache."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from skmm.image import HOGExtractor
from tests.faults import scenes


@pytest.mark.parametrize("n_processes", [2, 4])
def test_processes_extract_each_file_once_and_get_equal_bits(start, gate, tmp_path, n_processes):
    rng = np.random.default_rng(0)
    paths = [str(tmp_path / f"{number}.png") for number in range(200)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (80, 80), dtype=np.uint8)).save(path)
    orders = [rng.permutation(200) for _ in range(n_processes)]
    children = [
        start(scenes.describe, [paths[number] for number in order], tmp_path / "cache", gate)
        for order in orders
    ]
    for child in children:
        child.wait_for((gate / f"reached-{child.pid}").exists)
    (gate / "open").touch()
    counts, blocks = zip(*(child.result() for child in children), strict=True)
    assert sum(counts) == 200
    assert max(counts) < 200  # or they did not run at the same time
    expected = HOGExtractor(size=(64, 64)).transform(paths)
    for order, block in zip(orders, blocks, strict=True):
        assert_array_equal(block, expected[order])
