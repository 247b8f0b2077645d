"""A clean frame has the rows of the old one, and its files and columns name nobody."""

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_array_equal
from PIL import Image, PngImagePlugin

from skmm import ModalityError, make_frame
from skmm.privacy import anonymize, hash_identifiers, strip_image_metadata

KEY = b"0123456789abcdef"


@pytest.fixture
def frame(tmp_path):
    """Two patients with pictures and recordings, some missing, in files that are called as they are."""
    rng = np.random.default_rng(0)
    source = tmp_path / "clinic"
    source.mkdir()
    pictures, clips = [], []
    for name in ("anna", "bo", "anna2"):
        path = source / f"{name}.jpg"
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)).save(
            path, comment=b"clinic"
        )
        pictures.append(str(path))
        path = source / f"{name}.wav"
        with soundfile.SoundFile(path, "w", 8000, 1) as file:
            file.artist = name
            file.write(rng.uniform(-0.5, 0.5, size=4000))
        clips.append(path)
    clips[1] = None
    X = make_frame(
        image=pictures,
        audio=clips,
        patient=[3, 4, 3],
        text=["cough", "fever", "ok"],
        sensor=rng.normal(size=(3, 5)),
    )
    X.attrs["clinic"] = "north"
    return X.set_axis(["Anna", "Bo", "Anna again"])


def clean_up(frame, folder, **options):
    return anonymize(
        frame,
        files=["image", "audio"],
        folder=folder,
        identifiers="patient",
        key=KEY,
        drop="text",
        **options,
    )


def test_files_are_copied_under_names_that_tell_nothing(frame, tmp_path):
    folder = tmp_path / "clean"
    clean = clean_up(frame, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "audio_00000.wav",
        "audio_00002.wav",
        "image_00000.jpg",
        "image_00001.jpg",
        "image_00002.jpg",
    ]
    assert clean["image"].tolist() == [str(folder / f"image_{i:05d}.jpg") for i in range(3)]
    assert clean["audio"].isna().tolist() == [False, True, False]
    for path in folder.iterdir():
        assert b"anna" not in path.read_bytes()
        assert b"clinic" not in path.read_bytes()


def test_pixels_and_samples_are_what_they_were(frame, tmp_path):
    clean = clean_up(frame, tmp_path / "clean")
    for new, old in zip(clean["image"], frame["image"], strict=True):
        with Image.open(new) as one, Image.open(old) as other:
            assert_array_equal(np.asarray(one), np.asarray(other))
    for row in (0, 2):
        paths = clean["audio"].iloc[row], frame["audio"].iloc[row]
        assert_array_equal(*(soundfile.read(path)[0] for path in paths))


def test_identifiers_labels_and_columns_go_and_the_rest_stays(frame, tmp_path):
    clean = clean_up(frame, tmp_path / "clean")
    assert list(clean) == ["image", "audio", "patient", "sensor"]
    assert clean["patient"].tolist() == hash_identifiers([3, 4, 3], KEY).tolist()
    assert_array_equal(clean["sensor"].array.tensor, frame["sensor"].array.tensor)
    assert list(clean.index) == [0, 1, 2]
    assert clean.attrs == {}


def test_the_frame_and_its_files_are_left_as_they_are(frame, tmp_path):
    before = frame.copy()
    files = {path: path.read_bytes() for path in (tmp_path / "clinic").iterdir()}
    clean_up(frame, tmp_path / "clean")
    pd.testing.assert_frame_equal(frame, before)
    assert files == {path: path.read_bytes() for path in (tmp_path / "clinic").iterdir()}


def test_whoever_writes_into_the_result_leaves_the_frame_as_it_is(frame):
    frame["score"] = [1.0, 2.0, 3.0]
    frame["group"] = pd.Categorical(["a", "b", "a"])
    before = frame.copy()
    clean = anonymize(frame)
    clean.iloc[0, clean.columns.get_loc("score")] = 9.0
    clean["score"].array[1] = 9.0
    clean.loc[1, "text"] = "changed"
    clean.loc[1, "group"] = "a"
    clean.loc[1, "sensor"] = None
    clean.at[2, "sensor"] = np.ones(5)
    pd.testing.assert_frame_equal(frame, before)


def test_tensors_are_shared_until_somebody_writes(frame):
    clean = anonymize(frame)
    one, other = clean["sensor"].array, frame["sensor"].array
    assert np.shares_memory(one.tensor, other.tensor)
    frame.at["Anna", "sensor"] = np.ones(5)
    assert not np.array_equal(one[0], np.ones(5))


def test_nothing_is_left_of_copies_that_fail(frame, tmp_path):
    Path(frame["image"].iloc[2]).write_bytes(b"no image")
    with pytest.raises(
        ModalityError,
        match=r"modality 'image', row 2 \(index 'Anna again'\): cannot copy '.*anna2.jpg'.*It is no image",
    ):
        clean_up(frame, tmp_path / "clean")
    assert [path.name for path in tmp_path.iterdir()] == ["clinic"]


def test_a_picture_that_unpacks_into_too_long_a_text_is_named_with_its_row(tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("note", "x" * 2_000_000, zip=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=notes)
    X = make_frame(image=[None, str(tmp_path / "a.png")])
    with pytest.raises(
        ModalityError, match=r"modality 'image', row 1 .*cannot copy '.*a.png'.*too large.*by None"
    ):
        anonymize(X, files="image", folder=tmp_path / "clean")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_file_that_is_not_there_is_named_with_its_row(frame, tmp_path):
    Path(frame["audio"].iloc[0]).unlink()
    with pytest.raises(ModalityError, match=r"modality 'audio', row 0 .*there is no such file"):
        clean_up(frame, tmp_path / "clean")


def test_an_empty_folder_is_taken_and_another_is_not(frame, tmp_path):
    folder = tmp_path / "clean"
    folder.mkdir()
    clean_up(frame, folder)
    with pytest.raises(ValueError, match="folder '.*clean' is not empty"):
        clean_up(frame, folder)


def test_who_may_read_a_folder_stays(frame, tmp_path):
    folder = tmp_path / "clean"
    folder.mkdir(mode=0o700)
    clean_up(frame, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_copies_are_private_while_they_are_made(frame, tmp_path, monkeypatch):
    folder, modes = tmp_path / "clean", []
    folder.mkdir(mode=0o700)

    def strip(path, target):
        modes.append(stat.S_IMODE(Path(target).parent.stat().st_mode))
        return strip_image_metadata(path, target)

    monkeypatch.setattr("skmm.privacy._anonymize.strip_image_metadata", strip)
    anonymize(frame, files="image", folder=folder)
    assert modes == [0o700] * 3


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_to_a_folder_stays_one(frame, tmp_path, is_there):
    folder, link = tmp_path / "disk" / "clean", tmp_path / "link"
    folder.mkdir(parents=True)
    link.symlink_to(folder)
    if not is_there:
        folder.rmdir()
    clean = clean_up(frame, link)
    assert link.is_symlink()
    assert clean["image"].iloc[0] == str(link / "image_00000.jpg")
    assert len(list(folder.iterdir())) == 5
    assert [path.name for path in folder.parent.iterdir()] == ["clean"]


def test_columns_whose_names_are_no_names_of_files(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    cells = [str(tmp_path / "a.png")]
    X = pd.DataFrame({"left/eye": cells, "left_eye": cells})
    clean = anonymize(X, files=list(X), folder=tmp_path / "clean")
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == [
        "left_eye_0_00000.png",
        "left_eye_1_00000.png",
    ]
    assert clean.notna().all(axis=None)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"drop": "img"}, ValueError, r"X has no column 'img'; its columns are \['image'"),
        ({"drop": "text", "identifiers": "text"}, ValueError, "'text' is named twice"),
        ({"identifiers": "patient"}, TypeError, "key is a NoneType"),
        ({"identifiers": "patient", "key": "short"}, ValueError, "key has 5 bytes"),
        ({"files": "image"}, ValueError, "folder=None; name a new folder"),
    ],
)
def test_what_cannot_be_done_is_said_first(frame, options, error, match):
    with pytest.raises(error, match=match):
        anonymize(frame, **options)


def test_arrays_have_no_metadata(frame, tmp_path):
    with pytest.raises(
        ModalityError, match="modality 'sensor', row 0.*is a ndarray.*leave the column out"
    ):
        anonymize(frame, files="sensor", folder=tmp_path / "clean")


def test_a_frame_is_expected():
    with pytest.raises(TypeError, match=r"use make_frame\(\*\*X\)"):
        anonymize({"text": ["a"]})


def test_cells_are_not_shared():
    X = make_frame(audio=[np.zeros(3), np.ones(4), None], words=[["a"], ["b", "c"], None])
    clean = anonymize(X)
    clean["audio"][0][0] = 7.0
    clean["words"][1].append("d")
    assert_array_equal(X["audio"][0], np.zeros(3))
    assert X["words"][1] == ["b", "c"]
    assert clean["audio"][2] is None


def test_what_rows_have_in_common_is_copied_once():
    picture = np.zeros((4, 4))
    cells = pd.Series([picture, [picture], picture], dtype=object)
    clean = anonymize(pd.DataFrame({"background": cells}))["background"]
    assert clean[0] is clean[2] is clean[1][0]
    assert clean[0] is not picture


def test_a_cell_that_cannot_be_copied_is_named():
    X = pd.DataFrame({"lines": [["a"], (line for line in "ab")]}, index=["x", "y"])
    with pytest.raises(
        ModalityError, match=r"'lines', row 1 \(index 'y'\).*generator, which cannot be copied"
    ):
        anonymize(X)
