"""Cells of a frame as HTML: thumbnails, players, texts and curves."""

import os
from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np

from skmm.inspection._pictures.drawing import (
    SAMPLING_RATE,
    as_picture,
    kind_of_cell,
    open_image,
    open_sound,
    shorten,
)

THUMBNAIL = 128  # pixels, of the longer side
LONGEST_SOUND = 10.0  # seconds that are played
LONGEST_TEXT = 200  # letters
CURVE_WIDTH, CURVE_HEIGHT, CURVE_POINTS = 160, 48, 160
MOST_CURVES = 6
COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")


def show_cell(cell, *, sampling_rate=None):
    """Write one cell as HTML.

    Parameters
    ----------
    cell : object
        Of a raw modality or a block.
    sampling_rate : int, default=None
        In hertz. None says that arrays of one axis are no sounds.

    Returns
    -------
    html : str
        A thumbnail of an image, a player of a sound file or of a sound, curves of other series, the
        beginning of a text. It needs nothing beside itself.

    Raises
    ------
    ModalityError
        If a file cannot be read; it has no place yet.
    """
    kind = kind_of_cell(cell)
    if kind == "missing":
        return '<span style="color:#888">missing</span>'
    if kind == "image":
        return show_image(open_image(cell))
    if kind == "sound":
        return play_file(cell)
    if kind == "series":
        return _show_series(np.asarray(cell, dtype=float), sampling_rate)
    return _write(cell)


def show_image(pixels):
    """Write an image as a thumbnail."""
    from PIL import Image

    picture = as_picture(pixels)
    if picture.dtype != np.uint8:
        picture = np.round(picture * 255).astype(np.uint8)
    image = Image.fromarray(picture)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    file = BytesIO()
    image.save(file, "PNG")
    height, width = np.shape(pixels)[:2]
    return f'<img alt="image of {width} x {height} pixels" src="{_embed(file, "image/png")}">'


def play_file(path):
    """Write a player of the beginning of a sound file."""
    return f"{play(open_sound(path), SAMPLING_RATE)}<br>{escape(os.path.basename(os.fspath(path)))}"


def play(clip, sampling_rate):
    """Write a player of the beginning of a sound, softer where it would clip, NaN as silence."""
    import soundfile

    clip = np.nan_to_num(np.asarray(clip, dtype=np.float32)[: int(LONGEST_SOUND * sampling_rate)])
    clip = clip / max(1.0, np.abs(clip).max(initial=0.0))
    file = BytesIO()
    soundfile.write(file, clip, int(sampling_rate), format="WAV", subtype="PCM_16")
    return f'<audio controls preload="none" src="{_embed(file, "audio/wav")}"></audio>'


def _show_series(values, sampling_rate):
    if values.ndim == 1 and sampling_rate is not None:
        return play(values, sampling_rate)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.ndim > 2 or values.shape[1] > MOST_CURVES or len(values) < 2:
        return f"array of shape {values.shape}"
    return draw_curves(values)


def draw_curves(values):
    """Write curves of shape (n_steps, n_channels) on one scale; steps of NaN are left out."""
    steps = np.linspace(0, len(values) - 1, min(len(values), CURVE_POINTS)).astype(int)
    values = values[steps]
    known = np.isfinite(values)
    low, high = (values[known].min(), values[known].max()) if known.any() else (0.0, 0.0)
    right = steps / max(steps[-1], 1) * CURVE_WIDTH
    down = (high - values) / ((high - low) or 1.0) * (CURVE_HEIGHT - 4) + 2
    lines = "".join(
        f'<polyline fill="none" stroke="{color}" points="{_points(right, line, there)}"/>'
        for color, line, there in zip(COLORS, down.T, known.T, strict=False)
    )
    size = f'width="{CURVE_WIDTH}" height="{CURVE_HEIGHT}"'
    return f'<svg role="img" aria-label="curves" {size}>{lines}</svg>'


def _points(right, down, there):
    pairs = zip(right[there], down[there], strict=True)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _write(cell):
    if isinstance(cell, float | np.floating):
        return f"{cell:.4g}"
    return escape(shorten(cell, LONGEST_TEXT)) or "(empty)"


def _embed(file, media_type):
    return f"data:{media_type};base64,{b64encode(file.getvalue()).decode('ascii')}"
