"""Interaction: the synergy that no sum of what each variable says can use."""

import numpy as np

from skmm.inspection._decomposition.broja import (
    combine,
    fit,
    mutual_information,
    normalize,
    transpose,
)

N_SWEEPS_PER_CHECK = 10


def interaction(joint):
    """Information that two variables have about a third in their combination alone.

    A table is compared with the one that has the same distributions of each pair of variables, and
    nothing besides: the table of greatest entropy, in which the logarithm of the probability of a class
    is a sum of a function of the first variable and one of the second [1]_. So this is what is lost
    by every model that adds up what single variables say, whatever it makes of each. It is 1 bit for
    exclusive or, 0 for AND and for a sum, and never more than the synergy.

    Parameters
    ----------
    joint : ndarray of shape (..., n_1, n_2, n_classes)
        Tables of probabilities or counts.

    Returns
    -------
    information : ndarray of shape (...), in bits

    References
    ----------
    .. [1] E. Schneidman et al., "Network information and connected correlations", Physical Review
       Letters 91, 2003.
    """
    return mutual_information(normalize(joint)) - mutual_information(without_interaction(joint))


def without_interaction(joint, *, max_sweeps=500, tol=1e-6):
    """The tables of greatest entropy with the distributions of all pairs of variables.

    Parameters
    ----------
    joint : ndarray of shape (..., n_1, n_2, n_classes)
        Tables of probabilities or counts.
    max_sweeps : int, default=500
        Most sweeps of proportional fitting.
    tol : float, default=1e-6
        Sweeps end when ten of them change no table's information by more, in bits.

    Returns
    -------
    tables : ndarray of the same shape
    """
    joint = normalize(joint)
    of_pair, of_first, of_second = (joint.sum(axis=axis) for axis in (-1, -2, -3))
    first, second, before = np.ones_like(of_first), np.ones_like(of_second), np.inf
    for n_sweeps in range(1, max_sweeps + 1):
        pair = fit(of_pair, first @ transpose(second))
        first = fit(of_first, pair @ second)
        second = fit(of_second, transpose(pair) @ first)
        if n_sweeps % N_SWEEPS_PER_CHECK == 0:
            now = mutual_information(combine(pair, first, second))
            if np.abs(now - before).max() < tol:
                break
            before = now
    return combine(pair, first, second)
