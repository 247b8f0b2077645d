"""Ctrl-C in a terminal goes through everything, and leaves what there was."""

import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from skmm.cache import FeatureCache
from skmm.image import HOGExtractor
from tests.faults import scenes


def assert_nothing_is_left(child):
    """Workers may take a moment to end after the process that they worked for."""
    end = time.monotonic() + 20
    while (left := child.others() + child.leftovers()) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


@pytest.mark.parametrize(
    "make", [scenes.early, scenes.late, scenes.deep, scenes.grid, scenes.search]
)
def test_a_fit_ends_and_leaves_the_old_model(start, gate, make):
    child = start(scenes.refit, make, gate)
    child.wait_for((gate / "reached").exists)
    child.interrupt()
    assert child.result() == (True, True, True)
    assert_nothing_is_left(child)
    assert child.errors == ""


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_comparison_goes_on_where_it_was_interrupted(start, gate, tmp_path, n_jobs):
    child = start(scenes.compare, gate, tmp_path, n_jobs)
    results = tmp_path / "results.jsonl"
    child.wait_for((gate / "reached").exists)
    child.wait_for(lambda: n_jobs is None or len(results.read_text().splitlines()) > 1)
    child.interrupt()
    assert child.result() is None
    assert_nothing_is_left(child)
    before = results.read_text()
    (gate / "open").touch()
    scores = start(scenes.compare, gate, tmp_path, None).result()
    assert results.read_text().startswith(before)  # what was there is not computed again
    assert len(before.splitlines()) > 1
    (tmp_path / "new").mkdir()
    assert scores == scenes.compare(gate, tmp_path / "new", None)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Files of 600 pictures, which take longer than a process may have to wait for the processor."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [str(folder / f"{number}.png") for number in range(600)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (160, 160, 3), dtype=np.uint8)).save(path)
    return paths


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_an_extraction_goes_on_where_it_was_interrupted(start, pictures, tmp_path, n_jobs):
    cache = FeatureCache(tmp_path / "cache")
    child = start(scenes.describe_pictures, pictures, cache.path, n_jobs)
    child.wait_for(lambda: cache.info()["entries"] > 30)
    child.interrupt()
    interrupted, n_found, n_extracted, block = child.result()
    assert interrupted
    assert 30 < n_found < 600
    assert n_extracted == 600 - n_found
    assert_array_equal(block, HOGExtractor(size=(64, 64)).fit_transform(pictures))
    assert_nothing_is_left(child)
