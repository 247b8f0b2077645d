"""The structure of a file: members of a zip archive one after the other, and nothing else.

zip allows much that no model needs, and that different readers understand in different ways: gaps,
overlaps, repeats, several names for one member, content before and behind.
"""

import os
import re
import struct
import zipfile

_NAME = re.compile(r"skmm\.json|schema\.json|\d{1,9}\.npy", re.ASCII)
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of the name and of the extra field
_END = struct.Struct("<4s6xHL4xH")  # signature, number of members, size of their list, comment
_END64 = struct.Struct("<4s28xQQ28x")  # the same for large archives, with what follows it
_SMALLEST_MEMBER = 400  # bytes, of all but three: smaller arrays are in the schema
_WIDE_ENTRIES = 2**31  # bytes of a file in whose list offsets take more space


def list_members(file):
    """Find the members of an archive, which must be nothing but them.

    Parameters
    ----------
    file : readable binary file

    Returns
    -------
    members : dict of str to (int, int, int)
        Where its content starts, its size and its checksum, by name.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    size = file.seek(0, os.SEEK_END)
    _check_end(file, size)
    try:
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise ValueError(f"it is no zip archive: {error}") from error
    members, position = {}, 0
    for info in infos:
        start = _check_member(file, info, position)
        if info.filename in members:
            raise ValueError(f"there are two members {info.filename!r}")
        members[info.filename] = start, info.file_size, info.CRC
        position = start + info.file_size
    if position != archive.start_dir:
        raise ValueError("something lies between its members")
    return members


def _check_end(file, size):
    """Refuse what follows the archive, and lists longer than a file of this size can have.

    The list is read at once, and takes more memory than space in the file.
    """
    content = _read_before(file, size, _END.size)
    if len(content) < _END.size:
        raise ValueError("it is too short")
    signature, count, length, comment = _END.unpack(content)
    if signature != b"PK\5\6" or comment != 0:
        raise ValueError("it does not end as a zip archive")
    if count == 0xFFFF or length == 0xFFFFFFFF:
        content = _read_before(file, size - _END.size, _END64.size)
        if len(content) < _END64.size or not content.startswith(b"PK\6\6"):
            raise ValueError("it does not end as a large zip archive")
        _, count, length = _END64.unpack(content)
    longest_entry = 60 if size < _WIDE_ENTRIES else 90
    if count > 3 + size // _SMALLEST_MEMBER or length > count * longest_entry:
        raise ValueError(f"it lists {count} members in {length} bytes, too many for {size} bytes")


def _read_before(file, position, size):
    file.seek(max(0, position - size))
    return file.read(min(size, max(0, position)))


def _check_member(file, info, position):
    """Return where the content of a member starts, which must itself start at `position`."""
    name = info.filename
    if not _NAME.fullmatch(name) or info.orig_filename != name:
        raise ValueError(f"there is a member {name!r:.80}, which no model has")
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ValueError(f"{name} is compressed")
    if info.flag_bits & ~0x800:
        raise ValueError(f"{name} is encrypted, or otherwise special")
    if info.header_offset != position:
        raise ValueError(f"{name} does not lie where the one before it ends")
    file.seek(position)
    header = file.read(_LOCAL_HEADER.size).ljust(_LOCAL_HEADER.size)
    signature, n_name, n_extra = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\3\4" or file.read(n_name) != name.encode():
        raise ValueError(f"{name} has another name in front of its content")
    return position + _LOCAL_HEADER.size + n_name + n_extra
