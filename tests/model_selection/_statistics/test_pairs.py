"""Pairs of models on the same folds."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

from skmm.model_selection import bayesian_ttest, corrected_ttest
from skmm.model_selection._statistics.pairs import adjust_p_values, compare_all_pairs, compare_pair


@pytest.fixture
def scores(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return pd.DataFrame(rng.uniform(0.5, 0.9, size=(5, 4)), columns=["a", "b", "c", "d"])


def test_a_pair_is_told_by_both_tests(scores):
    differences = scores["a"] - scores["c"]
    found = compare_pair(scores["a"], scores["c"], 0.25, 0.02)
    assert_allclose(found.pop("difference"), differences.mean())
    assert_allclose(found.pop("p_value"), corrected_ttest(differences, 0.25).p_value)
    assert found == bayesian_ttest(differences, 0.25, rope=0.02)._asdict()


def test_every_pair_has_a_row(scores):
    table = compare_all_pairs(scores, 0.25, 0.01)
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    assert list(table.index) == pairs
    for a, b in pairs:
        row = table.loc[(a, b)].drop("p_holm")
        assert row.to_dict() == compare_pair(scores[a], scores[b], 0.25, 0.01)
    assert_allclose(table["p_holm"], multipletests(table["p_value"], method="holm")[1])


def test_one_model_is_no_pair(scores):
    assert len(compare_all_pairs(scores[["a"]], 0.25, 0.01)) == 0


def test_adjusted_p_values_are_those_of_statsmodels(global_random_seed):
    p_values = np.random.default_rng(global_random_seed).uniform(size=12) ** 3
    assert_allclose(adjust_p_values(p_values), multipletests(p_values, method="holm")[1])
