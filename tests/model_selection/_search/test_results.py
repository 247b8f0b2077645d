"""The tables of a search."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.model_selection._search.candidates import Candidate
from skmm.model_selection._search.race import Outcome
from skmm.model_selection._search.results import compare_complete, tabulate


def outcome(name, scores, status="complete", reason="", is_single=False):
    records = [
        {
            "model": name,
            "fold": fold,
            "score": score,
            "fit_time": 2.0 + fold,
            "score_time": 1.0,
            "search_time": 0.0,
            "n_extractions": 0.0,
            "model_size": 10.0,
            "candidate": None,
        }
        for fold, score in enumerate(scores)
    ]
    return Outcome(Candidate(name, None, is_single), records, status, reason)


OUTCOMES = [
    outcome("image", [0.5, 0.6, 0.7], is_single=True),
    outcome("late", [0.7, 0.9, 0.8]),
    outcome("early", [0.6], "eliminated", "rank 3 of 3"),
    outcome("deep", [], "out of time", "needs 9 s"),
]


def test_every_candidate_has_a_row_with_what_there_is_of_it():
    table = tabulate(OUTCOMES, 3)
    assert table["strategy"].tolist() == ["image", "late", "early", "deep"]
    assert table["n_folds"].tolist() == [3, 3, 1, 0]
    assert table["status"].tolist() == ["complete", "complete", "eliminated", "out of time"]
    assert_allclose(table["mean_test_score"], [0.6, 0.8, 0.6, np.nan])
    assert_allclose(table["std_test_score"], [np.std([5, 6, 7]) / 10] * 2 + [0, np.nan])
    assert_allclose(table["mean_fit_time"], [3, 3, 2, np.nan])
    assert_allclose(table["split1_test_score"], [0.6, 0.9, np.nan, np.nan])


def test_ranks_are_among_the_complete():
    assert_allclose(tabulate(OUTCOMES, 3)["rank_test_score"], [2, 1, np.nan, np.nan])


def test_the_complete_are_compared():
    comparison = compare_complete(OUTCOMES, test_over_train=0.5, score_name="accuracy")
    assert comparison.table["kind"].to_dict() == {"image": "best single modality", "late": "fusion"}
    assert comparison.singles == ["image"]
    assert_allclose(comparison.table.loc["late", "difference"], 0.2)
    assert comparison.score_name == "accuracy"


def test_single_modalities_come_first():
    comparison = compare_complete([OUTCOMES[1], OUTCOMES[0]], test_over_train=0.5)
    assert comparison.table.index.tolist() == ["image", "late"]


def test_where_nothing_is_complete_the_reasons_are_told():
    with pytest.raises(
        ValueError, match="no strategy could be scored.*deep: out of time, needs 9 s"
    ):
        compare_complete(OUTCOMES[2:], test_over_train=0.5)
