"""Hashes of models and data."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmm import LateFusionClassifier, make_frame
from skmm.image import HOGExtractor
from skmm.model_selection._comparison.fingerprint import hash_object, hash_rows


def make_late(**options):
    member = make_pipeline(HOGExtractor(size=(16, 16)), LogisticRegression(**options))
    return LateFusionClassifier([("image", member)])


def test_equal_models_have_one_hash():
    assert hash_object(make_late(C=2)) == hash_object(make_late(C=2))
    assert hash_object(make_late(C=2)) != hash_object(make_late(C=3))


def test_code_of_a_public_class_may_move(monkeypatch):
    before = hash_object(make_late())
    monkeypatch.setattr(LateFusionClassifier, "__module__", "skmm.fusion._elsewhere")
    assert hash_object(make_late()) == before


def test_what_changes_no_result_changes_no_hash():
    plain = HOGExtractor()
    assert hash_object(plain) == hash_object(HOGExtractor(memory="x", n_jobs=2, verbose=True))
    assert hash_object(plain) != hash_object(HOGExtractor(orientations=7))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, 1.5),
        (True, 1),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        (np.float64(1.5), np.float64(1.25)),
        (np.zeros(2), np.zeros(3)),
        (StratifiedKFold(3), StratifiedKFold(4)),
        (np.sum, np.mean),
        (LogisticRegression(), LogisticRegression),
    ],
)
def test_what_differs_has_another_hash(one, other):
    assert hash_object(one) != hash_object(other)
    assert hash_object([one]) == hash_object([one])


def test_order_of_parameters_does_not_matter():
    assert hash_object({"a": 1, "b": [2.5]}) == hash_object({"b": [2.5], "a": 1})


def test_what_cannot_be_told_from_its_like_is_refused():
    with pytest.raises(ValueError, match="cannot be told from its like.*define functions in a mod"):
        hash_object(FunctionTransformer(lambda X: X))


HASHES = """
import numpy as np
from sklearn.svm import SVC
from skmm import make_frame
from skmm.model_selection._comparison.fingerprint import hash_object, hash_rows
X = make_frame(image=np.ones((3, 4, 4)), text=["a", None, "b"], n=[1, 2, 3])
hashes = [hash_rows(X), hash_object([SVC(), {"x", "y", "z"}, np.array(["a", "b"], object)])]
"""


def test_another_process_finds_the_same_hashes():
    run = [sys.executable, "-c", f"{HASHES}print(hashes)"]
    done = subprocess.run(
        run, env=os.environ | {"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    here = {}
    exec(HASHES, here)
    assert done.stdout.strip() == str(here["hashes"])


@pytest.fixture
def frame(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"123")
    return make_frame(
        image=[np.zeros((2, 2)), None],
        clip=[np.zeros(3), np.zeros(4)],
        text=["a", "b"],
        path=[str(tmp_path / "picture.png"), None],
        weight=[1.5, 2.5],
    )


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("image", [np.zeros((2, 2)), np.zeros((2, 2))]),
        ("clip", [np.zeros(3), np.ones(4)]),
        ("text", ["a", None]),
        ("path", [None, None]),
        ("weight", [1.5, 2.0]),
    ],
)
def test_every_cell_counts(frame, column, cells):
    assert hash_rows(frame.copy()) == hash_rows(frame)
    assert hash_rows(frame.assign(**{column: make_frame(c=cells)["c"]})) != hash_rows(frame)


def test_names_count_and_labels_do_not(frame):
    assert hash_rows(frame.set_axis(["u", "v"])) == hash_rows(frame)
    assert hash_rows(frame.rename(columns={"text": "words"})) != hash_rows(frame)


def test_a_file_that_was_touched_is_another(frame):
    before = hash_rows(frame)
    os.utime(frame.loc[0, "path"], ns=(1, 1))
    assert hash_rows(frame) != before


def test_what_lies_in_a_missing_cell_does_not_count(frame):
    tensor, present = frame["image"].array.tensor.copy(), frame["image"].array.present
    tensor[~present] = 7
    other = frame.assign(image=type(frame["image"].array)(tensor, present))
    assert hash_rows(other) == hash_rows(frame)


def test_matrices_are_told_apart():
    assert hash_rows(np.eye(3)) == hash_rows(np.eye(3))
    assert hash_rows(np.eye(3)) != hash_rows(np.ones((3, 3)))
    assert hash_rows(pd.DataFrame(np.eye(3))) != hash_rows(pd.DataFrame(np.ones((3, 3))))


def test_what_is_frozen_is_told_apart_by_what_it_has_learned():
    one, same, other = (
        FrozenEstimator(StandardScaler().fit(np.eye(3) * scale)) for scale in (1, 1, 2)
    )
    assert hash_object([one]) == hash_object([same])
    assert hash_object([one]) != hash_object([other])
