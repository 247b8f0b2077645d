"""Cells as HTML."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmm import ModalityError
from skmm.reporting._media import show_cell


def embedded(html):
    """The file inside a data URI."""
    return BytesIO(b64decode(re.search(r"base64,([^\"]+)", html)[1]))


def test_a_small_picture_is_embedded_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 256, size=(20, 30, 3), dtype=np.uint8)
    html = show_cell(pixels)
    assert_array_equal(np.asarray(Image.open(embedded(html))), pixels)
    assert 'alt="image of 30 x 20 pixels"' in html


def test_a_large_picture_becomes_a_thumbnail_of_the_same_proportions(tmp_path):
    path = tmp_path / "large.png"
    Image.new("RGB", (600, 300), "red").save(path)
    assert Image.open(embedded(show_cell(str(path)))).size == (128, 64)


def test_channels_first_and_floats_are_pictures_too():
    pixels = np.linspace(0, 1, 3 * 10 * 12).reshape(3, 10, 12)
    shown = np.asarray(Image.open(embedded(show_cell(pixels))))
    assert_array_equal(shown, np.round(np.moveaxis(pixels, 0, 2) * 255))


def test_a_sound_can_be_played():
    clip = 0.5 * np.sin(np.arange(4000)).astype(np.float32)
    played, rate = soundfile.read(embedded(show_cell(clip, sampling_rate=8000)))
    assert rate == 8000
    assert_allclose(played, clip, atol=1e-4)


def test_a_loud_sound_is_made_softer_and_a_long_one_is_cut():
    clip = np.tile([3.0, -3.0], 60_000)
    played, _ = soundfile.read(embedded(show_cell(clip, sampling_rate=8000)))
    assert len(played) == 80_000
    assert np.abs(played).max() > 0.99


def test_numbers_that_are_not_there_are_silence():
    played, _ = soundfile.read(
        embedded(show_cell(np.array([np.nan, 1.0, 2.0]), sampling_rate=8000))
    )
    assert_allclose(played, [0, 0.5, 1], atol=1e-4)


def test_a_sound_file_can_be_played_and_is_named(tmp_path):
    path = tmp_path / "a & b.wav"
    soundfile.write(path, 0.1 * np.sin(np.arange(8000) / 5), 8000)
    html = show_cell(path)
    played, rate = soundfile.read(embedded(html))
    assert_allclose(len(played) / rate, 1.0, atol=0.01)
    assert "a &amp; b.wav" in html


def test_curves_span_their_box_and_leave_gaps_out():
    values = np.array([[0.0, 10.0], [5.0, np.nan], [10.0, 0.0]])
    lines = re.findall(r'points="([^"]*)"', show_cell(values))
    assert lines == ["0.0,46.0 80.0,24.0 160.0,2.0", "0.0,2.0 160.0,46.0"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, '<span style="color:#888">missing</span>'),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("", "(empty)"),
        (["two", "words"], "two words"),
        (1.23456789, "1.235"),
        (7, "7"),
        (np.full((4, 30), 0.5), "array of shape (4, 30)"),
        (np.zeros((2, 2, 2, 2)), "array of shape (2, 2, 2, 2)"),
        (np.array([1.0]), "array of shape (1, 1)"),
    ],
)
def test_other_cells_are_written(cell, expected):
    assert show_cell(cell) == expected


def test_a_long_text_is_cut():
    assert show_cell("x" * 500) == "x" * 199 + "…"


def test_a_series_of_gaps_is_an_empty_box():
    assert 'points=""' in show_cell(np.full(5, np.nan))


def test_a_broken_file_is_an_error(tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"nothing")
    with pytest.raises(ModalityError):
        show_cell(str(path))
