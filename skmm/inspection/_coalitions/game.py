"""Score a fitted model with every coalition of modalities that a plan asks for."""

from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skmm._validation import _safe_indexing
from skmm.inspection._coalitions.intervals import Scores, deal_into_blocks
from skmm.inspection._coalitions.readings import Readings
from skmm.inspection._coalitions.scoring import needs_samples, score_blockwise


class Samples(NamedTuple):
    """What a model is scored on."""

    X: object  # DataFrame or ndarray
    y: object  # ndarray or DataFrame
    weight: np.ndarray | None
    groups: object

    def take(self, rows):
        weight = None if self.weight is None else self.weight[rows]
        return Samples(_safe_indexing(self.X, rows), _safe_indexing(self.y, rows), weight, None)


class Rules(NamedTuple):
    """How modalities are taken away, and how the model is scored without them."""

    modalities: dict  # name: positions of columns
    coalitions: np.ndarray  # (n_coalitions, n_modalities), bool
    removal: str
    scorer: object
    n_repeats: int
    seed: int

    def absent(self, coalition):
        return [name for name, kept in zip(self.modalities, coalition, strict=True) if not kept]


def score_fitted(estimator, samples, rules, *, with_blocks, n_jobs):
    """Score a fitted model without fitting anything.

    Returns
    -------
    scores : Scores
    """
    check_is_fitted(estimator)
    blocks = None
    if with_blocks:
        # The permutations come from another stream, which is that of scikit-learn.
        generator = check_random_state(rules.seed + 1)
        blocks = deal_into_blocks(len(samples.y), samples.groups, generator)
    values = score_coalitions(estimator, samples, rules, blocks, n_jobs)
    check_finite(values, rules)
    return Scores(values[:, :, 0], values[:, :, 1:].mean(axis=1) if with_blocks else None)


def check_finite(values, rules):
    """Refuse scores that are not finite.

    Parameters
    ----------
    values : ndarray of shape (n_coalitions, n_trials, 1 + n_blocks)
    rules : Rules

    Raises
    ------
    ValueError
        If there is one; the message names the modalities that were left.
    """
    bad = np.argwhere(~np.isfinite(values))
    if not len(bad):
        return
    coalition, trial, block = bad[0]
    left = [
        m for m, kept in zip(rules.modalities, rules.coalitions[coalition], strict=True) if kept
    ]
    score = values[coalition, trial, block]
    if block:
        raise ValueError(
            f"the score is {score} without some of the rows, which are left out in turn for the intervals: "
            "perhaps a class is rare; set confidence_level=None, or another scoring"
        )
    raise ValueError(
        f"the score is {score} where the modalities {left} are left, and a finite number is expected; "
        "perhaps a class is absent from y, or from a fold: set another scoring, or stratified folds"
    )


def score_coalitions(estimator, samples, rules, blocks, n_jobs):
    """Score all coalitions on all rows, and without each block of them.

    Returns
    -------
    values : ndarray of shape (n_coalitions, n_repeats, 1 + n_blocks)
    """
    score = partial(
        score_blockwise, rules.scorer, y=samples.y, weight=samples.weight, blocks=blocks
    )
    readings = Readings(
        estimator,
        samples.X,
        rules.modalities,
        rules.removal,
        n_repeats=rules.n_repeats,
        seed=rules.seed,
        of_samples=needs_samples(rules.scorer),
    )
    return readings.over(rules.coalitions, score, n_jobs)
