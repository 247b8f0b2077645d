"""The table of a comparison."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from skmm.model_selection._table import make_table

RESULTS = pd.DataFrame(
    {
        "model": ["a"] * 5 + ["b"] * 5 + ["early"] * 5,
        "fold": [0, 1, 2, 3, 4] * 3,
        "score": [0.5] * 5 + [0.6, 0.61, 0.6, 0.62, 0.6] + [0.62, 0.62, 0.63, 0.62, 0.62],
        "fit_time": [1.0, 2, 3, 4, 5] * 3,
        "score_time": [0.1] * 15,
    }
)


def test_a_fusion_is_tested_against_the_best_single_modality():
    table, _ = make_table(RESULTS, ["a", "b"], test_over_train=0.25)
    # early - b is .02 .01 .03 0 .02, the worked example of the corrected t-test
    assert_allclose(table.loc["early", "difference"], 0.016)
    assert_allclose(table.loc["early", "p_value"], 0.104605, atol=5e-7)


def test_the_kind_of_every_row_is_told():
    table, _ = make_table(RESULTS, ["a", "b"], test_over_train=0.25)
    assert table["kind"].tolist() == ["single modality", "best single modality", "fusion"]


def test_of_two_equally_good_modalities_the_first_is_the_best():
    twins = RESULTS.assign(score=0.5)
    table, _ = make_table(twins, ["a", "b"], test_over_train=0.25)
    assert table.loc["a", "kind"] == "best single modality"
    assert table.loc["b", "p_value"] == 1


def test_times_are_means_over_the_folds():
    table, _ = make_table(RESULTS, [], test_over_train=0.25)
    assert_allclose(table["fit_time"], 3)
    assert_allclose(table["score_time"], 0.1)


def test_scores_are_in_the_order_of_folds_and_models():
    _, scores = make_table(RESULTS, ["a"], test_over_train=0.25)
    assert_allclose(scores, RESULTS["score"].to_numpy().reshape(3, 5).T)
    assert (scores.index.name, scores.columns.name) == ("fold", "model")


def test_without_single_modalities_nothing_is_tested():
    table, _ = make_table(RESULTS, [], test_over_train=0.25)
    assert np.isnan(table[["difference", "p_value"]]).all(axis=None)
    assert (table["kind"] == "fusion").all()
