"""What is written is a zip archive that others can read, and what is read is exactly that."""

import io
import json
import zipfile
from contextlib import ExitStack

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.persistence import _archive, _layout
from skmm.persistence._archive import ALIGNMENT, LARGE, RECORD, Archive, write_archive
from tests.persistence.corpus import as_npy


def written(**arrays):
    file = io.BytesIO()
    members = [(f"{name.lstrip('m')}.npy", as_npy(array)) for name, array in arrays.items()]
    write_archive(file, members, lambda checksums: json.dumps(checksums).encode())
    return file


@pytest.fixture
def opened(tmp_path):
    """Write arrays, and open the archive; mapping needs a file that has a number."""
    with ExitStack() as files:

        def open_archive(mapped=False, **arrays):
            (tmp_path / "archive").write_bytes(written(**arrays).getvalue())
            file = files.enter_context(open(tmp_path / "archive", "rb"))
            return Archive(file, mapped=mapped)

        yield open_archive


SMALL, WIDE = np.arange(6.0).reshape(2, 3), np.arange(LARGE, dtype="i4").reshape(2, -1)


def test_zipfile_and_numpy_read_what_is_written():
    with zipfile.ZipFile(written(m0=SMALL, m1=WIDE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0.npy", "1.npy", RECORD]
        assert_array_equal(np.load(archive.open("0.npy")), SMALL)
        assert_array_equal(np.load(archive.open("1.npy")), WIDE)


def test_the_record_has_the_checksums_of_zipfile():
    with zipfile.ZipFile(written(m0=SMALL)) as archive:
        assert json.loads(archive.read(RECORD)) == {"0.npy": archive.getinfo("0.npy").CRC}


def test_equal_members_make_equal_files():
    assert written(m0=SMALL).getvalue() == written(m0=SMALL).getvalue()


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize(
    "array",
    [
        SMALL,
        WIDE,
        WIDE.T,
        np.zeros((0, 3)),
        np.array(3),
        np.array(["a", "bcd"]),
        np.zeros(9, dtype=[("a", "i4"), ("b", "f8", (2,))]),
        np.array([1, 2], dtype=">i8"),
        np.array(["2020-01-01"], dtype="M8[D]"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_come_back_to_the_bit(opened, array, mapped):
    again = opened(mapped, m0=array).read_array("0.npy", array.dtype, array.shape)
    assert type(again) is np.ndarray
    assert again.dtype == array.dtype
    assert again.flags.f_contiguous == array.flags.f_contiguous
    assert_array_equal(again, array)


def test_arrays_that_are_read_can_be_written_to(opened):
    array = opened(m0=WIDE).read_array("0.npy", WIDE.dtype, WIDE.shape)
    array[0, 0] = 7
    assert array.flags.owndata


def test_large_arrays_are_mapped_read_only_and_aligned(opened):
    archive = opened(True, m0=SMALL, m1=WIDE, m2=WIDE.T)
    for name, array in [("1.npy", WIDE), ("2.npy", WIDE.T)]:
        mapped = archive.read_array(name, array.dtype, array.shape)
        assert not mapped.flags.writeable
        assert np.shares_memory(mapped, archive._map)
        assert mapped.ctypes.data % ALIGNMENT == 0
    assert archive.read_array("0.npy", SMALL.dtype, SMALL.shape).flags.writeable


def test_large_arrays_that_are_not_aligned_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("0.npy", as_npy(WIDE))
        archive.writestr(RECORD, "{}")
    with open(tmp_path / "archive", "rb") as file:
        array = Archive(file, mapped=True).read_array("0.npy", WIDE.dtype, WIDE.shape)
    assert array.flags.writeable
    assert_array_equal(array, WIDE)


def test_an_array_is_read_once(opened):
    archive = opened(m0=SMALL)
    arrays = [archive.read_array("0.npy", SMALL.dtype, SMALL.shape) for _ in range(2)]
    assert arrays[0] is arrays[1]
    with pytest.raises(ValueError, match="0.npy is in more places than there are"):
        archive.read_array("0.npy", SMALL.dtype, SMALL.shape)


@pytest.mark.parametrize(("dtype", "shape"), [("f4", (2, 3)), ("f8", (3, 2)), ("f8", (6,))])
def test_an_array_of_another_form_is_refused(opened, dtype, shape):
    with pytest.raises(
        ValueError, match=r"0.npy holds an array of dtype float64 and shape \(2, 3\)"
    ):
        opened(m0=SMALL).read_array("0.npy", np.dtype(dtype), shape)


def test_other_versions_of_numpys_format_are_refused():
    content = io.BytesIO()
    np.lib.format.write_array(content, SMALL, version=(2, 0))
    file = io.BytesIO()
    write_archive(file, [("0.npy", content.getvalue())], lambda checksums: b"{}")
    with pytest.raises(ValueError, match=r"0.npy holds no array of numpy: its version is \(2, 0\)"):
        Archive(file).read_array("0.npy", SMALL.dtype, SMALL.shape)


def test_members_that_are_not_there_or_too_large_are_refused(opened):
    archive = opened(m0=SMALL)
    with pytest.raises(ValueError, match=r"no member '7.npy'"):
        archive.read_array("7.npy", SMALL.dtype, SMALL.shape)
    with pytest.raises(ValueError, match=r"0.npy takes \d+ bytes, and 10 are read"):
        archive.read("0.npy", limit=10)


def test_members_beyond_two_gigabytes_stay_aligned(monkeypatch):
    monkeypatch.setattr(_archive, "_HUGE", LARGE)  # as if
    file = written(m0=SMALL, m1=WIDE)
    start, size, _ = Archive(file)._members["1.npy"]
    assert start % ALIGNMENT == 0
    assert size > LARGE


def test_archives_with_many_and_huge_members_are_read(monkeypatch):
    """What zip calls large: the limits are lowered, for want of gigabytes."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 4000)
    monkeypatch.setattr(_layout, "_WIDE_ENTRIES", 4000)
    file = written(**{f"m{number}": np.arange(300) + number for number in range(6)})
    assert b"PK\6\6" in file.getvalue()
    archive = Archive(file)
    assert_array_equal(archive.read_array("5.npy", np.dtype(int), (300,)), np.arange(300) + 5)
