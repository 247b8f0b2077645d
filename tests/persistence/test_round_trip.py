"""Whatever skmm can fit comes back from a file, here and in another process, and predicts the same.

tests/test_common.py shows it for one of each public estimator, fitted and not, and refits it.
"""

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import skmm
from skmm import LateFusionClassifier, compare_fusions
from skmm.nn import MultitaskFusion
from skmm.persistence import TRUSTED
from skmm.persistence._nodes import types_of
from skmm.retrieval import CrossModalRetriever
from tests.persistence.corpus import members_of
from tests.persistence.variants import DENSE, Y, fitted_variants
from tests.test_common import output, toy_data
from tests.toys import EXTRACTORS, NUMERIC, PAIRED, shared_directions


def answer(model, X):
    """What a fitted model says of X."""
    if isinstance(model, MultitaskFusion) or isinstance(getattr(model, "classes_", None), list):
        return np.asarray(model.predict(X))
    return output(getattr(model, "best_estimator_", model), X)


def describe(model):
    """The repr of a model, without the addresses of callbacks."""
    return re.sub(r" at 0x\w+", "", repr(model))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Name, fitted model, X and answer of all toys and variants."""
    with threadpool_limits(1):
        found = [
            (f"{name} {number}", instance.fit(*toy_data(instance)), toy_data(instance)[0])
            for name, instances in (NUMERIC | PAIRED).items()
            for number, instance in enumerate(map(clone, instances))
            if instance.get_params().get("index_type") != "hnsw"  # see the test of it
        ]
        for name, (extractor, samples) in EXTRACTORS.items():
            found.append((name, clone(extractor).fit(samples()), samples()))
        found += fitted_variants(tmp_path_factory.mktemp("variants"))
        return [(name, model, X, answer(model, X)) for name, model, X in found]


@pytest.fixture(scope="module")
def files(models, tmp_path_factory):
    """The folder of the files of all models."""
    folder = tmp_path_factory.mktemp("files")
    for position, (_, model, _, _) in enumerate(models):
        skmm.dump(model, folder / f"{position}.skmm")
    return folder


@pytest.mark.parametrize("mode", [None, "r"])
def test_every_model_predicts_the_same_to_the_bit(models, files, mode):
    for position, (name, _, X, expected) in enumerate(models):
        again = skmm.load(files / f"{position}.skmm", mmap_mode=mode)
        assert_array_equal(answer(again, X), expected, name)


def test_every_model_predicts_the_same_in_another_process(models, files, tmp_path):
    """By skmm, pickle and joblib."""
    pickled = [model for _, model, _, _ in models]
    unfitted = [clone(model) for model in pickled]
    (tmp_path / "pickle").write_bytes(pickle.dumps((pickled, unfitted)))
    joblib.dump(pickled, tmp_path / "joblib")
    joblib.dump([X for _, _, X, _ in models], tmp_path / "X")
    code = """
import pickle, sys, joblib, skmm
from tests.persistence.test_round_trip import answer, describe
folder, files = sys.argv[1:]
X = joblib.load(f"{folder}/X")
pickled, unfitted = pickle.load(open(f"{folder}/pickle", "rb"))
kept = [skmm.load(f"{files}/{position}.skmm") for position in range(len(X))]
ways = {"pickle": pickled, "joblib": joblib.load(f"{folder}/joblib"), "skmm": kept}
answers = {way: [answer(m, x) for m, x in zip(models, X)] for way, models in ways.items()}
joblib.dump((answers, list(map(describe, unfitted))), f"{folder}/answers")
"""
    root = Path(skmm.__file__).parents[1]
    command = [sys.executable, "-W", "ignore", "-c", code, tmp_path, files]
    subprocess.run(command, check=True, cwd=root)
    answers, reprs = joblib.load(tmp_path / "answers")
    assert reprs == list(map(describe, unfitted))
    for way, given in answers.items():
        for (name, _, _, expected), found in zip(models, given, strict=True):
            assert_array_equal(found, expected, f"{name} by {way}")


def test_unfitted_models_come_back(models, tmp_path):
    for name, model, _, _ in models:
        skmm.dump(clone(model), tmp_path / "model")
        assert describe(skmm.load(tmp_path / "model")) == describe(model), name


def test_every_trusted_type_of_skmm_is_needed(models, files):
    found = set()
    for path in files.iterdir():
        found |= types_of(json.loads(members_of(path.read_bytes())["schema.json"]))
    mine = {name for name in TRUSTED if name.startswith("skmm.")}
    assert mine <= found


def test_a_graph_of_neighbors_is_refused(tmp_path):
    """Its bytes would go to the C++ of faiss as they are in the file."""
    retriever = CrossModalRetriever(n_components=2, index_type="hnsw").fit(
        shared_directions()[["a", "b"]]
    )
    with pytest.raises(TypeError, match="HnswIndex"):
        skmm.dump(retriever, tmp_path / "model")


def test_a_comparison_comes_back_with_its_tables(tmp_path):
    members = [("a", LogisticRegression()), ("b", LogisticRegression())]
    comparison = compare_fusions({"late": LateFusionClassifier(members)}, DENSE, Y, cv=3)
    skmm.dump(comparison, tmp_path / "comparison")
    again = skmm.load(tmp_path / "comparison")
    pd.testing.assert_frame_equal(again.table, comparison.table)
    pd.testing.assert_frame_equal(again.scores, comparison.scores)
    assert again.score_name == comparison.score_name
    assert again.plot().ax_.get_xlabel() == "accuracy"


def test_files_hold_no_moments_of_optimizers_and_no_pickles(files):
    for path in files.iterdir():
        for name, content in members_of(path.read_bytes()).items():
            assert b"exp_avg" not in content, (path, name)
            assert b"optimizer_state" not in content, (path, name)
            assert not content.startswith(b"\x80"), (path, name)
