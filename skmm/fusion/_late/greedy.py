"""Choose members of an ensemble one at a time, with replacement (Caruana et al. 2004)."""

from typing import NamedTuple

import numpy as np

from skmm.fusion._late.rules import SMALLEST, average

N_ROUNDS = 50


def select(predictions, present, objective, n_rounds=N_ROUNDS):
    """How often each member is chosen, if every round adds the one that helps most.

    The first round picks the best single member, and the counts kept are those of the best round, so
    the mixture is never worse than a single member on the rows given.

    Parameters
    ----------
    predictions : ndarray of shape (n_members, n_samples, n_outputs)
        Out-of-fold predictions.
    present : ndarray of shape (n_samples, n_members), bool
    objective : callable
        Takes a mixture (n_samples, n_outputs), returns what is to be minimized; it may be a tuple.
    n_rounds : int, default=50

    Returns
    -------
    counts : ndarray of shape (n_members,), int
    """
    counts = np.zeros(len(predictions), dtype=int)
    best, best_counts = None, counts
    for _ in range(n_rounds):
        trials = [counts + one for one in np.eye(len(predictions), dtype=int)]
        values = [objective(mix(predictions, present, trial)) for trial in trials]
        chosen = min(range(len(values)), key=values.__getitem__)  # the first of equals
        counts = trials[chosen]
        if best is None or values[chosen] < best:
            best, best_counts = values[chosen], counts
    return best_counts


def select_surely(predictions, present, objective):
    """As :func:`select`, but a mixture has to be better than the best member beyond doubt.

    It is taken if its errors are fewer by more than two standard errors of the difference. Among many
    mixtures with members that know nothing some are better by chance, and worse on other rows.

    Parameters
    ----------
    predictions, present, objective
        As in :func:`select`; the objective has a method ``by_row``.

    Returns
    -------
    counts : ndarray of shape (n_members,), int
    """
    alone = select(predictions, present, objective, n_rounds=1)
    counts = select(predictions, present, objective)
    errors = [objective.by_row(mix(predictions, present, chosen)) for chosen in (alone, counts)]
    gains = errors[0] - errors[1]
    if len(gains) < 2:
        return alone
    doubt = 2 * gains.std(ddof=1) / np.sqrt(len(gains))
    return counts if gains.mean() > doubt else alone


def shares(present, counts):
    """How much each member counts in each row: its count; where no chosen one is present, all alike."""
    share = present * counts
    nothing_chosen = ~share.any(axis=1)
    share[nothing_chosen] = present[nothing_chosen]
    return share


def mix(predictions, present, counts):
    """Mean of the predictions present, weighted by :func:`shares`."""
    return average(predictions, shares(present, counts))


class ClassificationLoss(NamedTuple):
    """What classifiers are chosen by: wrong decisions first, then the log loss, summed over targets.

    Log loss alone would pick single confident members over mixtures that are right more often.
    """

    codes: np.ndarray  # (n_samples, n_targets), int
    slices: list  # of slice: the columns of each target in a mixture

    def __call__(self, mixture):
        """Number of wrong decisions, and log loss."""
        rows = np.arange(len(self.codes))
        surprise = sum(
            -np.log(np.maximum(mixture[:, part][rows, column], SMALLEST)).mean()
            for part, column in zip(self.slices, self.codes.T, strict=True)
        )
        return int(self.by_row(mixture).sum()), surprise

    def by_row(self, mixture):
        """Number of wrong decisions in each row."""
        decided = np.column_stack([mixture[:, part].argmax(axis=1) for part in self.slices])
        return (decided != self.codes).sum(axis=1)


class SquaredError(NamedTuple):
    """What regressors are chosen by: the mean squared error, targets on the scale of their variance."""

    y: np.ndarray  # (n_samples, n_targets)

    def __call__(self, mixture):
        """Mean squared error."""
        return self.by_row(mixture).mean()

    def by_row(self, mixture):
        """Squared error of each row, the mean over its targets."""
        variance = self.y.var(axis=0)
        scale = np.where(variance > 0, variance / (variance.mean() or 1), 1)  # 1 for one target
        return (np.square(mixture - self.y) / scale).mean(axis=1)
