"""Rules that combine what several members predict, row by row.

Every rule takes `predictions` (n_members, n_samples, n_outputs), `present` (n_samples, n_members),
`weights` (n_members,) and `prior` (n_outputs,), and returns (n_samples, n_outputs). The outputs of a
classifier are the probabilities of the classes of one target, and rows sum to 1. Members that are not
present in a row do not count in it; rows without any are for the caller to overwrite.

Mean, product, maximum, minimum, median and vote are those of Kittler et al., "On combining
classifiers", IEEE Trans. PAMI 20(3), 1998; the Borda count is that of Ho, Hull and Srihari, "Decision
combination in multiple classifier systems", IEEE Trans. PAMI 16(1), 1994.
"""

import numpy as np
from scipy.special import entr
from scipy.stats import rankdata

from skmm.fusion._late.evidence import SMALLEST, combine_opinions

TIE_BREAK = 1e-6  # share of the mean in rules that only count


def mean(predictions, present, weights, prior):
    """Weighted arithmetic mean."""
    return average(predictions, present * weights)


def product(predictions, present, weights, prior):
    """Weighted product of probabilities, the weights being exponents."""
    return _softmax(_weighted_logs(predictions, present * weights))


def maximum(predictions, present, weights, prior):
    """Largest probability of each class; the weights are ignored."""
    return _normalize(np.where(present.T[:, :, None], predictions, 0).max(axis=0))


def minimum(predictions, present, weights, prior):
    """Smallest probability of each class; the weights are ignored."""
    return _normalize(np.where(present.T[:, :, None], predictions, 1).min(axis=0))


def median(predictions, present, weights, prior):
    """Median of the predictions that are present; the weights are ignored."""
    values = np.where(present.T[:, :, None], predictions, np.nan)
    values[:, ~present.any(axis=1)] = 0  # the median of nothing would warn
    return np.nanmedian(values, axis=0)


def median_probability(predictions, present, weights, prior):
    """Median of the probabilities of each class; the weights are ignored."""
    return _normalize(median(predictions, present, weights, prior))


def vote(predictions, present, weights, prior):
    """Weighted share of the members that find a class most probable."""
    votes = np.eye(predictions.shape[2])[predictions.argmax(axis=2)]
    return _count(votes, predictions, present * weights)


def borda(predictions, present, weights, prior):
    """Weighted mean of the ranks that members give to the classes, from 0 for the least probable."""
    ranks = rankdata(predictions, axis=2) - 1
    return _count(ranks, predictions, present * weights)


def bayes(predictions, present, weights, prior):
    """Weighted product in which the prior counts once, and not once per member."""
    share = present * weights
    log_prior = np.log(np.maximum(prior, SMALLEST))
    surplus = (share.sum(axis=1, keepdims=True) - 1) * log_prior
    return _softmax(_weighted_logs(predictions, share) - surplus)


def evidence(predictions, present, weights, prior):
    """Dempster's rule; the weights say how far each member is believed, from 0 to below 1."""
    belief, doubt = combine_opinions(predictions, present, weights)
    return belief + doubt[:, None] / predictions.shape[2]


def confidence(predictions, present, weights, prior):
    """Weighted mean in which a member counts less in a row where it is undecided."""
    return average(predictions, confidence_shares(predictions, present, weights))


def confidence_shares(predictions, present, weights, beta=1.0):
    """Weights of the members in each row, in proportion to ``w exp(-beta H(p) / log K)``.

    H is the entropy: a member of which all classes are equally probable counts least.

    Returns
    -------
    shares : ndarray of shape (n_samples, n_members)
    """
    entropy = entr(predictions).sum(axis=2).T / np.log(max(predictions.shape[2], 2))
    entropy = np.where(present, entropy, entropy.max(axis=1, initial=0, keepdims=True))
    least = entropy.min(axis=1, keepdims=True)  # a common factor, against underflow
    return present * weights * np.exp(-beta * (entropy - least))


CLASSIFIER_RULES = {
    "mean": mean,
    "product": product,
    "max": maximum,
    "min": minimum,
    "median": median_probability,
    "vote": vote,
    "borda": borda,
    "bayes": bayes,
    "evidence": evidence,
    "confidence": confidence,
}
REGRESSOR_RULES = {"mean": mean, "median": median}
UNWEIGHTED = {"max", "min", "median"}


def average(values, share):
    """Mean of what members predict, weighted by row; 0 in a row in which none counts.

    Parameters
    ----------
    values : ndarray of shape (n_members, n_samples, n_outputs)
    share : ndarray of shape (n_samples, n_members)

    Returns
    -------
    mean : ndarray of shape (n_samples, n_outputs)
    """
    total = share.sum(axis=1)
    combined = np.einsum("nm,mnk->nk", share, values)
    return combined / np.where(total > 0, total, 1)[:, None]


def _weighted_logs(probabilities, share):
    return np.einsum("nm,mnk->nk", share, np.log(np.maximum(probabilities, SMALLEST)))


def _softmax(logs):
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _normalize(scores):
    scores = np.maximum(scores, SMALLEST)  # where every class is impossible for some member
    return scores / scores.sum(axis=1, keepdims=True)


def _count(scores, probabilities, share):
    counts = average(scores, share) + TIE_BREAK * average(probabilities, share)
    return _normalize(counts)
