"""Information counted on few rows: what it would be on many, and how sure that is."""

from typing import NamedTuple

import numpy as np

from skmm.inspection._decomposition.broja import decompose, normalize
from skmm.inspection._decomposition.interaction import interaction, without_interaction

MEASURES = (
    "redundancy",
    "unique_first",
    "unique_second",
    "synergy",
    "interaction",
    "total",
)


class Estimate(NamedTuple):
    """The measures of one table of counts, in the order of MEASURES, in bits."""

    values: np.ndarray
    standard_errors: np.ndarray


def estimate(counts, *, correct_bias, n_draws, seed):
    """Measure a table of counts.

    Chance makes every table look more structured than what it was drawn from, so that counted
    information is too large, synergy most of all. How much is seen where it is known: on tables
    of as many rows drawn from the fitted model without interaction, which shares the distributions of
    all pairs of variables with the counts. That mean error is subtracted. On tables drawn from
    the counts themselves (a bootstrap of the rows) the same error would be found too small, because
    what is empty stays empty; these give the standard errors.

    Parameters
    ----------
    counts : ndarray of shape (n_1, n_2, n_classes)
    correct_bias : bool
    n_draws : int
        Number of tables drawn for each of the two.
    seed : int

    Returns
    -------
    estimate : Estimate
    """
    random_state = np.random.RandomState(seed)
    values = measure(counts)
    model = without_interaction(counts)
    drawn = measure(_draw(counts, counts.sum(), n_draws, random_state))
    if correct_bias:
        from_model = measure(_draw(model, counts.sum(), n_draws, random_state))
        values = values - (from_model.mean(axis=0) - measure(model))
    return Estimate(values, drawn.std(axis=0, ddof=1))


def measure(joint):
    """All measures of tables of shape (..., n_1, n_2, n_classes), as shape (..., 6)."""
    parts, combined = decompose(joint), interaction(joint)
    return np.concatenate(
        [parts, combined[..., np.newaxis], parts.sum(axis=-1, keepdims=True)], axis=-1
    )


def _draw(joint, n_rows, n_draws, random_state):
    """Tables of counts of `n_rows` rows each, drawn from one table, of shape (n_draws, ...)."""
    shares = normalize(joint).ravel()
    draws = random_state.multinomial(int(n_rows), shares / shares.sum(), size=n_draws)
    return draws.reshape(n_draws, *joint.shape).astype(float)
