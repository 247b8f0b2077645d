"""CPU time of image features against scikit-image in a loop, in one process on one thread.

The extractor is timed as users call it, reading and checking included, on an array of images that need
no resizing, floats or bytes; its kernel alone beside it. The medians of some repeats are compared,
taken in turns.
"""

import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numba
import numpy as np
import pandas as pd
import skimage
from PIL import Image
from skimage.feature import hog
from skimage.transform import resize
from threadpoolctl import threadpool_limits

from skmm.image import HOGExtractor
from skmm.image._decode import decode_file
from skmm.image._hog_kernel import describe
from skmm.image._reader import read_image
from skmm.image._size import resize_image
from skmm.image._values import to_float

# Times scikit-image on gray images of floats; a third more where nothing else runs.
FLOORS = {"kernel": 90, "extractor": 60}
COLD_LIMIT = 1.3  # times the import of numba
N_REPEATS = 5
N_IMAGES = 256
BATCH_SIZE = 64  # of the extractor
SIZE = (64, 64)
N_PASSES = 8  # of the kernel alone, which is too fast for the clock
SETTINGS = {"orientations": 9, "pixels_per_cell": (8, 8), "cells_per_block": (2, 2)}
IMAGES = (
    "import numpy as np; from skmm.image import HOGExtractor; "
    "images = np.random.default_rng(0).integers(0, 256, (10, 96, 96, 3), dtype=np.uint8)"
)


def cpu_seconds(function):
    start = process_time()
    function()
    return process_time() - start


def medians(*functions):
    """Median CPU seconds of functions that take turns, after a call each that does not count."""
    for function in functions:
        function()
    times = [[cpu_seconds(function) for function in functions] for _ in range(N_REPEATS)]
    return [median(column) for column in zip(*times, strict=True)]


def compare_hog(images):
    channel_axis = -1 if images.ndim == 4 else None

    def peer():
        return [hog(i, block_norm="L2-Hys", channel_axis=channel_axis, **SETTINGS) for i in images]

    def kernel():
        for start in list(range(0, N_IMAGES, BATCH_SIZE)) * N_PASSES:
            describe(images[start : start + BATCH_SIZE], block_norm="L2-Hys", **SETTINGS)

    extractor = HOGExtractor(size=None, **SETTINGS).fit(images)
    as_bytes = (images * 255).astype(np.uint8)
    loop, alone, floats, whole_bytes = medians(
        peer,
        kernel,
        lambda: extractor.transform(images),
        lambda: extractor.transform(as_bytes),
    )
    error = np.abs(extractor.transform(images) - peer()).max()
    return loop, alone / N_PASSES, floats, whole_bytes, error


def hog_table():
    rng = np.random.default_rng(0)
    rows = {}
    for side in (64, 128):
        for name, channels in {"gray": (), "color": (3,)}.items():
            images = rng.random((N_IMAGES, side, side, *channels), dtype=np.float32)
            loop, alone, floats, whole_bytes, error = compare_hog(images)
            rows[f"{side} px {name}"] = {
                "skimage [us]": 1e6 * loop / N_IMAGES,
                "kernel [us]": 1e6 * alone / N_IMAGES,
                "extractor [us]": 1e6 * floats / N_IMAGES,
                "kernel": loop / alone,
                "extractor": loop / floats,
                "of bytes": loop / whole_bytes,
                "difference": error,
            }
    return pd.DataFrame(rows).T


def resize_table():
    rows = {}
    for shape in ((28, 28), (128, 128), (96, 96, 3), (480, 640, 3)):
        image = np.random.default_rng(0).random(shape, dtype=np.float32)

        def peer(image=image):
            return resize(image, SIZE, anti_aliasing=True)

        def ours(image=image):
            return resize_image(image, SIZE)

        loop, mine = medians(peer, ours)
        rows[" x ".join(map(str, shape))] = {
            "skimage [us]": 1e6 * loop,
            "skmm [us]": 1e6 * mine,
            "times": loop / mine,
            "difference": np.abs(peer() - ours()).max(),
        }
    return pd.DataFrame(rows).T


def decoding_table(folder):
    """Photos that a decoder of JPEG shrinks, against the same ones decoded whole."""
    rows = {}
    for height, width in ((480, 640), (1200, 1600), (3000, 4000)):
        y, x = np.mgrid[:height, :width] / height
        waves = np.sin(30 * x + 20 * y), np.cos(25 * x - 35 * y), np.sin(40 * x * y)
        image = Image.fromarray((127.5 + 127.5 * np.stack(waves, axis=2)).astype(np.uint8))
        image.save(path := folder / "photo.jpg", quality=92)

        def whole(path=path):
            return resize_image(to_float(decode_file(path, max_pixels=10**8).pixels), SIZE)

        def shrunk(path=path):
            return read_image(path, max_pixels=10**8, size=SIZE)

        slow, fast = medians(whole, shrunk)
        rows[f"{height} x {width}"] = {
            "whole [ms]": 1e3 * slow,
            "shrunk [ms]": 1e3 * fast,
            "times": slow / fast,
            "difference": np.abs(whole() - shrunk()).max(),
        }
    return pd.DataFrame(rows).T


def cpu_seconds_of_a_process(prepare, statement):
    code = f"import time\n{prepare}\nstart = time.process_time()\n{statement}\n"
    run = [sys.executable, "-c", code + "print(time.process_time() - start)"]
    return float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def cold_start():
    """CPU seconds of importing numba, and of the first ten images, in processes of their own."""
    first = "HOGExtractor().transform(images)"
    return [
        median(cpu_seconds_of_a_process(*code) for _ in range(N_REPEATS))
        for code in (("", "import numba"), (IMAGES, first))
    ]


def main():
    with threadpool_limits(1):
        table = hog_table()
        print("HOG per image: times as fast as skimage.feature.hog in a loop")
        print(table.to_string(float_format="{:.3g}".format))
        print("\nresizing to 64 x 64: times as fast as skimage.transform.resize")
        print(resize_table().to_string(float_format="{:.3g}".format))
        print("\nreading a JPEG at 64 x 64, which its decoder may shrink")
        with TemporaryDirectory() as folder:
            print(decoding_table(Path(folder)).to_string(float_format="{:.3g}".format))
    imported, first = cold_start()
    print(f"\nfirst ten images in a new process: {first / imported:.2f}x importing numba")
    print(
        f"scikit-image {skimage.__version__}, numba {numba.__version__}, numpy {np.__version__}, "
        f"{platform.machine()}, 1 thread"
    )
    for what, floor in FLOORS.items():
        if table.loc[["64 px gray", "128 px gray"], what].min() < floor:
            raise SystemExit(f"the {what} of HOG is less than {floor}x as fast as scikit-image")
    if first / imported > COLD_LIMIT:
        raise SystemExit("the first images take longer than they may")


if __name__ == "__main__":
    main()
