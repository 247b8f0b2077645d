"""Partial information: what two variables tell about a third one, taken apart by Bertschinger et al."""

import numpy as np

N_SWEEPS, N_LAST_SWEEPS = 10, 100
N_ROUNDS_PER_CHECK = 10


def decompose(joint, *, max_iter=500, tol=1e-6):
    """Split the information of two variables about a third into four parts.

    Unique is what no pair of variables that each tell as much about the third could share: the
    information of both is made as small as it can be over all tables Q that have the joint
    distributions of each variable and the third one [1]_,

    .. math:: \\min_Q I_Q(X_1 X_2; Y) = \\min_Q \\min_r D(Q(x_1, x_2, y) \\,\\|\\, r(x_1, x_2)) + H(Y).

    Both minima are taken in turn [2]_: the best r is the distribution of both variables in Q, and the
    best Q is r fitted to the two distributions that are given, by proportional fitting. This is mirror
    descent with step 1, and cannot get worse. General solvers do: SLSQP stops far from the minimum
    of AND without a word.

    Parameters
    ----------
    joint : ndarray of shape (..., n_1, n_2, n_classes)
        Tables of probabilities or counts; each is divided by its sum.
    max_iter : int, default=500
        Most rounds.
    tol : float, default=1e-6
        Rounds end when ten of them change no table's information by more, in bits.

    Returns
    -------
    parts : ndarray of shape (..., 4), in bits
        Redundancy, what only the first tells, what only the second tells, and synergy.

    References
    ----------
    .. [1] N. Bertschinger et al., "Quantifying unique information", Entropy 16(4), 2014.
    .. [2] P. Banerjee, J. Rauh and G. Montufar, "Computing the unique information", ISIT 2018.
    """
    joint = normalize(joint)
    of_first = mutual_information(joint.sum(axis=-2)[..., np.newaxis, :])
    of_second = mutual_information(joint.sum(axis=-3)[..., np.newaxis, :])
    least = mutual_information(_least_informative(joint, max_iter, tol))
    parts = (
        of_first + of_second - least,
        least - of_second,
        least - of_first,
        mutual_information(joint) - least,
    )
    return np.stack(parts, axis=-1)


def normalize(joint):
    """Make the sum of each table 1."""
    return joint / joint.sum(axis=(-3, -2, -1), keepdims=True)


def mutual_information(joint):
    """Information of the first two variables together about the third, in bits, for each table."""
    of_pair = entropy(joint.sum(axis=-1), axis=(-2, -1))
    of_target = entropy(joint.sum(axis=(-3, -2)), axis=-1)
    return of_pair + of_target - entropy(joint, axis=(-3, -2, -1))


def entropy(probabilities, axis):
    """Entropy in bits over one or more axes."""
    logarithms = np.log2(np.where(probabilities > 0, probabilities, 1))
    return -(probabilities * logarithms).sum(axis=axis)


def fit_sums(table, targets):
    """Multiply a table so that its sums over an axis become those given, one axis after the other.

    Parameters
    ----------
    table : ndarray
    targets : dict {int: ndarray}
        By axis the wanted sums, which keep that axis with length 1.

    Returns
    -------
    table : ndarray
    """
    for axis, target in targets.items():
        found = table.sum(axis=axis, keepdims=True)
        table = table * (target / np.where(found > 0, found, 1))
    return table


def _least_informative(joint, max_iter, tol):
    """The tables with the given distributions of (x1, y) and (x2, y) in which x1 and x2 tell least."""
    targets = {axis: joint.sum(axis=axis, keepdims=True) for axis in (-2, -3)}
    shares = joint.sum(axis=(-3, -2), keepdims=True)
    possible = np.where((targets[-2] > 0) & (targets[-3] > 0), 1.0, 0.0)
    table = targets[-2] * targets[-3] / np.where(shares > 0, shares, 1)
    before = np.inf
    for n_rounds in range(1, max_iter + 1):
        table = table.sum(axis=-1, keepdims=True) * possible
        for _ in range(N_SWEEPS):
            table = fit_sums(table, targets)
        if n_rounds % N_ROUNDS_PER_CHECK == 0:
            now = mutual_information(table)
            if np.abs(now - before).max() < tol:
                break
            before = now
    for _ in range(N_LAST_SWEEPS):
        table = fit_sums(table, targets)
    return table
