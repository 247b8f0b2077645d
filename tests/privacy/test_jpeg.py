"""Segments of JPEG files are told apart, and only those that a decoder needs are kept."""

import io

import numpy as np
import pytest
from PIL import Image

from skmm import ModalityError
from skmm.privacy._jpeg import strip_jpeg


def jpeg(mode="RGB", **options):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def decode(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def codes(data):
    """Markers in front of the compressed pixels, found by Pillow's own reader."""
    return {name for name, _ in Image.open(io.BytesIO(data)).applist}


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"optimize": True, "quality": 100}, {"subsampling": 0}]
)
def test_pixels_stay_as_they_are(mode, options):
    data = jpeg(mode, **options)
    stripped = strip_jpeg(data)
    np.testing.assert_array_equal(decode(stripped), decode(data))
    assert codes(stripped) <= {"APP14"}


def test_restart_markers_are_compressed_pixels():
    data = jpeg(restart_marker_blocks=1)
    assert b"\xff\xd0" in data
    np.testing.assert_array_equal(decode(strip_jpeg(data)), decode(data))


def test_everything_else_goes():
    data = jpeg(
        comment=b"at home", icc_profile=b"profile of my camera", exif=b"Exif\0\0of me", dpi=(72, 72)
    )
    trailing = data + b"a video"
    stripped = strip_jpeg(trailing)
    for trace in (b"at home", b"my camera", b"of me", b"JFIF", b"a video"):
        assert trace in trailing
        assert trace not in stripped
    assert len(stripped) < len(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_all_there_is(orientation):
    exif = Image.open(io.BytesIO(strip_jpeg(jpeg(), orientation))).getexif()
    assert dict(exif) == ({} if orientation == 1 else {0x0112: orientation})


def test_filling_in_front_of_a_marker_is_passed_over():
    data = jpeg()
    filled = data[:2] + b"\xff\xff" + data[2:]
    np.testing.assert_array_equal(decode(strip_jpeg(filled)), decode(data))


@pytest.mark.parametrize("length", [2, 3, 30, 300])
def test_a_file_that_ends_early_is_refused(length):
    with pytest.raises(ModalityError, match="the JPEG file has no"):
        strip_jpeg(jpeg()[:length])


def test_pixels_without_an_end_are_refused():
    with pytest.raises(ModalityError, match="has no end"):
        strip_jpeg(jpeg()[:-2])
