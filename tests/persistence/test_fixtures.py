"""Files of earlier releases are read, and predict what they did then."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

import skmm
from skmm.persistence._record import FORMAT
from tests.persistence.make_fixtures import FOLDER, answer

FILES = sorted(FOLDER.glob("format*/*.skmm"))


def test_there_are_files_of_every_format():
    formats = {path.parent.name for path in FILES}
    assert formats == {f"format{number}" for number in range(1, FORMAT + 1)}
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 200_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("mode", [None, "r"])
def test_an_old_model_is_loaded_and_predicts_what_it_did(path, mode):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the model was saved with", UserWarning)
        model = skmm.load(path, mmap_mode=mode)
    with np.load(path.parent / "answers.npz") as answers:
        found = answer(path.stem, model, answers)
        # Other machines and libraries sum up in another order.
        assert_allclose(found, answers[path.stem], rtol=1e-4, atol=1e-5)
