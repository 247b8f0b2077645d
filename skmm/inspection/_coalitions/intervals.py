"""Effects of scores, and how sure they are: by leaving out blocks of rows, or over folds."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as t_distribution

N_BLOCKS = 20


class Scores(NamedTuple):
    """The scores of all coalitions."""

    trials: np.ndarray  # (n_coalitions, n_trials): by repeat or by fold
    without_block: np.ndarray | None = None  # (n_coalitions, n_blocks), mean over repeats
    test_over_train: float | None = None  # of folds

    @property
    def means(self):
        return self.trials.mean(axis=1)


class Estimate(NamedTuple):
    """Effects with what is known of their precision."""

    trials: np.ndarray  # (n_effects, n_trials): by repeat or by fold
    mean: np.ndarray  # (n_effects,)
    interval: np.ndarray  # (n_effects, 2); NaN where none was wanted


def estimate(plan, scores, level):
    """Make effects of scores, and intervals if `level` is not None.

    Returns
    -------
    estimate : Estimate
    """
    trials = plan.effects(scores.trials)
    mean = trials.mean(axis=1)
    if level is None:
        return Estimate(trials, mean, np.full((len(mean), 2), np.nan))
    if scores.without_block is None:
        errors, n = fold_errors(trials, scores.test_over_train), trials.shape[1]
    else:
        errors = jackknife(plan.effects(scores.without_block))
        n = scores.without_block.shape[1]
    errors = np.hypot(errors, plan.draw_errors(scores.means))
    return Estimate(trials, mean, t_interval(mean, errors, n - 1, level))


def deal_into_blocks(n_samples, groups, random_state):
    """Deal rows at random into blocks of about one size, which keep groups whole.

    Parameters
    ----------
    n_samples : int
    groups : array-like of shape (n_samples,) or None
    random_state : RandomState

    Returns
    -------
    blocks : ndarray of shape (n_samples,), int

    Raises
    ------
    ValueError
        If there is nothing to leave out.
    """
    units = np.arange(n_samples)
    if groups is not None:
        # Those of None are a group; numpy cannot sort them among strings.
        units = pd.factorize(np.asarray(groups), sort=True, use_na_sentinel=False)[0]
    n_units = units.max() + 1
    if n_units < 2:
        what = "sample" if groups is None else "group"
        raise ValueError(
            f"X has {n_units} {what}, and an interval needs two; set confidence_level=None"
        )
    block_of = np.empty(n_units, dtype=int)
    block_of[random_state.permutation(n_units)] = np.arange(n_units) % min(N_BLOCKS, n_units)
    return block_of[units]


def jackknife(values):
    """Standard errors of effects from their values without each block.

    Parameters
    ----------
    values : ndarray of shape (n_effects, n_blocks)

    Returns
    -------
    errors : ndarray of shape (n_effects,)
    """
    return np.sqrt((values.shape[1] - 1) * values.var(axis=1))


def fold_errors(values, test_over_train):
    """Standard errors of means over folds, whose training sets overlap (Nadeau and Bengio, 2003).

    Parameters
    ----------
    values : ndarray of shape (n_effects, n_folds)
    test_over_train : float
        Size of a test fold over the size of its training set.

    Returns
    -------
    errors : ndarray of shape (n_effects,)
    """
    return np.sqrt((1 / values.shape[1] + test_over_train) * values.var(axis=1, ddof=1))


def t_interval(mean, errors, freedom, level):
    """Intervals of Student's t, (n_effects, 2)."""
    half = t_distribution.ppf((1 + level) / 2, freedom) * errors
    return np.column_stack([mean - half, mean + half])
