"""Draw one cell of a frame as what it is: a picture, a sound, a text, a series of measurements."""

import os
from textwrap import fill

import numpy as np

from skmm._files import is_path
from skmm._validation import ModalityError, is_null
from skmm.audio._reader import read_clip
from skmm.image._reader import read_image

IMAGE_FILES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
SOUND_FILES = (".wav", ".flac", ".ogg", ".mp3")
SAMPLING_RATE = 22_050  # of the sounds of files, as they are drawn
_MAX_PIXELS = 50_000_000
_MAX_SECONDS = 600.0
_FEW_CHANNELS = 6  # as lines; more of them as a map
_WIDTH, _LONGEST = 22, 150  # letters in a line, and of a text: what a cell has room for


def kind_of_cell(cell):
    """Tell what a cell is drawn as.

    Parameters
    ----------
    cell : object
        Of a raw modality or a block.

    Returns
    -------
    kind : {"missing", "image", "sound", "text", "number", "series"}
        A file is what its ending says; what has spaces in it is a text unless there is such a file.
        Arrays of three axes are images, and so are those of two axes that hold bytes; other arrays
        are series.
    """
    if is_null(cell):
        return "missing"
    if is_path(cell):
        return _kind_of_path(os.fspath(cell))
    if isinstance(cell, list | tuple) and all(isinstance(part, str) for part in cell):
        return "text"
    array = np.asarray(cell)
    if array.ndim == 0:
        return "number"
    is_picture = array.ndim == 3 or (array.ndim == 2 and array.dtype in (np.uint8, np.bool))
    return "image" if is_picture else "series"


def _kind_of_path(path):
    ending = os.path.splitext(path)[1].lower()
    if ending not in IMAGE_FILES + SOUND_FILES or (" " in path and not os.path.isfile(path)):
        return "text"
    return "image" if ending in IMAGE_FILES else "sound"


def draw_cell(ax, cell):
    """Draw a cell into axes, without ticks.

    Parameters
    ----------
    ax : matplotlib Axes
    cell : object
        Anything that :func:`kind_of_cell` knows; a null cell is an empty box.

    Raises
    ------
    ModalityError
        If a file cannot be read; it has no place yet.
    """
    _DRAW[kind_of_cell(cell)](ax, cell)
    ax.set(xticks=[], yticks=[])


def _draw_nothing(ax, cell):
    ax.set_facecolor("0.93")
    _write(ax, "missing", color="0.5", style="italic")


def _draw_image(ax, cell):
    ax.imshow(as_picture(open_image(cell)), cmap="gray", interpolation="nearest")


def _draw_sound(ax, cell):
    ax.plot(open_sound(cell), linewidth=0.5)
    ax.margins(x=0)


def _draw_text(ax, cell):
    _write(ax, fill(shorten(cell, _LONGEST), _WIDTH) or "(empty)")


def _draw_number(ax, cell):
    _write(ax, f"{cell:.4g}")


def _draw_series(ax, cell):
    values = np.asarray(cell, dtype=float)
    if values.ndim > 2:
        raise ModalityError(
            f"the cell is an array of shape {values.shape}, which has no picture. Expected at most three "
            "axes; leave the modality out of X"
        )
    if values.ndim == 1 or values.shape[1] <= _FEW_CHANNELS:
        ax.plot(values, linewidth=0.7)
        ax.margins(x=0)
    else:
        ax.imshow(values.T, aspect="auto", origin="lower", interpolation="nearest")


def _write(ax, text, **style):
    # Dollar signs would be read as formulas.
    text = text.replace("$", r"\$")
    ax.text(
        0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes, fontsize="small", **style
    )


def open_image(cell):
    """Return the pixels of an image, which is a file or an array."""
    return read_image(cell, max_pixels=_MAX_PIXELS) if is_path(cell) else np.asarray(cell)


def open_sound(path):
    """Return the samples of a sound file, at :data:`SAMPLING_RATE`."""
    return read_clip(
        path,
        sampling_rate=SAMPLING_RATE,
        min_seconds=0.0,
        max_seconds=_MAX_SECONDS,
        dtype="float32",
    )


def shorten(cell, longest):
    """Return at most so many letters of a text, or of a list of words."""
    text = " ".join(cell) if isinstance(cell, list | tuple) else str(cell)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def as_picture(pixels):
    """Bring an image to what matplotlib draws: gray or color, channels last, floats in [0, 1].

    Parameters
    ----------
    pixels : ndarray of shape (height, width), (height, width, 1, 3 or 4) or (1, 3 or 4, height, width)
        Of other numbers of channels the first is taken.

    Returns
    -------
    picture : ndarray of shape (height, width) or (height, width, 3 or 4)
        Bytes as they are. Other numbers from their smallest to their largest, unless all are in
        [0, 1].
    """
    pixels = np.asarray(pixels)
    if pixels.ndim == 3 and pixels.shape[2] not in (1, 3, 4):
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.ndim == 3 and pixels.shape[2] not in (3, 4):
        pixels = pixels[..., 0]
    if pixels.dtype == np.uint8:
        return pixels
    pixels = pixels.astype(float)
    low, high = np.nanmin(pixels), np.nanmax(pixels)
    if low >= 0 and high <= 1:
        return pixels
    return (pixels - low) / ((high - low) or 1.0)


_DRAW = {
    "missing": _draw_nothing,
    "image": _draw_image,
    "sound": _draw_sound,
    "text": _draw_text,
    "number": _draw_number,
    "series": _draw_series,
}
