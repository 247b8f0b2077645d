"""Coalitions of modalities, and how their scores become what each modality is worth.

A coalition is the set of modalities that are left. All methods are linear in the scores of coalitions.
"""

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

MAX_EXACT = 8  # modalities; their 256 coalitions are scored one and all
N_ORDERS = 32


class Plan(NamedTuple):
    """Which coalitions to score, and what to make of it: ``weights @ scores``."""

    coalitions: np.ndarray  # (n_coalitions, n_modalities), bool
    weights: np.ndarray  # (n_effects, n_coalitions)
    draws: np.ndarray | None = None  # (n_draws, n_effects, n_coalitions); their mean is `weights`


def all_coalitions(n_modalities):
    """Every subset, (2**n, n), in the order of binary numbers whose lowest digit comes first."""
    numbers = np.arange(2**n_modalities)[:, np.newaxis]
    return (numbers >> np.arange(n_modalities)) % 2 == 1


def plan_shapley(n_modalities, n_orders=None, random_state=None):
    """The mean gain of a modality over all orders in which modalities can join.

    Parameters
    ----------
    n_modalities : int
    n_orders : int, default=None
        Number of orders to draw. None takes all, if they are not too many.
    random_state : RandomState

    Returns
    -------
    plan : Plan
    """
    if n_orders is None and n_modalities <= MAX_EXACT:
        coalitions = all_coalitions(n_modalities)
        return Plan(coalitions, _shapley_weights(coalitions))
    return _sampled_plan(n_modalities, n_orders or N_ORDERS, random_state)


def plan_ablation(n_modalities):
    """What is lost without each modality, from the score of all; beside it, each modality alone."""
    everything = np.ones((1, n_modalities), dtype=bool)
    alone = np.eye(n_modalities, dtype=bool)
    coalitions = np.unique(np.vstack([everything, ~alone, alone, ~everything]), axis=0)
    return Plan(coalitions, _loss_weights(coalitions))


def plan_permutation(n_modalities):
    """What is lost without each modality, from the score of all."""
    coalitions = np.vstack([np.ones(n_modalities, dtype=bool), ~np.eye(n_modalities, dtype=bool)])
    coalitions = np.unique(coalitions, axis=0)
    return Plan(coalitions, _loss_weights(coalitions))


def plan_interactions(n_modalities):
    """How much more two modalities gain together than each for itself, averaged over the others.

    Effects are those of the pairs (0, 1), (0, 2), ..., (1, 2), ...
    """
    coalitions = all_coalitions(n_modalities)
    size = coalitions.sum(axis=1)
    weights = []
    for i, j in combinations(range(n_modalities), 2):
        _both, one = coalitions[:, i] & coalitions[:, j], coalitions[:, i] ^ coalitions[:, j]
        n_others = size - coalitions[:, i] - coalitions[:, j]
        # |S|! (M - |S| - 2)! / (M - 1)!
        share = [1 / ((n_modalities - 1) * comb(n_modalities - 2, s)) for s in n_others.tolist()]
        weights.append(np.where(one, -1, 1) * share)
    return Plan(coalitions, np.array(weights).reshape(-1, len(coalitions)))


def find_coalition(coalitions, wanted):
    """Where a coalition stands among others."""
    return int(np.flatnonzero((coalitions == wanted).all(axis=1))[0])


def _shapley_weights(coalitions):
    n_modalities = coalitions.shape[1]
    n_others = coalitions.sum(axis=1)[:, np.newaxis] - coalitions
    # |S|! (M - |S| - 1)! / M!
    shares = np.array([1 / (n_modalities * comb(n_modalities - 1, s)) for s in range(n_modalities)])
    return (np.where(coalitions, 1, -1) * shares[n_others]).T


def _loss_weights(coalitions):
    n_modalities = coalitions.shape[1]
    weights = np.zeros((n_modalities, len(coalitions)))
    weights[:, find_coalition(coalitions, np.ones(n_modalities))] += 1
    for i in range(n_modalities):
        weights[i, find_coalition(coalitions, np.arange(n_modalities) != i)] -= 1
    return weights


def _sampled_plan(n_modalities, n_orders, random_state):
    """Orders are drawn in pairs, one the reverse of the other, whose errors cancel in part."""
    half = [random_state.permutation(n_modalities) for _ in range((n_orders + 1) // 2)]
    pairs = [(order, order[::-1]) for order in half]
    grown = np.array([[_grow(order) for order in pair] for pair in pairs])
    coalitions, numbers = np.unique(grown.reshape(-1, n_modalities), axis=0, return_inverse=True)
    numbers = numbers.reshape(grown.shape[:3])
    draws = np.zeros((len(pairs), n_modalities, len(coalitions)))
    for draw, pair, path in zip(draws, pairs, numbers, strict=True):
        for order, steps in zip(pair, path, strict=True):
            draw[order, steps[1:]] += 0.5
            draw[order, steps[:-1]] -= 0.5
    return Plan(coalitions, draws.mean(axis=0), draws)


def _grow(order):
    """Coalitions on the way from none to all, (n + 1, n)."""
    joined = np.zeros((len(order) + 1, len(order)), dtype=bool)
    for step, modality in enumerate(order):
        joined[step + 1 :, modality] = True
    return joined
