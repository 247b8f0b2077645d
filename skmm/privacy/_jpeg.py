"""Take metadata out of JPEG files, and leave the compressed pixels as they are.

A file is a row of segments, each a marker and, mostly, a length and a content [1]_. Behind the marker
SOS come compressed pixels, in which 0xFF is followed by 0 or a restart marker.

.. [1] ITU-T Recommendation T.81, annex B, 1992.
"""

import re

from skmm._validation import ModalityError

_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA

# What a decoder needs: frames and tables (C0 to CF but for C8), DNL, DQT, DRI, DHP and EXP.
_NEEDED = {*range(0xC0, 0xD0), *range(0xDB, 0xE0), _SCAN} - {0xC8}
_ADOBE = 0xEE  # says how colors are coded

_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def strip_jpeg(data, orientation=1):
    """Return a JPEG file without metadata.

    Parameters
    ----------
    data : bytes
        The file. What comes behind its end, such as a second picture or a video, is left out.
    orientation : int, default=1
        How a reader is to turn the picture, as in EXIF; the only tag there will be.

    Returns
    -------
    data : bytes

    Raises
    ------
    ModalityError
        If the segments cannot be told apart.
    """
    parts, position = [_START], _skip_filling(data, 2)
    if orientation != 1:
        parts.append(_orientation_segment(orientation))
    while data[position : position + 2] != _END:
        kind, segment = _read_segment(data, position)
        position += len(segment)
        if kind == _SCAN:  # its compressed pixels belong to it
            following = _NEXT_MARKER.search(data, position)
            if following is None:
                raise ModalityError("the JPEG file has no end; decode it and save it anew")
            segment += data[position : following.start()]
            position = following.start()
        if kind in _NEEDED:
            parts.append(segment)
        elif kind == _ADOBE and segment[4:9] == b"Adobe":
            parts.append(b"\xff\xee\x00\x0e" + segment[4:16])  # no more than the standard has
        position = _skip_filling(data, position)
    return b"".join([*parts, _END])


def _read_segment(data, position):
    """The code of the marker at a position, and the segment it begins."""
    length = int.from_bytes(data[position + 2 : position + 4])
    segment = data[position : position + 2 + length]
    if data[position : position + 1] != b"\xff" or length < 2 or len(segment) < 2 + length:
        raise ModalityError(
            f"the JPEG file has no segment at byte {position}; decode it and save it anew"
        )
    return segment[1], segment


def _skip_filling(data, position):
    """Position of the last 0xFF in front of a marker: any number of them may be there."""
    while data[position : position + 2] == b"\xff\xff":
        position += 1
    return position


def _orientation_segment(orientation):
    """An EXIF segment with one tag of one 16-bit number."""
    entry = bytes.fromhex("0112 0003 00000001") + orientation.to_bytes(2) + b"\0\0"
    tiff = b"MM\0*" + bytes.fromhex("00000008 0001") + entry + bytes(4)
    content = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2) + content
