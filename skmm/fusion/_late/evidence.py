"""Dempster-Shafer combination of what members believe about the classes.

An opinion is a belief in each class, and a doubt: what is left over, and says "don't know". They sum
to 1. Opinions are combined by the reduced rule of Z. Han et al., "Trusted multi-view classification",
ICLR 2021, which is the rule of G. Shafer, "A mathematical theory of evidence", 1976, for beliefs in
single classes and in all of them.
"""

import numpy as np

SMALLEST = 1e-12  # no probability counts as less, against the logarithm of 0 and division by it


def combine_opinions(probabilities, present, reliability):
    """Combine members that are believed to a part, all at once and in no order.

    Parameters
    ----------
    probabilities : ndarray of shape (n_members, n_samples, n_classes)
    present : ndarray of shape (n_samples, n_members), bool
        An absent member is the vacuous opinion, which changes nothing.
    reliability : ndarray of shape (n_members,)
        How much of the probabilities is belief, from 0 to 1; the rest is doubt.

    Returns
    -------
    belief : ndarray of shape (n_samples, n_classes)
    doubt : ndarray of shape (n_samples,)
    """
    share = (present * reliability).T[:, :, None]
    return combine(share * probabilities, 1 - share[:, :, 0])


def combine(belief, doubt):
    """Combine opinions by Dempster's rule.

    Parameters
    ----------
    belief : ndarray of shape (n_members, n_samples, n_classes)
    doubt : ndarray of shape (n_members, n_samples)

    Returns
    -------
    belief : ndarray of shape (n_samples, n_classes)
    doubt : ndarray of shape (n_samples,)
    """
    agreed, nobody_knows = (belief + doubt[:, :, None]).prod(axis=0), doubt.prod(axis=0)
    certain = agreed - nobody_knows[:, None]
    total = np.maximum(certain.sum(axis=1) + nobody_knows, SMALLEST)
    return certain / total[:, None], nobody_knows / total
