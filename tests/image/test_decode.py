import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageFile

from skmm import ModalityError
from skmm.image import HOGExtractor, PixelExtractor
from skmm.image._decode import decode_file

LIMIT = 50_000_000


@pytest.fixture
def pixels(global_random_seed):
    return np.random.default_rng(global_random_seed).integers(0, 256, (12, 17, 3), dtype=np.uint8)


def decode(path):
    return decode_file(path, max_pixels=LIMIT)


def save(image, path, **options):
    image.save(path, **options)
    return str(path)


def png_that_claims(width, height, *, compressed=b""):
    """A grayscale PNG of one bit per pixel with the given header and data."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", compressed), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp"])
def test_lossless_formats_give_back_the_pixels(tmp_path, pixels, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(Image.fromarray(pixels), tmp_path / f"a.{suffix}", **options)
    assert_array_equal(decode(path), pixels)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"])
def test_every_mode_gives_three_channels_of_bytes(tmp_path, pixels, mode):
    if mode in ("LA", "RGBA"):
        image = Image.fromarray(pixels).convert("RGBA").convert(mode)
    elif mode == "LAB":
        image = Image.frombytes("LAB", (17, 12), pixels.tobytes())
    else:
        image = Image.fromarray(pixels).convert("P" if mode == "PA" else mode).convert(mode)
    suffix = "tiff" if mode in ("PA", "CMYK", "YCbCr", "LAB") else "png"
    path = save(image, tmp_path / f"a.{suffix}")
    decoded = decode(path)
    assert decoded.shape == (12, 17, 3)
    assert decoded.dtype == np.uint8


def test_a_palette_is_looked_up(tmp_path):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    path = save(image, tmp_path / "a.png")
    assert_array_equal(decode(path)[0, 0], [10, 200, 30])


def test_gif_pixels_are_colors_and_not_palette_indices(tmp_path):
    path = save(Image.new("RGB", (4, 4), (200, 100, 50)), tmp_path / "a.gif")
    assert_array_equal(decode(path)[0, 0], [200, 100, 50])


def test_16_bit_pixels_are_scaled_and_not_clipped(tmp_path):
    deep = np.arange(65_536, dtype=np.uint16).reshape(256, 256)
    path = save(Image.fromarray(deep), tmp_path / "a.png")
    decoded = decode(path)
    assert len(np.unique(decoded)) == 256
    assert_array_equal(decoded[:, :, 0], np.rint(deep / 257))


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_16_bit_tiff_is_scaled_in_either_byte_order(tmp_path, byteorder):
    deep = np.full((4, 4), 257 * 99, dtype=f"{byteorder}u2")
    path = save(Image.fromarray(deep), tmp_path / "a.tiff")
    assert (decode(path) == 99).all()


def test_float_pixels_are_scaled(tmp_path):
    path = save(Image.fromarray(np.full((4, 4), 0.2, dtype=np.float32)), tmp_path / "a.tiff")
    assert (decode(path) == 51).all()


@pytest.mark.parametrize(
    ("value", "cause"), [(np.nan, "1 of 16 values"), (np.inf, "1 of 16 values"), (200, "to 200")]
)
def test_float_pixels_outside_0_to_1_are_refused(tmp_path, assert_refused, value, cause):
    bad = np.zeros((4, 4), dtype=np.float32)
    bad[0, 0] = value
    assert_refused(save(Image.fromarray(bad), tmp_path / "a.tiff"), cause)


def test_32_bit_integers_are_refused(tmp_path, assert_refused):
    deep = Image.fromarray(np.zeros((4, 4), dtype=np.int32))
    assert_refused(save(deep, tmp_path / "a.tiff"), "32-bit integers", "8 or 16 bits")


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_transparent_image_is_white_whatever_its_hidden_colors(tmp_path, pixels, mode):
    image = Image.fromarray(pixels).convert(mode)
    image.putalpha(0)
    assert (decode(save(image, tmp_path / "a.png")) == 255).all()


def test_a_transparent_palette_entry_is_white(tmp_path):
    image = Image.new("P", (4, 4), 0)
    image.putpalette([9, 9, 9, 10, 200, 30])
    image.putpixel((1, 0), 1)
    decoded = decode(save(image, tmp_path / "a.png", transparency=0))
    assert_array_equal(decoded[0, :2], [[255, 255, 255], [10, 200, 30]])


def test_half_opaque_black_is_gray(tmp_path):
    path = save(Image.new("RGBA", (2, 2), (0, 0, 0, 128)), tmp_path / "a.png")
    assert_allclose(decode(path), 127, atol=1)


def test_exif_orientation_turns_the_image_upright(tmp_path, pixels):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright, and the image has to be turned clockwise
    path = save(Image.fromarray(pixels), tmp_path / "a.png", exif=exif)
    assert_array_equal(decode(path), np.rot90(pixels, -1))


@pytest.mark.parametrize("suffix", ["gif", "tiff", "webp", "png"])
def test_of_several_frames_the_first_is_used_with_a_warning(tmp_path, suffix):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(
        frames[0], tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:], **options
    )
    with pytest.warns(UserWarning, match="several frames; only the first is used"):
        decoded = decode(path)
    assert_array_equal(decoded, np.asarray(frames[0]))


def test_the_preview_in_a_phone_photo_is_no_second_frame(tmp_path):
    photo, preview = Image.new("RGB", (8, 8), "gray"), Image.new("RGB", (4, 4))
    path = save(photo, tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[preview])
    assert_array_equal(decode(path), np.asarray(photo))


def test_a_file_may_have_as_many_pixels_as_the_limit(tmp_path, assert_refused):
    path = save(Image.new("L", (20, 10)), tmp_path / "a.png")
    assert decode_file(path, max_pixels=200).shape == (10, 20, 3)
    assert_refused(
        path, "20 x 10 = 200", "max_pixels=199", extractor=PixelExtractor(max_pixels=199)
    )


@pytest.mark.parametrize("side", [8_000, 12_000, 20_000])
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path, monkeypatch, assert_refused, side):
    def load(file):
        raise AssertionError("the file was decoded")

    path = tmp_path / "a.png"
    path.write_bytes(png_that_claims(side, side))
    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    assert_refused(str(path), f"{side} x {side}|exceeds limit")


def test_a_bomb_of_real_data_is_refused_too(tmp_path, assert_refused):
    rows = zlib.compress(bytes((12_000 // 8 + 1) * 12_000), 9)
    path = tmp_path / "a.png"
    path.write_bytes(png_that_claims(12_000, 12_000, compressed=rows))
    assert path.stat().st_size < 30_000
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own, before our error
        assert_refused(str(path), "144000000 pixels", "raise max_pixels")


def test_a_truncated_image_is_refused(tmp_path, pixels, assert_refused):
    path = tmp_path / "a.png"
    Image.fromarray(np.tile(pixels, (20, 20, 1))).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert_refused(str(path), "truncated", "None")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not found</html>", b"\x89PNG\r\n\x1a\n", png_that_claims(9, 9), b"\xff\xd8\xff"],
    ids=["empty", "html", "signature", "header", "jpeg"],
)
def test_what_is_no_image_is_refused(tmp_path, assert_refused, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert_refused(str(path), "cannot decode", "PNG, JPEG, BMP, GIF, TIFF or WEBP")


def test_an_image_without_pixels_is_refused(tmp_path, assert_refused):
    path = tmp_path / "a.png"
    path.write_bytes(png_that_claims(0, 0))
    assert_refused(str(path), "cannot decode")


@pytest.mark.parametrize("name", ["a.ppm", "a.pcx", "a.ico", "a.eps"])
def test_rare_formats_are_refused(tmp_path, assert_refused, name):
    assert_refused(save(Image.new("RGB", (16, 16)), tmp_path / name), "cannot decode", "Convert it")


@pytest.mark.parametrize("path", ["absent.png", "https://example.org/a.png"])
def test_a_path_without_a_file_is_refused(assert_refused, path):
    assert_refused(path, "cannot read")


def test_a_folder_is_refused(tmp_path, assert_refused):
    assert_refused(tmp_path, "it is a folder")


def test_a_file_of_one_pixel_is_one_pixel(tmp_path):
    path = save(Image.new("RGB", (1, 1), "white"), tmp_path / "a.png")
    assert_array_equal(decode(path), [[[255, 255, 255]]])


def test_an_error_reaches_the_caller_from_a_worker_process(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"no image")
    X = [np.zeros((8, 8)), str(path)]
    with pytest.raises(ModalityError, match=r"modality 'image', row 1: cannot decode .*a\.png"):
        PixelExtractor(n_jobs=2, batch_size=1).fit_transform(X)


def row_or_none(extractor, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow says what it repairs
        try:
            return extractor.transform([str(path)])
        except ModalityError:
            return None


@pytest.mark.parametrize("suffix", ["png", "jpeg", "bmp", "gif", "tiff", "webp"])
def test_a_damaged_file_gives_finite_features_or_a_modality_error(tmp_path, pixels, suffix):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format=suffix)
    extractor = HOGExtractor(size=(16, 16), max_pixels=100_000)
    path = tmp_path / f"a.{suffix}"
    for seed in range(60):
        rng = np.random.default_rng(seed)
        damaged = np.frombuffer(stream.getvalue(), dtype=np.uint8).copy()
        damaged[rng.integers(len(damaged), size=5)] = rng.integers(256, size=5)
        path.write_bytes(damaged.tobytes())
        row = row_or_none(extractor, path)
        assert row is None or np.isfinite(row).all()
