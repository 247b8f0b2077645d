"""A cell is drawn as what it is."""

import numpy as np
import pandas as pd
import pytest
import soundfile
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmm import ModalityError
from skmm.inspection._pictures.drawing import as_picture, draw_cell, kind_of_cell


@pytest.fixture
def ax():
    return Figure().add_subplot()


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (None, "missing"),
        (np.nan, "missing"),
        (pd.NA, "missing"),
        ("folder/a.PNG", "image"),
        ("b.flac", "sound"),
        ("a sentence.", "text"),
        (["a", "list", "of", "words"], "text"),
        (np.zeros((8, 8), dtype=np.uint8), "image"),
        (np.zeros((8, 8, 3)), "image"),
        ("I saw it in cat.jpg", "text"),
        (3.2, "number"),
        (np.int64(3), "number"),
        (True, "number"),
        (np.zeros(300), "series"),
        (np.zeros((30, 4)), "series"),
    ],
)
def test_the_kind_of_a_cell(cell, kind):
    assert kind_of_cell(cell) == kind


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (1, 4, 5), (2, 4, 5)])
def test_one_channel_is_gray(shape):
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert_array_equal(as_picture(pixels), np.arange(20).reshape(4, 5))


@pytest.mark.parametrize("shape", [(4, 5, 3), (3, 4, 5)])
def test_three_channels_are_colors_and_come_last(shape):
    picture = as_picture(np.random.default_rng(0).random(shape))
    assert picture.shape == (4, 5, 3)


def test_numbers_of_any_range_become_those_of_a_picture():
    assert_allclose(as_picture(np.array([[-2.0, 0], [2, 6]])), [[0, 0.25], [0.5, 1]])
    assert_allclose(as_picture(np.array([[0.2, 0.4]])), [[0.2, 0.4]])
    assert_allclose(as_picture(np.full((2, 2), 7.0)), np.zeros((2, 2)))


def test_a_file_is_drawn_as_what_is_in_it(ax, tmp_path):
    Image.new("RGB", (6, 4), (255, 0, 0)).save(tmp_path / "a.png")
    draw_cell(ax, tmp_path / "a.png")
    assert_allclose(ax.images[0].get_array(), np.tile([1.0, 0, 0], (4, 6, 1)))


def test_a_sound_is_drawn_sample_by_sample(ax, tmp_path):
    clip = np.sin(np.arange(500) / 20).astype(np.float32) / 2
    soundfile.write(tmp_path / "a.wav", clip, 22_050, subtype="FLOAT")
    draw_cell(ax, str(tmp_path / "a.wav"))
    assert_allclose(ax.lines[0].get_ydata(), clip)


def test_few_channels_are_lines_and_many_a_map(ax):
    draw_cell(ax, np.zeros((30, 3)))
    assert len(ax.lines) == 3
    draw_cell(ax, np.zeros((30, 12)))
    assert ax.images[0].get_array().shape == (12, 30)


def test_a_long_text_is_cut_and_a_dollar_is_no_formula(ax):
    draw_cell(ax, "costs $5 or $6 " + "and so on " * 100)
    text = ax.texts[0].get_text()
    assert text.startswith(r"costs \$5 or \$6")
    assert text.endswith("…")
    assert len(text) < 220


def test_a_file_may_have_spaces_in_its_name(tmp_path):
    Image.new("L", (6, 4)).save(tmp_path / "a cat.png")
    assert kind_of_cell(str(tmp_path / "a cat.png")) == "image"


def test_a_number_is_written(ax):
    draw_cell(ax, np.float32(3.14159))
    assert ax.texts[0].get_text() == "3.142"


def test_what_is_missing_is_said(ax):
    draw_cell(ax, None)
    assert ax.texts[0].get_text() == "missing"


def test_a_cell_without_a_picture_is_refused(ax):
    with pytest.raises(ModalityError, match=r"shape \(2, 2, 2, 2\), which has no picture"):
        draw_cell(ax, np.zeros((2, 2, 2, 2)))


def test_a_file_that_is_not_there_is_an_error(ax):
    with pytest.raises(ModalityError, match="there is no such file"):
        draw_cell(ax, "nowhere.png")
