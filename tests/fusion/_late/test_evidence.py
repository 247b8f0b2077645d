"""Dempster's rule against its golden values, its pairwise form, and the rule over all subsets."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.fusion._late.evidence import combine, combine_opinions

COUNTS = np.array(
    [[4.0, 1, 0], [0, 2, 3], [1, 1, 1]]
)  # evidence of three members for three classes


def opinions(counts):
    strength = (counts + 1).sum(axis=1, keepdims=True)
    return counts[:, None] / strength[:, None], counts.shape[1] / strength


@pytest.mark.parametrize(
    ("n_members", "belief", "doubt", "alpha"),
    [
        (2, [0.292683, 0.268293, 0.219512], 0.219512, [5, 4.666667, 4]),
        (3, [0.313187, 0.291209, 0.247253], 0.148352, [7.333333, 6.888889, 6]),
    ],
)
def test_golden_values(n_members, belief, doubt, alpha):
    found, unknown = combine(*opinions(COUNTS[:n_members]))
    assert_allclose(found[0], belief, atol=1e-6)
    assert_allclose(unknown[0], doubt, atol=1e-6)
    assert_allclose(found[0] * 3 / unknown[0] + 1, alpha, atol=1e-5)


def test_the_golden_row_of_the_rules():
    row = np.array([[[0.6, 0.3, 0.1]], [[0.1, 0.5, 0.4]], [[0.2, 0.2, 0.6]]])
    belief, doubt = combine_opinions(row, np.ones((1, 3), dtype=bool), np.array([0.8, 0.5, 0.6]))
    assert_allclose(belief[0], [0.355094, 0.302501, 0.250460], atol=1e-6)
    assert_allclose(doubt[0], 0.091946, atol=1e-6)


def random_opinions(seed, n_members=3):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(4), size=(n_members, 5))
    return shares[..., :3], shares[..., 3]


def dempster_over_subsets(masses):
    """The rule as Shafer has it: products of masses go to the intersection of their subsets."""
    combined = {}
    for pairs in product(*[mass.items() for mass in masses]):
        subset = frozenset.intersection(*[pair[0] for pair in pairs])
        combined[subset] = combined.get(subset, 0) + np.prod([pair[1] for pair in pairs])
    conflict = combined.pop(frozenset(), 0)
    return {subset: mass / (1 - conflict) for subset, mass in combined.items()}


def test_it_is_the_rule_over_all_subsets(global_random_seed):
    belief, doubt = random_opinions(global_random_seed)
    found, unknown = combine(belief, doubt)
    everything = frozenset(range(3))
    for row in range(5):
        masses = [
            {**{frozenset([k]): b[row, k] for k in range(3)}, everything: d[row]}
            for b, d in zip(belief, doubt, strict=True)
        ]
        expected = dempster_over_subsets(masses)
        assert_allclose(found[row], [expected[frozenset([k])] for k in range(3)])
        assert_allclose(unknown[row], expected[everything])


def test_it_is_the_pairwise_form_one_after_the_other(global_random_seed):
    belief, doubt = random_opinions(global_random_seed)
    b, u = belief[0], doubt[0]
    for b2, u2 in zip(belief[1:], doubt[1:], strict=True):
        conflict = b.sum(axis=1) * b2.sum(axis=1) - (b * b2).sum(axis=1)
        left = (1 - conflict)[:, None]
        b, u = (b * b2 + b * u2[:, None] + b2 * u[:, None]) / left, u * u2 / (1 - conflict)
    found, unknown = combine(belief, doubt)
    assert_allclose(found, b)
    assert_allclose(unknown, u)
    assert_allclose(found.sum(axis=1) + unknown, 1)


def test_a_vacuous_opinion_changes_nothing(global_random_seed):
    belief, doubt = random_opinions(global_random_seed)
    vacuous = (
        np.concatenate([belief, np.zeros((1, 5, 3))]),
        np.concatenate([doubt, np.ones((1, 5))]),
    )
    for found, expected in zip(combine(*vacuous), combine(belief, doubt), strict=True):
        assert_allclose(found, expected)


def test_without_doubt_it_is_the_product(global_random_seed):
    belief = np.random.default_rng(global_random_seed).dirichlet(np.ones(3), size=(2, 5))
    found, unknown = combine(belief, np.zeros((2, 5)))
    expected = belief.prod(axis=0)
    assert_allclose(found, expected / expected.sum(axis=1, keepdims=True))
    assert_allclose(unknown, 0)


def test_an_absent_member_is_the_vacuous_opinion(global_random_seed):
    probabilities = np.random.default_rng(global_random_seed).dirichlet(np.ones(3), size=(3, 5))
    reliability = np.array([0.9, 0.5, 0.7])
    present = np.tile([True, False, True], (5, 1))
    there = combine_opinions(probabilities[[0, 2]], present[:, [0, 2]], reliability[[0, 2]])
    for found, expected in zip(
        combine_opinions(probabilities, present, reliability), there, strict=True
    ):
        assert_allclose(found, expected)


def test_members_that_contradict_each_other_completely_give_finite_beliefs():
    belief, doubt = combine(np.array([[[1.0, 0]], [[0, 1.0]]]), np.zeros((2, 1)))
    assert np.isfinite(belief).all()
    assert np.isfinite(doubt).all()
