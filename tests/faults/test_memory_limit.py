"""Bad files where there is not much memory: an error with their place, and no other end."""

import pytest

from tests.faults import hostile, scenes


@pytest.mark.parametrize(
    ("kind", "megabytes"), [("images", 60), ("images", 300), ("sounds", 60), ("recordings", 60)]
)
def test_hostile_files_are_named_where_memory_is_limited(start, tmp_path, kind, megabytes):
    folder = tmp_path / "files"
    folder.mkdir()
    paths = [str(path) for path in getattr(hostile, f"write_{kind}")(folder)]
    endings, n_missing = start(scenes.read_hostile, kind, paths, megabytes).result()
    fine = [path for path in paths if path.endswith("/long.wav")]  # is read as far as it goes
    assert endings == {path: "fine" if path in fine else "ModalityError" for path in paths}
    assert n_missing == len(paths) - len(fine)
