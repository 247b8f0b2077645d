"""Asking a model with all coalitions."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion, make_frame
from skmm.inspection._coalitions.coalitions import all_coalitions
from skmm.inspection._coalitions.modalities import read_modalities
from skmm.inspection._coalitions.readings import Readings
from skmm.model_selection import FusionSearchCV
from tests.tiny_extractors import Spied

NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def spied(tmp_path):
    """A model of four modalities, samples, and the file that lists what is extracted."""
    log = tmp_path / "log"
    rng = np.random.default_rng(0)
    X = make_frame(**{m: [rng.integers(9, size=3).tolist() for _ in range(20)] for m in NAMES})
    members = [(m, Spied(str(log))) for m in NAMES]
    model = make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression())
    model.fit(X, np.arange(20) % 2)
    log.write_text("")
    return model, X, log


def respond(estimator, X, is_masked):
    return estimator.predict_proba(X)[:, 1]


@pytest.mark.parametrize("removal", ["mask", "permute"])
def test_every_sample_is_extracted_once(spied, removal):
    model, X, log = spied
    readings = Readings(model, X, read_modalities(model, X), removal, n_repeats=3, seed=0)
    found = readings.over(all_coalitions(4), respond)
    assert found.shape == (16, 1 if removal == "mask" else 3, 20)
    assert len(log.read_text().splitlines()) == 4 * 20


def test_of_a_search_every_sample_is_extracted_once(spied):
    model, X, log = spied
    search = GridSearchCV(model, {"logisticregression__C": [0.1]}, cv=2)
    search.fit(X, np.arange(20) % 2)
    log.write_text("")
    X = X.assign(unused=0)
    readings = Readings(search, X, read_modalities(search, X), "mask", n_repeats=1, seed=0)
    found = readings.over(all_coalitions(4), respond)
    assert len(log.read_text().splitlines()) == 4 * 20
    for coalition, of_coalition in zip(all_coalitions(4), found[:, 0], strict=True):
        masked = X.assign(**{m: None for m, kept in zip(NAMES, coalition, strict=True) if not kept})
        assert_array_equal(of_coalition, respond(search, masked, is_masked=True))


def test_what_a_fusion_search_leaves_out_changes_nothing(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    y = np.arange(60) % 2
    X = pd.DataFrame({"told": y + 0.1 * rng.normal(size=60), "noise": rng.normal(size=60)})
    features = [("told", "passthrough"), ("noise", "passthrough")]
    search = FusionSearchCV(features, strategies=["late"], cv=2, random_state=0).fit(X, y)
    assert search.best_strategy_.startswith("told")  # a single modality
    readings = Readings(search, X, read_modalities(search, X), "mask", n_repeats=1, seed=0)
    both, told, noise, none = readings.over(
        np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool), respond
    )
    assert_array_equal(both, told)
    assert_array_equal(noise, none)
    assert_array_equal(both[0], respond(search, X, is_masked=False))
    assert_array_equal(noise[0], respond(search, X.assign(told=np.nan), is_masked=True))


def test_with_all_modalities_there_is_nothing_to_repeat(early, samples):
    X, _ = samples
    calls = []

    def count(estimator, X, is_masked):
        calls.append(is_masked)
        return 0.0

    readings = Readings(early, X, read_modalities(early, X), "permute", n_repeats=3, seed=0)
    assert readings.over(all_coalitions(3), count).shape == (8, 3)
    assert len(calls) == 1 + 3 * 7
    assert not any(calls)


def test_nulls_are_announced(early, samples):
    X, _ = samples
    readings = Readings(early, X, read_modalities(early, X), "mask", n_repeats=3, seed=0)
    found = readings.over(all_coalitions(3), lambda estimator, X, is_masked: float(is_masked))
    assert found.ravel().tolist() == [1] * 7 + [0]


def test_failures_of_the_whole_model_are_not_blamed_on_nulls(early, samples):
    X, _ = samples
    readings = Readings(early, X, read_modalities(early, X), "mask", n_repeats=1, seed=0)

    def fail(estimator, X, is_masked):
        raise ValueError(f"masked: {is_masked}")

    with pytest.raises(ValueError, match="^masked: False$"):
        readings.over(all_coalitions(3), fail)


def test_a_fusion_that_takes_no_nulls_names_the_way_out(samples):
    X, y = samples
    strict = make_pipeline(MultimodalFusion([("image", "passthrough")]), LogisticRegression()).fit(
        X, y
    )
    with pytest.raises(
        ValueError, match='removal="mask" makes: .*the cell is null.*Set removal="permute"'
    ):
        Readings(strict, X, read_modalities(strict, X), "mask", n_repeats=1, seed=0)


def test_the_number_of_processes_changes_nothing(late, samples):
    X, _ = samples
    readings = Readings(late, X, read_modalities(late, X), "permute", n_repeats=2, seed=0)
    coalitions = all_coalitions(3)
    assert_array_equal(readings.over(coalitions, respond, 2), readings.over(coalitions, respond))
