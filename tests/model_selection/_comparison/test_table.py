"""The table of a comparison."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from skmm.model_selection._comparison.table import COSTS, make_table, pivot_scores

RESULTS = pd.DataFrame(
    {
        "model": ["a"] * 5 + ["b"] * 5 + ["early"] * 5,
        "fold": [0, 1, 2, 3, 4] * 3,
        "score": [0.5] * 5 + [0.6, 0.61, 0.6, 0.62, 0.6] + [0.62, 0.62, 0.63, 0.62, 0.62],
        "fit_time": [1.0, 2, 3, 4, 5] * 3,
        "score_time": [0.1] * 15,
        "search_time": [0.0] * 10 + [7.0] * 5,
        "n_extractions": [10.0] * 5 + [np.nan] * 5 + [20, 10, 10, 10, 10],
        "model_size": [2000.0, 2100, 2000, 2100, 2050] * 3,
    }
)


def test_a_fusion_is_tested_against_the_best_single_modality():
    table = make_table(RESULTS, ["a", "b"], test_over_train=0.25, rope=0.01)
    # early - b is .02 .01 .03 0 .02, the worked example of both tests
    assert_allclose(table.loc["early", "difference"], 0.016)
    assert_allclose(table.loc["early", "p_value"], 0.104605, atol=5e-7)
    p_values = table.loc["early", ["p_worse", "p_equivalent", "p_better"]].astype(float)
    assert_allclose(p_values, (0.013647, 0.224663, 0.761690), atol=5e-7)


def test_what_is_of_no_consequence_can_be_said():
    table = make_table(RESULTS, ["a", "b"], test_over_train=0.25, rope=0.5)
    assert table.loc["early", "p_equivalent"] > 0.99


def test_the_kind_of_every_row_is_told():
    table = make_table(RESULTS, ["a", "b"], test_over_train=0.25, rope=0.01)
    assert table["kind"].tolist() == ["single modality", "best single modality", "fusion"]


def test_of_two_equally_good_modalities_the_first_is_the_best():
    twins = RESULTS.assign(score=0.5)
    table = make_table(twins, ["a", "b"], test_over_train=0.25, rope=0.01)
    assert table.loc["a", "kind"] == "best single modality"
    assert table.loc["b", "p_value"] == 1
    assert table.loc["b", "p_equivalent"] == 1


def test_costs_are_means_over_the_folds():
    table = make_table(RESULTS, [], test_over_train=0.25, rope=0.01)
    expected = [3, 0.1, 7, 12, 2050]
    assert_allclose(table.loc["early", COSTS].astype(float), expected)
    assert_allclose(table["search_time"], [0, 0, 7])


def test_scores_are_in_the_order_of_folds_and_models():
    scores = pivot_scores(RESULTS)
    assert_allclose(scores, RESULTS["score"].to_numpy().reshape(3, 5).T)
    assert (scores.index.name, scores.columns.name) == ("fold", "model")
    table = make_table(RESULTS, [], test_over_train=0.25, rope=0.01)
    assert table.index.name == "model"
    assert_allclose(table["mean_score"], scores.mean())


def test_without_single_modalities_nothing_is_tested():
    table = make_table(RESULTS, [], test_over_train=0.25, rope=0.01)
    assert np.isnan(table[["difference", "p_value", "p_better"]]).all(axis=None)
    assert (table["kind"] == "fusion").all()


def test_the_best_single_modality_is_not_compared_with_itself():
    row = make_table(RESULTS, ["a", "b"], test_over_train=0.25, rope=0.01).loc["b"]
    assert row["difference"] == 0
    assert row[["p_value", "p_worse", "p_equivalent", "p_better"]].isna().all()
