"""Files as cells."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from skmm import ModalityError
from skmm.model_selection._robustness.noise_files import choose_reader, is_file


def test_a_text_that_ends_like_a_file_is_none_unless_there_is_one(tmp_path):
    assert not is_file("look at my.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "my.PNG")
    assert is_file(str(tmp_path / "my.PNG"))
    assert is_file(Path("nowhere.png"))  # what it is for is clear; reading it will fail
    (tmp_path / "text").write_text("")
    assert not is_file(str(tmp_path / "text"))
    assert not is_file(3)


def test_pictures_come_in_color(tmp_path):
    pixels = np.random.default_rng(0).integers(256, size=(5, 4, 3), dtype=np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    assert_array_equal(choose_reader(path, sampling_rate=None)(path), pixels)


def test_recordings_come_as_they_are(tmp_path):
    recording = np.random.default_rng(0).normal(size=(9, 2))
    np.save(tmp_path / "a.npy", recording)
    path = str(tmp_path / "a.npy")
    assert_array_equal(choose_reader(path, sampling_rate=None)(path), recording)


def test_sounds_come_at_the_rate_that_is_wanted(tmp_path):
    clip = np.sin(np.arange(8000) / 20) / 2
    path = tmp_path / "a.wav"
    soundfile.write(path, clip, 8000, subtype="FLOAT")
    assert_allclose(choose_reader(path, sampling_rate=8000)(path), clip, atol=1e-6)
    assert len(choose_reader(path, sampling_rate=4000)(path)) == 4000


def test_sounds_need_a_sampling_rate():
    with pytest.raises(ModalityError, match="files of sounds.*give sampling_rate="):
        choose_reader("a.wav", sampling_rate=None)


def test_other_files_are_refused():
    with pytest.raises(ModalityError, match=r"no noise is known for files such as 'a\.pdf'"):
        choose_reader(Path("a.pdf"), sampling_rate=None)
