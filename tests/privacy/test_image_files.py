"""Copies of images hold the same pixels and nothing else, whatever the format."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image, PngImagePlugin

from skmm import ModalityError
from skmm.image._decode import decode_file
from skmm.privacy import strip_image_metadata
from skmm.privacy._image_files import is_image

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 17, 3), dtype=np.uint8)


def exif(orientation=1):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Camera of Anna"
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # latitude
    return tags


def decode(path):
    return decode_file(path, max_pixels=10**6).pixels


@pytest.mark.parametrize("kind", ["png", "jpg", "tiff", "webp"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_place_and_device_go_and_pixels_stay(tmp_path, kind, orientation):
    path = tmp_path / f"anna.{kind}"
    Image.fromarray(PIXELS).save(path, exif=exif(orientation))
    assert b"Camera of Anna" in path.read_bytes()
    copy = strip_image_metadata(path, tmp_path / "0")
    assert b"Anna" not in Path(copy).read_bytes()
    with Image.open(copy) as image:
        assert set(image.getexif()) <= {0x0112}
        assert not image.getexif().get_ifd(0x8825)
    assert_array_equal(decode(copy), decode(path))


def test_compressed_pixels_of_a_jpeg_are_copied_as_they_are(tmp_path):
    path = tmp_path / "anna.jpg"
    Image.fromarray(PIXELS).save(path, exif=exif(), quality=50)
    copy = Path(strip_image_metadata(path, tmp_path / "0"))
    assert copy.name == "0.jpg"
    scan = path.read_bytes().split(b"\xff\xda")[1]
    assert copy.read_bytes().split(b"\xff\xda")[1] == scan


def test_texts_of_a_png_go(tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Anna")
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS).save(path, pnginfo=notes, icc_profile=b"Anna's screen", dpi=(300, 300))
    copy = strip_image_metadata(path, tmp_path / "0")
    with Image.open(copy) as image:
        assert image.info == {}
    assert_array_equal(decode(copy), PIXELS)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "F", "CMYK", "YCbCr"])
def test_pixels_of_every_mode_stay(tmp_path, mode):
    rng = np.random.default_rng(1)
    if mode == "I;16":
        image = Image.fromarray(rng.integers(0, 65536, (5, 7), dtype=np.uint16))
    elif mode == "F":
        image = Image.fromarray(rng.uniform(size=(5, 7)).astype(np.float32))
    elif mode in ("LA", "RGBA"):
        image = Image.fromarray(rng.integers(0, 256, (5, 7, 4), dtype=np.uint8)).convert(mode)
    else:
        first = "P" if mode == "PA" else mode
        image = Image.fromarray(PIXELS).convert(first).convert(mode)
    path = tmp_path / "a.tiff"
    image.save(path)
    copy = strip_image_metadata(path, tmp_path / "0")
    assert_array_equal(decode(copy), decode(path))
    assert copy.endswith(".tif" if mode in ("F", "CMYK", "YCbCr") else ".png")


def test_a_transparent_palette_stays_transparent(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS).convert("P").save(path, transparency=3)
    copy = strip_image_metadata(path, tmp_path / "0")
    assert_array_equal(decode(copy), decode(path))
    with Image.open(copy) as image:
        assert image.mode == "RGBA"


def test_the_first_frame_is_left_of_an_animation(tmp_path):
    frames = [Image.fromarray(np.full((4, 4), value, dtype=np.uint8)) for value in (10, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    copy = strip_image_metadata(tmp_path / "a.gif", tmp_path / "0")
    assert decode(copy).max() == 10


@pytest.mark.parametrize("content", [b"no image", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_a_damaged_file_is_named_and_leaves_nothing(tmp_path, content):
    (tmp_path / "anna.jpg").write_bytes(content)
    with pytest.raises(ModalityError, match=r"cannot copy '.*anna.jpg'.*undamaged image.*None"):
        strip_image_metadata(tmp_path / "anna.jpg", tmp_path / "0")
    assert [path.name for path in tmp_path.iterdir()] == ["anna.jpg"]


def test_a_file_whose_segments_are_odd_is_named(tmp_path, monkeypatch):
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")

    def fail(data, orientation):
        raise ModalityError("the JPEG file has no end")

    monkeypatch.setattr("skmm.privacy._image_files.strip_jpeg", fail)
    with pytest.raises(ModalityError, match=r"cannot copy '.*a.jpg': the JPEG file has no end"):
        strip_image_metadata(tmp_path / "a.jpg", tmp_path / "0")


def test_a_copy_with_other_pixels_is_not_written(tmp_path, monkeypatch):
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
    Image.fromarray(255 - PIXELS).save(tmp_path / "b.jpg")
    other = (tmp_path / "b.jpg").read_bytes()
    monkeypatch.setattr("skmm.privacy._image_files.strip_jpeg", lambda data, orientation: other)
    with pytest.raises(ModalityError, match="would decode to other pixels"):
        strip_image_metadata(tmp_path / "a.jpg", tmp_path / "0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "b.jpg"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModalityError, match="there is no such file"):
        strip_image_metadata(tmp_path / "a.jpg", tmp_path / "0")


def test_images_are_known_by_content(tmp_path, monkeypatch):
    Image.fromarray(PIXELS).save(tmp_path / "a.wav", "PNG")
    (tmp_path / "b.png").write_bytes(b"RIFF")
    assert is_image(tmp_path / "a.wav")
    assert not is_image(tmp_path / "b.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    assert is_image(tmp_path / "a.wav")  # an image, if too large a one
