"""Files of a cache that were cut off or changed; those of models are in tests/persistence."""

import pytest

from tests.faults import scenes


@pytest.mark.parametrize("kind", ["flip anywhere", "flip in a head", "cut", "page of zeros"])
def test_rows_are_right_whatever_became_of_the_file(start, tmp_path, kind):
    outcomes = start(scenes.use_damaged, tmp_path / "cache", "data.mdb", kind, 25).result()
    if kind == "flip in a head":
        outcomes.pop(
            "signal", None
        )  # LMDB follows what stands there out of the file: see docs/guide/14_faults.md
    else:
        assert outcomes["warned"] > 3
    assert set(outcomes) <= {"fine", "warned"}


@pytest.mark.parametrize("kind", ["flip anywhere", "cut", "noise"])
@pytest.mark.parametrize("name", ["lock.mdb", "../claims"])
def test_rows_are_right_whatever_became_of_locks(start, tmp_path, name, kind):
    outcomes = start(scenes.use_damaged, tmp_path / "cache", name, kind, 6).result()
    assert set(outcomes) <= {"fine", "warned"}
