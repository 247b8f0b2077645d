"""The file: an uncompressed zip archive, checked from its first byte to its last before it is read.

Nothing is allocated on the word of the file. Members lie one after the other, so that the sum of
their sizes is at most the size of the file; none is compressed, so that none grows; and an array is
made only where as many bytes are there as its header asks for.
"""

import io
import math
import struct
import zipfile
from collections import Counter
from zlib import crc32

import numpy as np

from skmm._validation import Integral
from skmm.persistence._layout import list_members

RECORD, SCHEMA = "skmm.json", "schema.json"

# Arrays from this size on start at a multiple of ALIGNMENT in the file, and can be mapped.
LARGE = 2**16  # bytes
ALIGNMENT = 64
_LONGEST_HEADER = 10_000  # characters of the header of an array; numpy's own limit
_HUGE = 2**30  # bytes of a member from which on its header is of another form
_PIECE = 2**20  # bytes to check at a time
_PADDING = 0xD935  # the kind of extra field that others use for alignment, too


def write_archive(file, members, make_record):
    """Write members one after the other, and a record of them behind.

    Parameters
    ----------
    file : writeable binary file
    members : iterable of (str, bytes)
    make_record : callable
        Takes checksums by name, and returns the content of the record.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            _write_member(archive, file.tell(), name, content)
        checksums = {info.filename: info.CRC for info in archive.infolist()}
        _write_member(archive, file.tell(), RECORD, make_record(checksums))


def _write_member(archive, position, name, content):
    info = zipfile.ZipInfo(name)  # with a fixed date: equal models make equal files
    info.create_system = 3
    is_huge = len(content) > _HUGE
    if len(content) > LARGE:
        info.extra = _make_padding(position, name, is_huge)
    with archive.open(info, "w", force_zip64=is_huge) as member:
        member.write(content)
    info.extra = b""  # of which the list at the end has no need


def _make_padding(position, name, is_huge):
    """An extra field after which content starts at a multiple of ALIGNMENT."""
    start = position + zipfile.sizeFileHeader + len(name) + (20 if is_huge else 0)
    size = -start % ALIGNMENT
    if size < 4:  # the smallest field
        size += ALIGNMENT
    return struct.pack("<HH", _PADDING, size - 4) + bytes(size - 4)


class Archive:
    """The members of a file whose structure has been found sound.

    Parameters
    ----------
    file : readable binary file
    mapped : bool, default=False
        Whether large arrays are mapped, read-only, instead of read.

    Raises
    ------
    ValueError
        If the file is no such archive.
    """

    def __init__(self, file, *, mapped=False):
        self._file = file
        self._arrays = {}
        self._asked = Counter()
        self._members = list_members(file)
        self._map = np.memmap(file, np.uint8, mode="r") if mapped else None

    @property
    def checksums(self):
        """Checksums by name, of all members but the record."""
        return {name: member[2] for name, member in self._members.items() if name != RECORD}

    def read(self, name, *, limit=2**27):
        """Return the content of a member, as bytes."""
        start, size, checksum = self._find(name)
        if size > limit:
            raise ValueError(f"{name} takes {size} bytes, and {limit} are read")
        self._file.seek(start)
        content = self._file.read(size)
        if crc32(content) != checksum:
            raise ValueError(f"{name} is damaged: its checksum is wrong")
        return content

    def read_array(self, name, dtype, shape):
        """Return the array in a member, which must have this dtype and shape.

        Who asks again gets the same array. What occurs twice in a model is made once, so that nobody
        asks more than twice, and what is made of an array stays in proportion to it.
        """
        self._asked[name] += 1
        if self._asked[name] > 2:
            raise ValueError(f"{name} is in more places than there are")
        if name not in self._arrays:
            self._arrays[name] = self._read_array(name)
        array = self._arrays[name]
        if (array.dtype, array.shape) != (dtype, tuple(shape)):
            raise ValueError(
                f"{name} holds an array of dtype {array.dtype} and shape {array.shape}, and the model "
                f"asks for {dtype} and {tuple(shape)}"
            )
        return array

    def _find(self, name):
        if name not in self._members:
            raise ValueError(f"there is no member {name!r:.50}")
        return self._members[name]

    def _read_array(self, name):
        start, size, checksum = self._find(name)
        self._file.seek(start)
        header = self._file.read(min(size, _LONGEST_HEADER))
        dtype, shape, order, length = _read_header(name, header)
        if length + dtype.itemsize * math.prod(shape) != size:
            raise ValueError(f"{name} holds {size} bytes, and its header speaks of others")
        if self._map is not None and size > LARGE and (start + length) % ALIGNMENT == 0:
            content = self._map[start + length : start + size]
            array = content.view(dtype).view(np.ndarray).reshape(shape, order=order)
        else:
            array = np.empty(shape, dtype, order)
            content = array.ravel(order="K").view(np.uint8)
            self._file.seek(start + length)
            self._file.readinto(content)
        pieces = (content[i : i + _PIECE] for i in range(0, len(content), _PIECE))
        found = crc32(header[:length])
        for piece in pieces:
            found = crc32(piece, found)
        if found != checksum:
            raise ValueError(f"{name} is damaged: its checksum is wrong")
        return array


def _read_header(name, content):
    """Dtype, shape, order and length of the header of an array; never of objects, which are pickles."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"its version is {version}")
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream, _LONGEST_HEADER)
    except Exception as error:  # the header is an expression of Python, which may fail in any way
        raise ValueError(f"{name} holds no array of numpy: {error}") from error
    if dtype.hasobject:
        raise ValueError(f"{name} holds objects, which would have to be unpickled")
    if not dtype.itemsize or not all(isinstance(n, Integral) and n >= 0 for n in shape):
        raise ValueError(f"{name} holds an array of dtype {dtype} and shape {shape}")
    return dtype, shape, "F" if is_fortran else "C", stream.tell()
