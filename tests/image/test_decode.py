import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageFile
from skimage.transform import resize

from skmm import ModalityError
from skmm.image import HOGExtractor, PixelExtractor
from skmm.image._decode import decode_file

LIMIT = 50_000_000


@pytest.fixture
def pixels(global_random_seed):
    return np.random.default_rng(global_random_seed).integers(0, 256, (12, 17, 3), dtype=np.uint8)


def decode(path):
    return decode_file(path, max_pixels=LIMIT).pixels


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
    assert decode_file(path, max_pixels=200).pixels.shape == (10, 20, 3)
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


# -- a decoder of JPEG that shrinks


@pytest.fixture
def photo(tmp_path):
    """Save a smooth color image of some height and width as a JPEG; return its path."""

    def take(height, width, mode="RGB", **options):
        y, x = np.mgrid[:height, :width] / min(height, width)
        waves = [np.sin(6 * x + 4 * y), np.cos(5 * x - 7 * y), np.sin(4 * x * y + 1)]
        image = Image.fromarray((127.5 + 127.5 * np.stack(waves, axis=2)).astype(np.uint8))
        options = {"format": "JPEG", "quality": 95} | options
        return save(image.convert(mode), tmp_path / "a.jpg", **options)

    return take


@pytest.mark.parametrize(
    ("sides", "size", "aspect", "shrunk"),
    [
        ((240, 480), (10, 20), "stretch", 8),
        ((239, 480), (10, 20), "stretch", 4),
        ((240, 479), (10, 20), "stretch", 4),
        ((120, 240), (10, 20), "stretch", 4),
        ((60, 121), (10, 20), "stretch", 2),
        ((59, 400), (10, 20), "stretch", 1),
        ((400, 100), (10, 10), "stretch", 2),  # the height could be shrunk by 8
        ((400, 100), (10, 10), "crop", 2),  # resized to 40 x 10
        ((400, 100), (10, 10), "pad", 8),  # to 10 x 3
        ((48, 48), (1, 1), "stretch", 8),
        ((400, 400), None, "stretch", 1),
    ],
)
def test_a_jpeg_is_decoded_not_smaller_than_three_times_as_large_as_wanted(
    photo, sides, size, aspect, shrunk
):
    decoded = decode_file(photo(*sides), max_pixels=LIMIT, size=size, aspect=aspect)
    assert decoded.shrunk == shrunk
    assert decoded.sides == sides
    assert decoded.pixels.shape == (-(-sides[0] // shrunk), -(-sides[1] // shrunk), 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_that_is_turned_is_shrunk_by_its_upright_sides(photo, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = photo(100, 400, exif=exif)
    decoded = decode_file(path, max_pixels=LIMIT, size=(10, 40))
    assert (
        decoded.sides == decode(path).shape[:2] == ((100, 400) if orientation < 5 else (400, 100))
    )
    assert decoded.shrunk == (2 if orientation < 5 else 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"subsampling": 0},
        {"mode": "L"},
        {"mode": "CMYK"},
        {"format": "MPO", "save_all": True, "append_images": [Image.new("RGB", (4, 4))]},
    ],
    ids=["plain", "progressive", "all colors", "gray", "ink", "phone"],
)
@pytest.mark.parametrize("sides", [(480, 640), (473, 629), (800, 300)])
def test_a_shrunk_jpeg_is_close_to_what_scikit_image_makes_of_the_whole(photo, options, sides):
    path = photo(*sides, **options)
    assert decode_file(path, max_pixels=LIMIT, size=(16, 12)).shrunk > 1
    image = PixelExtractor((16, 12)).transform([path])[0].transpose(1, 2, 0)
    with Image.open(path) as file:
        expected = resize(np.asarray(file.convert("RGB")), (16, 12), anti_aliasing=True)
    assert_allclose(image, expected, atol=4 / 255)  # photos differ by up to 6, 0.2 in the mean
    assert_allclose(image.mean(), expected.mean(), atol=0.3 / 255)


@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_files_of_other_formats_are_decoded_whole(tmp_path, suffix):
    path = save(Image.new("RGB", (400, 400)), tmp_path / f"a.{suffix}")
    assert decode_file(path, max_pixels=LIMIT, size=(8, 8)).shrunk == 1


def test_the_limit_is_one_of_pixels_in_the_file(photo, assert_refused):
    extractor = PixelExtractor((8, 8), max_pixels=159_999)
    assert_refused(photo(400, 400), "400 x 400 = 160000 pixels", extractor=extractor)


def test_a_truncated_jpeg_is_refused_also_where_it_is_shrunk(photo, assert_refused):
    path = photo(400, 400)
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: len(whole) // 2])
    assert_refused(path, "truncated", extractor=PixelExtractor((8, 8)))


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
    extractors = HOGExtractor(size=(16, 16), max_pixels=100_000), PixelExtractor((2, 2))
    path = tmp_path / f"a.{suffix}"
    for seed in range(60):
        rng = np.random.default_rng(seed)
        damaged = np.frombuffer(stream.getvalue(), dtype=np.uint8).copy()
        damaged[rng.integers(len(damaged), size=5)] = rng.integers(256, size=5)
        path.write_bytes(damaged.tobytes())
        for extractor in extractors:  # a decoder of JPEG shrinks for the second
            row = row_or_none(extractor, path)
            assert row is None or np.isfinite(row).all()


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize("aspect", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("suffix", ["tiff", "png", "jpg"])
def test_a_turned_image_is_resized_as_its_upright_pixels(tmp_path, suffix, orientation, aspect):
    stored = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(Image.fromarray(stored), tmp_path / f"a.{suffix}", exif=exif)
    upright = decode_file(path, max_pixels=LIMIT).pixels
    for size in ((12, 20), (40, 24)):
        extractor = PixelExtractor(size, aspect=aspect)
        assert_array_equal(extractor.transform([path]), extractor.transform([upright]))
