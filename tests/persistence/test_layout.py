"""A file is members one after the other, and nothing else."""

import io
import struct
import zipfile

import numpy as np
import pytest

from skmm.persistence import _layout
from skmm.persistence._archive import write_archive
from skmm.persistence._layout import list_members
from tests.persistence.corpus import as_npy, zip_up


def written(n_members):
    file = io.BytesIO()
    members = [(f"{number}.npy", as_npy(np.arange(50) + number)) for number in range(n_members)]
    write_archive(file, members, lambda checksums: b"{}")
    return file


CONTENT = written(3).getvalue()
END = CONTENT.rindex(b"PK\5\6")
FIRST = CONTENT.index(b"PK\1\2")  # entry in the list


def patched(position, value):
    return CONTENT[:position] + value + CONTENT[position + len(value) :]


def test_members_are_where_zipfile_finds_them():
    members = list_members(io.BytesIO(CONTENT))
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as archive:
        assert list(members) == archive.namelist()
        for name, (start, size, checksum) in members.items():
            assert CONTENT[start : start + size] == archive.read(name)
            assert checksum == archive.getinfo(name).CRC


@pytest.mark.parametrize("n_members", [1, 40])
def test_members_without_need_for_more_are_written_as_short_as_can_be(n_members):
    content = written(n_members).getvalue()
    assert len(content) < n_members * (400 + 128 + 100) + 200
    assert len(list_members(io.BytesIO(content))) == n_members + 1


def test_archives_with_many_members_and_wide_offsets_are_read(monkeypatch):
    """What zip calls large: the limits are lowered, for want of gigabytes."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(_layout, "_WIDE_ENTRIES", 1000)
    file = written(6)
    assert b"PK\6\6" in file.getvalue()
    assert len(list_members(file)) == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is too short"),
        (CONTENT[:20], "it is too short"),
        (CONTENT[:-1], "does not end as a zip archive"),
        (CONTENT + b"x", "does not end as a zip archive"),
        (CONTENT[:-2] + b"\4\0more", "does not end as a zip archive"),
        (patched(END + 8, b"\xff" * 12), "does not end as a large zip archive"),
        (patched(END + 10, struct.pack("<H", 60000)), "it lists 60000 members in .* too many for"),
        (
            patched(END + 12, struct.pack("<L", 10**6)),
            "it lists 4 members in 1000000 bytes, too many",
        ),
        (patched(END + 16, b"\xff\xff\xff\0"), "0.npy does not lie where the one before it ends"),
        (patched(FIRST, b"XX"), "it is no zip archive"),
        (b"MZ" + CONTENT, "0.npy does not lie where the one before it ends"),
        (CONTENT[:FIRST] + b"xx" + CONTENT[FIRST:], "does not lie where|something lies between"),
        (patched(FIRST + 42, b"\1"), "0.npy does not lie where the one before it ends"),
        (patched(FIRST + 8, b"\1"), "0.npy is encrypted, or otherwise special"),
        (patched(FIRST + 10, b"\x08"), "0.npy is compressed"),
        (patched(FIRST + 20, b"\1"), "0.npy is compressed"),
        (patched(FIRST + 46, b"7"), "7.npy has another name in front of its content"),
        (patched(0, b"XX"), "0.npy has another name in front of its content"),
        (patched(30, b"7"), "0.npy has another name in front of its content"),
        (zip_up([("0.npy", b"x" * 400)] * 2), "there are two members '0.npy'"),
        (zip_up({"x.npy": b"x" * 400}), "there is a member 'x.npy', which no model has"),
        (zip_up({"../0.npy": b"x" * 400}), "which no model has"),
    ],
)
def test_everything_else_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        list_members(io.BytesIO(content))


def test_what_lies_between_the_last_member_and_the_list_is_refused():
    first_of_list = struct.pack("<L", FIRST + 2)
    content = CONTENT[:FIRST] + b"xx" + CONTENT[FIRST:END]
    content += CONTENT[END : END + 16] + first_of_list + CONTENT[END + 20 :]
    with pytest.raises(ValueError, match="something lies between its members"):
        list_members(io.BytesIO(content))
