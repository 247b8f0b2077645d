"""Shapley values and interactions against their definitions and published games."""

from itertools import combinations, permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.inspection._coalitions.coalitions import (
    N_ORDERS,
    all_coalitions,
    find_coalition,
    plan_ablation,
    plan_interactions,
    plan_permutation,
    plan_shapley,
)


def play(plan, game):
    return plan.effects(score(plan, game)[:, np.newaxis])[:, 0]


def score(plan, game):
    return np.array([game(set(np.flatnonzero(c).tolist())) for c in plan.coalitions])


def exclusive_or(left):
    return float(left == {0, 1})


def either(left):
    return float(bool(left))


def needs_the_first(left):
    return float(0 in left and len(left) > 1)


def draw_game(n_modalities, seed):
    values = np.random.default_rng(seed).normal(size=2**n_modalities)
    return lambda left: values[sum(2**i for i in left)]


@pytest.mark.parametrize(
    ("game", "n_modalities", "shares"),
    [
        (exclusive_or, 2, [1 / 2, 1 / 2]),
        (either, 2, [1 / 2, 1 / 2]),
        (needs_the_first, 3, [2 / 3, 1 / 6, 1 / 6]),
    ],
)
def test_shapley_values_of_known_games(game, n_modalities, shares):
    assert_allclose(play(plan_shapley(n_modalities), game), shares, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("game", "n_modalities", "interactions"),
    [(exclusive_or, 2, [1]), (either, 2, [-1]), (needs_the_first, 3, [0.5, 0.5, -0.5])],
)
def test_interactions_of_known_games(game, n_modalities, interactions):
    assert_allclose(play(plan_interactions(n_modalities), game), interactions, rtol=0, atol=1e-15)


@pytest.mark.parametrize("n_modalities", [1, 2, 4, 8])
def test_shapley_values_are_mean_gains_over_all_orders(n_modalities, global_random_seed):
    game = draw_game(n_modalities, global_random_seed)
    gains = np.zeros(n_modalities)
    orders = list(permutations(range(n_modalities)))[:: 1 if n_modalities < 8 else 997]
    if n_modalities < 8:
        for order in orders:
            for step, modality in enumerate(order):
                gains[modality] += game(set(order[: step + 1])) - game(set(order[:step]))
        assert_allclose(play(plan_shapley(n_modalities), game), gains / len(orders), atol=1e-12)
    total = game(set(range(n_modalities))) - game(set())
    assert abs(play(plan_shapley(n_modalities), game).sum() - total) < 1e-12


@pytest.mark.parametrize("n_modalities", [2, 3, 5])
def test_an_interaction_is_what_a_modality_gains_when_the_other_has_joined(
    n_modalities, global_random_seed
):
    game = draw_game(n_modalities, global_random_seed)
    expected = []
    for i, j in combinations(range(n_modalities), 2):
        others = [m for m in range(n_modalities) if m != j]

        def without(left, others=others):
            return game({others[m] for m in left})

        def joined(left, others=others, j=j):
            return game({others[m] for m in left} | {j})

        shares = [
            play(plan_shapley(n_modalities - 1), g)[others.index(i)] for g in (joined, without)
        ]
        expected.append(shares[0] - shares[1])
    assert_allclose(play(plan_interactions(n_modalities), game), expected, atol=1e-12)


def test_modalities_that_add_up_do_not_interact():
    interactions = play(plan_interactions(4), lambda left: sum(2.0**m for m in left))
    assert_allclose(interactions, 0, atol=1e-14)


def test_sampled_values_sum_to_the_total(global_random_seed):
    game = draw_game(10, global_random_seed)
    plan = plan_shapley(10, random_state=np.random.RandomState(global_random_seed))
    assert plan.n_draws == N_ORDERS / 2
    assert abs(play(plan, game).sum() - (game(set(range(10))) - game(set()))) < 1e-12


def test_sampled_values_of_a_sum_are_exact(global_random_seed):
    plan = plan_shapley(12, 4, np.random.RandomState(global_random_seed))
    found = play(plan, lambda left: sum(2.0**m for m in left))
    assert_allclose(found, 2.0 ** np.arange(12), rtol=1e-12)


def test_a_sampled_order_and_its_reverse_give_exact_values_of_pairs(global_random_seed):
    def quadratic(left):
        return sum((i + 1) * (j + 2) for i, j in combinations(sorted(left), 2))

    exact = play(plan_shapley(6), quadratic)
    sampled = play(plan_shapley(6, 4, np.random.RandomState(global_random_seed)), quadratic)
    assert_allclose(sampled, exact, rtol=1e-12)


def test_sampled_values_come_near_the_exact_ones(global_random_seed):
    game = draw_game(6, global_random_seed)
    plan = plan_shapley(6, 4000, np.random.RandomState(global_random_seed))
    errors = plan.draw_errors(score(plan, game))
    assert (np.abs(play(plan, game) - play(plan_shapley(6), game)) < 5 * errors).all()


@pytest.mark.parametrize("make_plan", [plan_ablation, plan_permutation])
@pytest.mark.parametrize("n_modalities", [1, 2, 5])
def test_losses_are_from_the_score_of_all(make_plan, n_modalities, global_random_seed):
    game = draw_game(n_modalities, global_random_seed)
    everything = set(range(n_modalities))
    expected = [game(everything) - game(everything - {m}) for m in range(n_modalities)]
    assert_allclose(play(make_plan(n_modalities), game), expected, atol=1e-14)


def test_ablation_asks_for_each_modality_alone():
    coalitions = plan_ablation(4).coalitions
    assert len(coalitions) == 10
    assert all(find_coalition(coalitions, alone) is not None for alone in np.eye(4, dtype=bool))


def test_errors_of_drawing_are_those_that_repetition_shows(global_random_seed):
    game = draw_game(6, global_random_seed)
    plans = [plan_shapley(6, 40, np.random.RandomState(seed)) for seed in range(200)]
    spread = np.std([play(plan, game) for plan in plans], axis=0)
    told = np.sqrt(np.mean([plan.draw_errors(score(plan, game)) ** 2 for plan in plans], axis=0))
    assert_allclose(told, spread, rtol=0.25)


def test_all_orders_leave_nothing_to_chance():
    plan = plan_shapley(3)
    assert (plan.draw_errors(score(plan, either)) == 0).all()


@pytest.mark.parametrize("n_orders", [None, 10])
def test_who_gains_nothing_gets_exactly_nothing(n_orders, global_random_seed):
    game = draw_game(4, global_random_seed)
    plan = plan_shapley(5, n_orders, np.random.RandomState(0))
    assert play(plan, lambda left: game(left - {4}))[4] == 0


def test_coalitions_are_all_subsets():
    expected = [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert_array_equal(all_coalitions(2), expected)
