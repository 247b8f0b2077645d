"""What a net may know of samples without telling of them: what was public before."""

import warnings

import numpy as np

from skmm.nn._encoders.build import takes_pixels
from skmm.nn._kinds import samples_in_pieces
from skmm.nn._targets import Labels, Numbers
from skmm.privacy import PrivacyWarning

# Root mean squares of samples beyond which noise, or steps, are of another size than gradients.
_SMALL, _LARGE = 0.05, 20.0


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


def warn_of_sizes(blocks, choices, rows):
    """Warn of numbers that are far from 1, for nothing standardizes them.

    Parameters
    ----------
    blocks : dict of str to Block
    choices : dict of str to EncoderChoice
    rows : ndarray of int
    """
    for name, choice in choices.items():
        if choice.kind == "tokens" or takes_pixels(choice.options):
            continue
        size = _root_mean_square(blocks[name], rows)
        if not _SMALL < size < _LARGE:
            warnings.warn(
                f"modality {name!r} has values of size {size:.3g}, and private training does not "
                "standardize them, for means and variances of private samples are not private; bring "
                "them to about 1 with bounds known beforehand, or statistics of public data",
                PrivacyWarning,
                stacklevel=2,
            )


def _root_mean_square(block, rows):
    total = count = 0
    for _, values in samples_in_pieces(block, rows):
        squares = np.square(values[np.isfinite(values)], dtype=np.float64)
        total, count = total + squares.sum(), count + squares.size
    return np.sqrt(total / max(1, count))
