"""Coalitions of modalities, and how their scores become what each modality is worth.

A coalition is the set of modalities that are left. All methods are weighted sums of gains: of what the
score of a coalition is above that of another one.
"""

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

MAX_EXACT = 8  # modalities; their 256 coalitions are scored one and all
N_ORDERS = 32


class Plan(NamedTuple):
    """Which coalitions to score, and which gains to add up for each effect."""

    coalitions: np.ndarray  # (n_coalitions, n_modalities), bool
    after: np.ndarray  # (n_effects, n_gains), int: a coalition
    before: np.ndarray  # (n_effects, n_gains), int: the coalition that it is compared with
    weights: np.ndarray  # (n_effects, n_gains)
    n_draws: int | None = (
        None  # how many draws the gains come from, in their order; None is all there are
    )

    def effects(self, scores):
        """Effects (n_effects, n_trials) of scores (n_coalitions, n_trials)."""
        # Of gains, and not of scores: where all gains are 0, so is the effect, without rounding.
        return np.einsum("eg,egt->et", self.weights, scores[self.after] - scores[self.before])

    def draw_errors(self, scores):
        """Standard errors from drawing, (n_effects,), of scores (n_coalitions,)."""
        if self.n_draws is None:
            return np.zeros(len(self.after))
        gains = self.weights * (scores[self.after] - scores[self.before])
        draws = gains.reshape(len(gains), self.n_draws, -1).sum(axis=2)
        return draws.std(axis=1, ddof=1) * np.sqrt(self.n_draws)


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
    if n_orders is not None or n_modalities > MAX_EXACT:
        return _plan_orders(n_modalities, n_orders or N_ORDERS, random_state)
    coalitions = all_coalitions(n_modalities)
    before = np.array([np.flatnonzero(~coalitions[:, i]) for i in range(n_modalities)])
    after = before + 2 ** np.arange(n_modalities)[:, np.newaxis]
    # |S|! (M - |S| - 1)! / M!
    shares = np.array([1 / (n_modalities * comb(n_modalities - 1, s)) for s in range(n_modalities)])
    return Plan(coalitions, after, before, shares[coalitions.sum(axis=1)[before]])


def plan_ablation(n_modalities):
    """What is lost without each modality, from the score of all; beside it, each modality alone."""
    alone = np.eye(n_modalities, dtype=bool)
    return _plan_losses(np.vstack([alone, np.zeros((1, n_modalities), dtype=bool)]))


def plan_permutation(n_modalities):
    """What is lost without each modality, from the score of all."""
    return _plan_losses(np.empty((0, n_modalities), dtype=bool))


def plan_interactions(n_modalities):
    """How much more two modalities gain together than each for itself, averaged over the others.

    Effects are those of the pairs (0, 1), (0, 2), ..., (1, 2), ...
    """
    coalitions = all_coalitions(n_modalities)
    size = coalitions.sum(axis=1)
    # |S|! (M - |S| - 2)! / (M - 1)!
    shares = np.array(
        [1 / ((n_modalities - 1) * comb(n_modalities - 2, s)) for s in range(n_modalities - 1)]
    )
    after, before, weights = [], [], []
    for i, j in combinations(range(n_modalities), 2):
        others = np.flatnonzero(~coalitions[:, i] & ~coalitions[:, j])
        start = np.append(others + 2**j, others)  # what i gains with j, and without
        before.append(start)
        after.append(start + 2**i)
        weights.append(np.append(shares[size[others]], -shares[size[others]]))
    return Plan(coalitions, np.array(after), np.array(before), np.array(weights))


def find_coalition(coalitions, wanted):
    """Where a coalition stands among others."""
    return int(np.flatnonzero((coalitions == wanted).all(axis=1))[0])


def _plan_losses(further):
    """The gain of each modality as the last one, with further coalitions to be scored."""
    n_modalities = further.shape[1]
    everything = np.ones(n_modalities, dtype=bool)
    last = ~np.eye(n_modalities, dtype=bool)
    coalitions = np.unique(np.vstack([everything, last, further]), axis=0)
    after = np.full((n_modalities, 1), find_coalition(coalitions, everything))
    before = np.array([[find_coalition(coalitions, rest)] for rest in last])
    return Plan(coalitions, after, before, np.ones((n_modalities, 1)))


def _plan_orders(n_modalities, n_orders, random_state):
    """Orders are drawn in pairs, one the reverse of the other, whose errors cancel in part."""
    n_draws = (n_orders + 1) // 2
    half = [random_state.permutation(n_modalities) for _ in range(n_draws)]
    orders = np.array([order for drawn in half for order in (drawn, drawn[::-1])])
    ranks = orders.argsort(axis=1)  # the step at which each modality joins
    joined = ranks[:, np.newaxis, :] < np.arange(n_modalities + 1)[np.newaxis, :, np.newaxis]
    coalitions, numbers = np.unique(joined.reshape(-1, n_modalities), axis=0, return_inverse=True)
    path = numbers.reshape(joined.shape[:2])
    before = np.take_along_axis(path, ranks, axis=1).T
    after = np.take_along_axis(path, ranks + 1, axis=1).T
    return Plan(coalitions, after, before, np.full(before.shape, 1 / len(orders)), n_draws)
