"""Small files that promise much, or hold it."""

import struct
import zlib

import numpy as np
import soundfile
from PIL import Image


def write_png(path, width, height, *, depth=8, data=True):
    """A gray picture of zeros, of which next to nothing is left when it is compressed."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    rows = zlib.compress(bytes((1 + width * depth // 8) * height) if data else b"", 1)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    body = chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + body)


def write_image(path, places, old, new):
    """A small picture, whose file says that it is large."""
    Image.fromarray(np.zeros((113, 113, 3), dtype=np.uint8)).save(path)
    content = path.read_bytes()
    assert content.count(struct.pack(old, 113)) >= places
    path.write_bytes(content.replace(struct.pack(old, 113), struct.pack(old, new), places))


def write_wav(path, *, rate=8_000, n_bytes=None):
    """A tone, with a header that tells another rate or length."""
    soundfile.write(path, np.sin(np.arange(8_000) / 9) / 2, 8_000)
    content = bytearray(path.read_bytes())
    struct.pack_into("<II", content, 24, rate, 2 * rate)
    if n_bytes is not None:
        struct.pack_into("<I", content, 4, n_bytes)
        struct.pack_into("<I", content, content.index(b"data") + 4, n_bytes)
    path.write_bytes(content)


def write_npy(path, shape):
    """An array of a few numbers, whose header tells of more."""
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(800))


def write_images(folder):
    """Paths of hostile pictures."""
    write_png(folder / "bomb.png", 12_000, 12_000, depth=1)
    write_png(folder / "allowed.png", 5_000, 5_000)  # below max_pixels, and 75 MB all the same
    write_png(folder / "claim.png", 12_000, 12_000, data=False)
    write_png(folder / "endless.png", 2**31 - 1, 2**31 - 1, data=False)
    write_image(folder / "a.bmp", 2, "<i", 30_000)
    write_image(folder / "a.gif", 4, "<H", 65_000)
    write_image(folder / "a.jpg", 2, ">H", 65_000)
    write_image(folder / "a.tiff", 2, "<H", 65_000)
    return sorted(folder.iterdir())


def write_sounds(folder):
    """Paths of hostile sounds."""
    write_wav(folder / "slow.wav", rate=1)
    write_wav(folder / "slow and long.wav", rate=1, n_bytes=2**31 - 1)
    write_wav(folder / "fast.wav", rate=2**31 - 1)
    write_wav(folder / "long.wav", n_bytes=2**30)
    return sorted(folder.iterdir())


def write_recordings(folder):
    """Paths of hostile recordings."""
    write_npy(folder / "long.npy", (10**9, 8))
    write_npy(folder / "longer.npy", (2**62, 2**62))
    write_npy(folder / "wide.npy", (1, 10**12))
    (folder / "wide.csv").write_text(",".join(["0"] * 3) + "\n" + ",".join(["1"] * 400_000))
    return sorted(folder.iterdir())
