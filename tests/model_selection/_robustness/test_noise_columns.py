"""What a column holds, and noise for it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from skmm import ModalityError, make_frame
from skmm.frame import TensorArray
from skmm.model_selection._robustness.noise_arrays import disturb, measure_scale
from skmm.model_selection._robustness.noise_columns import prepare_column
from skmm.model_selection._robustness.noise_texts import TEXT_NOISES

VALUES = np.random.default_rng(0).normal(size=(6, 4))


def make_noisy(column, noise=None, level=0.5, seed=0):
    column = pd.Series(column, name="m")
    chosen, make = prepare_column(column, noise, sampling_rate=None)
    return chosen, make(level, np.random.RandomState(seed))


def expected_noise(samples, noise="gaussian", level=0.5):
    return disturb(samples, noise, level, measure_scale(samples), np.random.RandomState(0))


def test_a_column_of_arrays_is_disturbed_in_its_dtype():
    for samples in (VALUES, (VALUES * 50 + 100).astype(np.uint8).reshape(6, 2, 2)):
        chosen, noisy = make_noisy(TensorArray(samples))
        assert chosen == "gaussian"
        assert_array_equal(noisy.tensor, expected_noise(samples))


def test_what_lies_in_missing_cells_changes_nothing():
    present = np.array([True, True, False, True, False, True])
    filled = [np.where(present[:, None], VALUES, filler) for filler in (0, 1e6, np.nan)]
    columns = [make_noisy(TensorArray(values, present))[1] for values in filled]
    for column in columns:
        assert_array_equal(column.present, present)
        assert_array_equal(column.tensor[present], columns[0].tensor[present])
    spread = VALUES[present].std(axis=0)
    eps = np.random.RandomState(0).standard_normal((6, 4))
    expected = (VALUES + 0.5 * spread * eps)[present]
    np.testing.assert_allclose(columns[0].tensor[present], expected)


def test_token_ids_lose_words_unless_they_are_sounds():
    ids = np.arange(1, 13).reshape(3, 4)
    chosen, noisy = make_noisy(TensorArray(ids), level=1)
    assert chosen == "drop_words"
    assert_array_equal(noisy.tensor, np.zeros((3, 4)))
    chosen, noisy = make_noisy(TensorArray(ids.astype(np.int16)), "gaussian")
    assert_array_equal(noisy.tensor, expected_noise(ids.astype(np.int16)))


def test_whole_numbers_stay_whole():
    _, noisy = make_noisy(np.arange(50))
    assert noisy.dtype == np.arange(50).dtype
    assert (noisy != np.arange(50)).any()


def test_numbers_are_disturbed_and_gaps_stay():
    numbers = np.array([1.0, np.nan, 3.0, 8.0])
    chosen, noisy = make_noisy(numbers)
    assert chosen == "gaussian"
    eps = np.random.RandomState(0).standard_normal(4)
    np.testing.assert_allclose(noisy, numbers + 0.5 * np.nanstd(numbers) * eps)


def test_arrays_of_several_lengths_are_disturbed_one_by_one():
    cells = np.array([np.arange(3.0), None, np.arange(5.0)], dtype=object)
    chosen, noisy = make_noisy(cells)
    assert chosen == "gaussian"
    assert noisy[1] is None
    assert [len(noisy[0]), len(noisy[2])] == [3, 5]
    assert (noisy[0] != cells[0]).all()
    lists = make_noisy(np.array([[0.0, 1.0, 2.0], None, [0.0, 1.0, 2.0, 3.0, 4.0], 0], object)[:3])
    assert_array_equal(lists[1][2], noisy[2])


@pytest.mark.parametrize("dtype", ["str", "string", "object"])
def test_texts_lose_characters_and_keep_their_dtype(dtype):
    texts = pd.Series(["a cat", None, "the dog"], dtype=dtype)
    chosen, noisy = make_noisy(texts)
    assert chosen == "drop_characters"
    random_state = np.random.RandomState(0)
    expected = [TEXT_NOISES[chosen](text, 0.5, random_state) for text in ("a cat", "the dog")]
    assert [noisy[0], noisy[2]] == expected
    assert pd.isna(noisy[1])
    assert noisy.dtype == texts.dtype


def test_lists_of_words_are_texts():
    words = make_frame(m=[["a", "cat"], ["the", "dog"]])["m"]
    assert make_noisy(words, "drop_words", level=1)[1].tolist() == [[], []]


def test_files_are_read(tmp_path):
    pixels = np.random.default_rng(0).integers(256, size=(2, 5, 4, 3), dtype=np.uint8)
    paths = [tmp_path / f"{number}.png" for number in (0, 1)]
    for picture, path in zip(pixels, paths, strict=True):
        Image.fromarray(picture).save(path)
    from_paths = make_noisy([str(paths[0]), None, str(paths[1])])[1]
    assert pd.isna(from_paths[1])
    from_arrays = make_noisy(np.array([pixels[0], None, pixels[1]], dtype=object))[1]
    assert_array_equal(from_paths[0], from_arrays[0])
    assert from_paths[2].dtype == np.uint8


def test_a_file_that_cannot_be_read_is_named_with_its_row(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    cells = pd.Series([tmp_path / "a.png", tmp_path / "b.png"], index=["x", "y"], dtype=object)
    with pytest.raises(ModalityError, match=r"modality 'm', row 1 \(index 'y'\).*no such file"):
        make_noisy(cells)


def test_files_that_cannot_be_read_at_all_are_named_with_the_modality():
    with pytest.raises(ModalityError, match="modality 'm': the cells are files of sounds"):
        make_noisy(pd.Series([Path("a.wav")], dtype=object))


@pytest.mark.parametrize(
    ("cells", "noise", "message"),
    [
        (TensorArray(VALUES), "drop_words", "'drop_words' is not for arrays of numbers; choose"),
        (VALUES[:, 0], "drop_frames", "'drop_frames' is not for numbers; choose"),
        (["a cat"], "gaussian", "'gaussian' is not for texts; choose"),
        (["a cat"], "drop_word", "choose one of.*did you mean 'drop_words'"),
        ([{"a": 1}], None, r"row 0 \(index 0\): no noise is known for a cell of type dict"),
        ([[[1.0], [1.0, 2.0]]], None, "no noise is known for a cell of type list"),
        (["a cat", 3], None, r"row 1 \(index 1\): the cell is of type int, and others are texts"),
        ([None, None], None, "missing in every sample"),
    ],
)
def test_what_cannot_be_disturbed_is_named(cells, noise, message):
    cells = cells if not isinstance(cells, list) else pd.Series(cells, dtype=object)
    with pytest.raises(ModalityError, match=f"modality 'm'.*{message}"):
        make_noisy(cells, noise)
