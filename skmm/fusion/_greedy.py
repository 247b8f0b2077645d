"""Choose members of an ensemble one at a time, with replacement (Caruana et al. 2004)."""

import numpy as np

from skmm.fusion._rules import SMALLEST, average

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


def shares(present, counts):
    """How much each member counts in each row: its count; where no chosen one is present, all alike."""
    share = present * counts
    nothing_chosen = ~share.any(axis=1)
    share[nothing_chosen] = present[nothing_chosen]
    return share


def mix(predictions, present, counts):
    """Mean of the predictions present, weighted by :func:`shares`."""
    return average(predictions, shares(present, counts))


def classification_loss(codes, slices):
    """Objective for classifiers: wrong decisions first, then the log loss, summed over targets.

    Log loss alone would pick single confident members over mixtures that are right more often.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_targets), int
    slices : list of slice
        The columns of each target in a mixture.
    """
    rows = np.arange(len(codes))
    targets = list(zip(codes.T, slices, strict=True))

    def loss(mixture):
        parts = [(mixture[:, part], column) for column, part in targets]
        wrong = sum(np.count_nonzero(p.argmax(axis=1) != column) for p, column in parts)
        surprise = sum(-np.log(np.maximum(p[rows, column], SMALLEST)).mean() for p, column in parts)
        return wrong, surprise

    return loss


def squared_error(y):
    """Objective for regressors: the mean squared error, each target on the scale of its variance.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_targets)
    """
    variance = y.var(axis=0)
    scale = np.where(variance > 0, variance / (variance.mean() or 1), 1)  # 1 for a single target

    def loss(mixture):
        return (np.square(mixture - y) / scale).mean()

    return loss
