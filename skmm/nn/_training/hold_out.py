"""Choose the samples that early stopping watches."""

import numpy as np


def hold_out(classes, fraction, seed):
    """Split rows at random, in the same shares from every class, into training and validation.

    Parameters
    ----------
    classes : ndarray of shape (n_samples,)
        Codes of the classes; every class keeps a row to train on.
    fraction : float
        Share of the rows to hold out.
    seed : int

    Returns
    -------
    training, validation : ndarray of int
        Positions of the rows.
    """
    shuffled = np.random.default_rng(seed).permutation(len(classes))
    order = shuffled[np.argsort(classes[shuffled], kind="stable")]
    is_first = np.diff(classes[order], prepend=-1) != 0
    candidates = order[~is_first]
    if len(candidates) == 0:
        raise ValueError(
            f"early_stopping=True holds out a part of X, but {len(classes)} samples are too few: one "
            "of each class is needed for training; give more, or set early_stopping=False"
        )
    n_held_out = np.clip(round(fraction * len(classes)), 1, len(candidates))
    # Evenly spaced in rows sorted by class, which takes the same share of each.
    held_out = candidates[np.arange(n_held_out) * len(candidates) // n_held_out]
    return np.setdiff1d(shuffled, held_out), np.sort(held_out)


def hold_out_groups(groups, classes, fraction, seed):
    """Split rows at random, no group torn apart, into training and validation.

    Groups are held out until that is nearest to `fraction`; where all are too large for that, the
    smallest is. Every class keeps a row to train on; a group that has the last one of a class is not
    held out.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        The group of each row, such as its speaker.
    classes : ndarray of shape (n_samples,)
        Codes of the classes.
    fraction : float
        Share of the rows to hold out.
    seed : int

    Returns
    -------
    training, validation : ndarray of int
        Positions of the rows.
    """
    _, members = np.unique(groups, return_inverse=True)
    sizes = np.bincount(members)
    counts = np.zeros((len(sizes), classes.max() + 1), dtype=int)  # by group and class
    np.add.at(counts, (members, classes), 1)
    left, wanted, chosen = counts.sum(axis=0), fraction * len(groups), []
    occurs = left > 0
    for group in np.random.default_rng(seed).permutation(len(sizes)):
        missing = wanted - sizes[chosen].sum()
        is_too_large = abs(missing - sizes[group]) >= missing
        if not is_too_large and (left - counts[group])[occurs].all():
            chosen.append(group)
            left = left - counts[group]
    if not chosen:
        chosen = [_smallest_to_miss(sizes, (left - counts)[:, occurs].all(axis=1), seed)]
    is_held_out = np.isin(members, chosen)
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def _smallest_to_miss(sizes, can_be_missed, seed):
    """Position of the smallest group that leaves a row of each class; of equal ones any."""
    if not can_be_missed.any():
        raise ValueError(
            f"early_stopping=True holds out whole groups, but none of the {len(sizes)} groups can be "
            "missed: one of each class is needed for training; give more groups, leave groups out, "
            "or set early_stopping=False"
        )
    shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(can_be_missed))
    return shuffled[sizes[shuffled].argmin()]
