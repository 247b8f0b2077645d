import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from scipy import sparse

from skmm import ModalityError
from skmm._validation import (
    all_or_nothing,
    did_you_mean,
    draw_seed,
    is_null,
    make_rng,
    refuse_dict,
    refuse_empty,
)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "no samples"),
        ({"modality": "audio"}, "modality 'audio': no samples"),
        ({"modality": "audio", "row": 3}, "modality 'audio', row 3: no samples"),
        (
            {"modality": "audio", "row": 3, "index": "cat_07"},
            "modality 'audio', row 3 (index 'cat_07'): no samples",
        ),
    ],
)
def test_modality_error_says_where(place, text):
    assert str(ModalityError("no samples", **place)) == text


def test_modality_error_survives_pickling():
    error = pickle.loads(pickle.dumps(ModalityError("bad", modality="a", row=1, index="x")))
    assert str(error) == "modality 'a', row 1 (index 'x'): bad"
    assert (error.modality, error.row, error.index) == ("a", 1, "x")


def fail():
    raise ModalityError("bad", modality="a", row=1)


def test_modality_error_survives_a_worker_process():
    with pytest.raises(ModalityError, match="modality 'a', row 1: bad"):
        Parallel(n_jobs=2)([delayed(fail)(), delayed(fail)()])


def test_an_error_can_be_moved():
    error = ModalityError("bad", modality="a").at(row=2)
    assert (error.modality, error.row) == ("a", 2)


@pytest.mark.parametrize("cell", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_every_null_is_null(cell):
    assert is_null(cell)


@pytest.mark.parametrize("cell", ["", b"", 0, False, np.array([]), np.array([np.nan]), []])
def test_empty_is_not_null(cell):
    assert not is_null(cell)


def test_a_dict_is_refused_but_not_a_sparse_array_that_is_one():
    with pytest.raises(TypeError, match=r"X is a dict of 2 modalities.*make_frame\(\*\*X\)"):
        refuse_dict({"a": 1, "b": 2})
    refuse_dict(sparse.dok_array((2, 2)))


class Model:
    def __init__(self):
        self.old_ = 1

    def fit(self, error):
        with all_or_nothing(self):
            self.old_, self.new_ = 2, 3
            if error:
                raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failed_fit_leaves_nothing_behind(error):
    model = Model()
    with pytest.raises(error):
        model.fit(error)
    assert vars(model) == {"old_": 1}
    model.fit(None)
    assert vars(model) == {"old_": 2, "new_": 3}


def test_a_frame_without_samples_is_refused():
    refuse_empty(pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\) \(shape=\(0, 1\)\)"):
        refuse_empty(pd.DataFrame({"a": []}))


def test_the_nearest_name_is_suggested_if_one_is_near():
    assert did_you_mean("audios", ["audio", "text"]) == "; did you mean 'audio'?"
    assert did_you_mean("xyz", ["audio", "text"]) == ""


def test_a_seed_comes_from_the_random_state():
    assert draw_seed(3) == draw_seed(np.random.RandomState(3)) != draw_seed(4)
    assert type(draw_seed(3)) is int


def test_no_random_state_draws_anew_and_leaves_numpys_alone():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    assert draw_seed(None) != draw_seed(None)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    generator = np.random.RandomState(0)
    assert make_rng(generator) is generator
