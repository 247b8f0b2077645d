import pathlib

import pytest

from skmm import ModalityError
from skmm._files import check_file, is_path


@pytest.mark.parametrize("cell", ["a.png", pathlib.Path("a.png")])
def test_strings_and_path_objects_are_paths(cell):
    assert is_path(cell)


@pytest.mark.parametrize("cell", [b"a.png", [1, 2], 3.0])
def test_other_cells_are_not_paths(cell):
    assert not is_path(cell)


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_an_existing_file_gives_its_path_as_a_string(tmp_path, kind):
    path = tmp_path / "a.png"
    path.touch()
    assert check_file(kind(path)) == str(path)


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("absent.png", "there is no such file"),
        (".", "it is a folder"),
        ("https://example.org/a.png", "nothing is downloaded"),
        ("a\0b.png", "there is no such file"),
        ("", "there is no such file"),
    ],
)
def test_what_is_no_file_is_refused_with_the_cause(path, cause):
    with pytest.raises(ModalityError, match=cause) as caught:
        check_file(path)
    assert repr(path) in str(caught.value)
    assert "None" in str(caught.value)


def test_the_folder_that_a_relative_path_starts_from_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModalityError, match="no such file in the current folder") as caught:
        check_file("photos/a.png")
    assert repr(str(tmp_path)) in str(caught.value)
    with pytest.raises(ModalityError, match=r"no such file\. "):
        check_file(tmp_path / "a.png")
