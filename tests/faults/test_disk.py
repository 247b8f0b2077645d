"""A disk that is full or may not be written to: real ones, where small file systems can be mounted."""

import os

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import skmm
from skmm.cache import FeatureCache
from skmm.image import HOGExtractor
from tests.faults import scenes

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 32, 32), dtype=np.uint8)
CANNOT_BE_USED = "cannot be used, and features are computed as if it were not there"


@pytest.fixture(scope="module")
def block():
    return HOGExtractor(size=(32, 32)).transform(IMAGES)


@pytest.mark.parametrize("room", [0, 4096, 8192, 12288, 20480, 40960])
def test_a_cache_on_a_full_disk_is_warned_of_and_bypassed(start, disk, block, room):
    """LMDB fails in another place for each of them; without any room it used to kill the process."""
    folder = disk.folder / "cache"
    disk.fill(leaving=room)
    features, (warning,) = start(scenes.describe_with_warnings, IMAGES, folder).result()
    assert_array_equal(features, block)
    assert CANNOT_BE_USED in warning
    disk.empty()
    for _ in range(2):  # and is used as soon as there is room
        features, caught = start(scenes.describe_with_warnings, IMAGES, folder).result()
        assert_array_equal(features, block)
        assert caught == []
    assert FeatureCache(folder).info()["entries"] == 30


def test_rows_are_found_on_a_disk_that_became_full(start, disk, block):
    folder = disk.folder / "cache"
    start(scenes.describe_with_warnings, IMAGES[:20], folder).result()
    disk.fill()
    features, caught = start(scenes.describe_with_warnings, IMAGES[:20], folder).result()
    assert_array_equal(features, block[:20])
    assert caught == []
    features, (warning,) = start(scenes.describe_with_warnings, IMAGES, folder).result()
    assert_array_equal(features, block)
    assert CANNOT_BE_USED in warning


def test_a_cache_on_a_read_only_disk_is_read(start, disk, block):
    folder = disk.folder / "cache"
    start(scenes.describe_with_warnings, IMAGES[:20], folder).result()
    disk.make_read_only()
    features, caught = start(scenes.describe_with_warnings, IMAGES[:20], folder).result()
    assert_array_equal(features, block[:20])
    assert caught == []
    for place in (folder, disk.folder / "none"):
        features, (warning,) = start(scenes.describe_with_warnings, IMAGES, place).result()
        assert_array_equal(features, block)
        assert CANNOT_BE_USED in warning


@pytest.mark.parametrize("room", [0, 4096, 300_000])
def test_a_model_on_a_full_disk_is_an_error_and_the_old_one_is_there(disk, room):
    path = disk.folder / "model.skmm"
    old = skmm.MultimodalFusion([("a", "passthrough", [0])])
    skmm.dump(old, path)
    content = path.read_bytes()
    disk.fill(leaving=room)
    with pytest.raises(OSError, match=r"the model is not kept.*: No space left on device"):
        skmm.dump(scenes.make_large_model(0), path)
    assert path.read_bytes() == content
    assert sorted(os.listdir(disk.folder)) == ["filling", "model.skmm"]
    assert repr(skmm.load(path)) == repr(old)


def test_a_model_on_a_read_only_disk_is_an_error_and_the_old_one_is_there(disk):
    path = disk.folder / "model.skmm"
    old = skmm.MultimodalFusion([("a", "passthrough", [0])])
    skmm.dump(old, path)
    disk.make_read_only()
    with pytest.raises(OSError, match=r"the model is not kept.*: Read-only file system"):
        skmm.dump(scenes.make_large_model(0), path)
    assert os.listdir(disk.folder) == ["model.skmm"]
    assert repr(skmm.load(path)) == repr(old)


def test_a_comparison_on_a_full_disk_is_an_error_and_leaves_nothing(disk, gate):
    disk.fill()
    with pytest.raises(OSError, match="No space left on device"):
        scenes.compare(gate, disk.folder, None)
    assert os.listdir(disk.folder) == ["filling"]
    disk.empty()
    (gate / "open").touch()
    assert len(scenes.compare(gate, disk.folder, None)) == 2
