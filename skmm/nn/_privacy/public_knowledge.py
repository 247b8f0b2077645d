"""What a net may know of samples without telling of them: what was public before."""

import warnings

import numpy as np

from skmm.nn._encoders.build import takes_pixels
from skmm.nn._inputs.kinds import samples_in_pieces
from skmm.nn._targets import Labels, Numbers
from skmm.privacy import PrivacyWarning

# Root mean squares of samples beyond which noise, or steps, are of another size than gradients.
_SMALL, _LARGE = 0.05, 20.0

# The same for numbers to predict, about 0: of a linear target of this size and 2000 samples, R2 is 0.3
# and 0.5 for epsilon 5, against 0.7 for size 1. With a mean of 3 beside that it is below -2.
_SMALL_TARGET, _LARGE_TARGET = 0.1, 3.1


def public_target(target):
    """Take the statistics of private samples out of a target: equal priors, numbers as they are."""
    if isinstance(target, Numbers):
        return target._replace(mean=np.zeros_like(target.mean), scale=np.ones_like(target.scale))
    n_classes = 2 if isinstance(target, Labels) else target.n_outputs
    return target._replace(prior=np.full(target.n_outputs, 1 / n_classes))


def public_sizes(modalities, choices):
    """Take the size of tables of tokens from vectors that were given, not from private ids.

    Parameters
    ----------
    modalities : dict of str to (str, int)
    choices : dict of str to EncoderChoice

    Returns
    -------
    modalities : dict of str to (str, int)

    Raises
    ------
    ValueError
        If there are none.
    """
    sizes = dict(modalities)
    for name, (kind, _) in modalities.items():
        if kind == "tokens":
            vectors = choices[name].options.get("vectors")
            if vectors is None:
                raise ValueError(
                    f"modality {name!r} holds ids of tokens, and the largest one, which shapes the net, "
                    "tells of private samples; give a table of public word vectors, "
                    f"encoders={{{name!r}: ('tokens', {{'vectors': table, 'body': 'tcn'}})}}, or set "
                    "privacy=None"
                )
            sizes[name] = kind, len(vectors)
    return sizes


def warn_of_sizes(blocks, choices, goals, rows):
    """Warn of numbers that are far from 1, for nothing standardizes them.

    Parameters
    ----------
    blocks : dict of str to Block
    choices : dict of str to EncoderChoice
    goals : list of Goal
    rows : ndarray of int
    """
    for name, choice in choices.items():
        if choice.kind == "tokens" or takes_pixels(choice.options):
            continue
        size = _root_mean_square(blocks[name], rows)
        if not _SMALL < size < _LARGE:
            _warn_of_size(f"modality {name!r}", size)
    for goal in goals:
        if isinstance(goal.target, Numbers):
            _warn_of_targets(goal.y[rows])


def _warn_of_targets(y):
    sizes = np.sqrt(np.square(y).mean(axis=0))
    for column, size in enumerate(sizes):
        if not _SMALL_TARGET <= size <= _LARGE_TARGET:
            _warn_of_size("y" if len(sizes) == 1 else f"column {column} of y", size)


def _warn_of_size(what, size):
    warnings.warn(
        f"{what} has values of size {size:.3g}, and private training does not standardize them, for "
        "means and variances of private samples are not private; bring them to about 1, and their mean "
        "to about 0, with bounds known beforehand, or statistics of public data",
        PrivacyWarning,
        stacklevel=2,
    )


def _root_mean_square(block, rows):
    total = count = 0
    for _, values in samples_in_pieces(block, rows):
        squares = np.square(values[np.isfinite(values)], dtype=np.float64)
        total, count = total + squares.sum(), count + squares.size
    return np.sqrt(total / max(1, count))
