"""Partial information: what two variables tell about a third one, taken apart by Bertschinger et al."""

import numpy as np

N_ROUNDS_PER_CHECK = 10
N_LAST_SWEEPS = 20


def decompose(joint, *, max_iter=500, tol=1e-6):
    """Split the information of two variables about a third into four parts.

    Unique is what no pair of variables that each tell as much about the third could share: the
    information of both is made as small as it can be over all tables Q that have the joint
    distributions of each variable and the third one [1]_,

    .. math:: \\min_Q I_Q(X_1 X_2; Y) = \\min_Q \\min_r D(Q(x_1, x_2, y) \\,\\|\\, r(x_1, x_2)) + H(Y).

    Both minima are taken in turn [2]_: the best r is the distribution of both variables in Q, and the
    best Q is r fitted to the two distributions that are given, by proportional fitting. One sweep a
    round is enough if it goes on from where the last one ended. This is mirror descent with step 1.
    General solvers fail in silence: SLSQP stops far from the minimum of AND.

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


def fit(target, table):
    """What to multiply sums in `table` by so that they become those in `target`; 0 where they are 0."""
    return np.divide(target, table, out=np.zeros_like(target), where=table > 0)


def combine(pair, first, second):
    """The tables of products of a factor of (x1, x2), one of (x1, y) and one of (x2, y)."""
    return pair[..., np.newaxis] * first[..., :, np.newaxis, :] * second[..., np.newaxis, :, :]


def transpose(matrix):
    return np.swapaxes(matrix, -1, -2)


def _least_informative(joint, max_iter, tol):
    """The tables with the given distributions of (x1, y) and (x2, y) in which x1 and x2 tell least.

    They are products of factors, of which that of (x1, x2) is r: sums over the tables are products of
    matrices.
    """
    of_first, of_second = joint.sum(axis=-2), joint.sum(axis=-3)
    shares = joint.sum(axis=(-3, -2))
    pair = (of_first * fit(np.ones_like(shares), shares)[..., np.newaxis, :]) @ transpose(of_second)
    second, before = np.ones_like(of_second), np.inf
    for n_rounds in range(1, max_iter + 1):
        first = fit(of_first, pair @ second)
        second = fit(of_second, transpose(pair) @ first)
        if n_rounds % N_ROUNDS_PER_CHECK == 0:
            now = mutual_information(combine(pair, first, second))
            if np.abs(now - before).max() < tol:
                break
            before = now
        pair = pair * (first @ transpose(second))
    for _ in range(N_LAST_SWEEPS):
        first = fit(of_first, pair @ second)
        second = fit(of_second, transpose(pair) @ first)
    return combine(pair, first, second)
