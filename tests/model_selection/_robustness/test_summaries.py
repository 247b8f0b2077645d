"""Robustness summed up."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import trapezoid

from skmm.model_selection import effective_robustness, relative_robustness

F, BASE = [0.8, 0.7, 0.6], [0.75, 0.6, 0.5]


def test_published_formulas_give_the_known_values():
    assert_allclose(relative_robustness(F, [0, 0.1, 0.2]), 0.14)
    assert_allclose(effective_robustness(F, BASE), 0.10)


def test_the_area_is_that_of_scipy_for_uneven_levels():
    scores, levels = np.random.default_rng(0).uniform(size=(2, 6, 3))
    levels = np.sort(levels[:, 0])
    assert_allclose(relative_robustness(scores, levels), trapezoid(scores, levels, axis=0))


def test_over_levels_from_0_to_1_the_area_of_a_constant_is_the_constant():
    assert_allclose(relative_robustness([0.7] * 11, np.linspace(0, 1, 11)), 0.7)


def test_a_model_that_loses_what_the_baseline_loses_has_no_effective_robustness():
    assert_allclose(effective_robustness(np.array(BASE) + 0.2, BASE), 0, atol=1e-15)
    assert effective_robustness(BASE, BASE) == 0


def test_repeats_are_summed_up_one_by_one():
    both = np.array([F, BASE]).T
    assert_allclose(effective_robustness(both, np.array([BASE, F]).T), [0.1, -0.1])
    assert relative_robustness(both, [0, 1, 2]).shape == (2,)


def test_scores_without_levels_are_refused():
    with pytest.raises(ValueError, match="3 scores for 2 levels"):
        relative_robustness(F, [0, 1])


def test_scores_at_other_levels_than_the_baseline_are_refused():
    with pytest.raises(ValueError, match=r"shape \(3,\) and those of the baseline \(2,\)"):
        effective_robustness(F, BASE[:2])
