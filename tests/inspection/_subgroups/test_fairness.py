"""Rates of groups, against fairlearn and by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skmm.inspection._subgroups.attributes import read_attributes
from skmm.inspection._subgroups.fairness import fairness_differences, group_rates


def test_rates_of_a_case_by_hand():
    is_positive = np.array([1, 1, 0, 0, 1, 0, 0, 0], dtype=bool)
    is_selected = np.array([1, 0, 1, 0, 1, 1, 0, 0], dtype=bool)
    rates = group_rates(is_positive, is_selected, read_attributes(list("aaaabbbb"), 8))
    assert_allclose(rates.loc[("group", "a")], [1 / 2, 1 / 2, 1 / 2])
    assert_allclose(rates.loc[("group", "b")], [1 / 2, 1, 1 / 3])
    differences = fairness_differences(rates)
    assert_allclose(differences.loc["group"], [0, 1 / 2])


def test_a_group_without_a_class_has_no_rate_of_it():
    rates = group_rates(
        np.array([True, False]), np.array([True, True]), read_attributes(list("ab"), 2)
    )
    assert np.isnan(rates.loc[("group", "a"), "false_positive_rate"])
    assert np.isnan(rates.loc[("group", "b"), "true_positive_rate"])
    assert fairness_differences(rates).loc["group", "equalized_odds_difference"] == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_differences_are_those_of_fairlearn(weighted, global_random_seed):
    from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference

    rng = np.random.default_rng(global_random_seed)
    y, predicted = rng.integers(0, 2, size=(2, 200))
    groups = pd.DataFrame({"three": rng.integers(0, 3, 200), "two": rng.integers(0, 2, 200)})
    weight = rng.uniform(size=200) if weighted else None
    rates = group_rates(y == 1, predicted == 1, read_attributes(groups, 200), weight)
    found = fairness_differences(rates)
    for name in groups:
        given = {"sensitive_features": groups[name], "sample_weight": weight}
        expected = [
            demographic_parity_difference(y, predicted, **given),
            equalized_odds_difference(y, predicted, **given),
        ]
        assert_allclose(found.loc[name], expected, rtol=1e-12)
