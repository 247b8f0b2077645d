import numpy as np
import pandas as pd
import pytest

from skmm import make_frame
from skmm.realtime._sample import as_row, read_sample

PIXELS = np.arange(16.0).reshape(4, 4)


def test_a_row_of_a_frame_is_read_as_the_cells_it_was_made_of():
    cells = read_sample(make_frame(image=PIXELS[np.newaxis], text=["a cat"], age=[None]))
    assert list(cells) == ["image", "text", "age"]
    np.testing.assert_array_equal(cells["image"], PIXELS)
    assert cells["text"] == "a cat"
    assert pd.isna(cells["age"])


def test_cells_become_a_frame_of_one_row():
    frame = as_row({"image": PIXELS, "text": None, "age": 4.5})
    np.testing.assert_array_equal(frame["image"].array.tensor, PIXELS[np.newaxis])
    assert frame.isna().to_numpy().tolist() == [[False, True, False]]


def test_numbers_without_names_are_left_to_the_model():
    row = np.ones((1, 3))
    assert read_sample(row) == {}
    assert as_row(row) is row


@pytest.mark.parametrize("n_rows", [0, 2])
def test_several_rows_are_refused(n_rows):
    with pytest.raises(ValueError, match=f"the sample has {n_rows} rows, where one is expected"):
        read_sample(make_frame(age=[1.0, 2.0])[:n_rows])


def test_a_name_that_is_no_string_is_refused():
    with pytest.raises(TypeError, match="has a cell under 3, a int; the names .* are strings"):
        read_sample({"text": "a cat", 3: 1.0})


def test_what_is_no_sample_is_refused():
    with pytest.raises(TypeError, match="the sample is a str; give a dict"):
        read_sample("a cat")
