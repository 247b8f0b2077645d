"""Rules that combine what several members predict, row by row.

Every rule takes `predictions` (n_members, n_samples, n_outputs), `present` (n_samples, n_members) and
`weights` (n_members,), and returns (n_samples, n_outputs); the outputs of a classifier are the
probabilities of its classes. Members that are not present in a row do not count in it; rows without
any are for the caller to overwrite.
"""

import numpy as np

SMALLEST = 1e-12  # probabilities are raised to this before their logarithm is taken


def mean(predictions, present, weights):
    """Weighted arithmetic mean: the sum rule of Kittler et al. 1998."""
    share = present * weights
    total = share.sum(axis=1)
    combined = np.einsum("nm,mnk->nk", share, predictions)
    return combined / np.where(total > 0, total, 1)[:, None]


def product(predictions, present, weights):
    """Weighted product of probabilities, the weights being exponents, with rows scaled to sum 1."""
    logs = np.log(np.maximum(predictions, SMALLEST))
    total = np.einsum("nm,mnk->nk", present * weights, logs)
    odds = np.exp(total - total.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def median(predictions, present, weights):
    """Median of the predictions that are present; the weights are ignored."""
    values = np.where(present.T[:, :, None], predictions, np.nan)
    values[:, ~present.any(axis=1)] = 0  # the median of nothing would warn
    return np.nanmedian(values, axis=0)


CLASSIFIER_RULES = {"mean": mean, "product": product}
REGRESSOR_RULES = {"mean": mean, "median": median}
