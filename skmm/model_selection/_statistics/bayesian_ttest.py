"""How probable it is that one model is better than another by more than nobody cares about."""

from typing import NamedTuple

import numpy as np
from scipy.stats import t as t_distribution

from skmm.model_selection._statistics.fold_differences import summarize_differences


class BayesianTTest(NamedTuple):
    """Result of :func:`bayesian_ttest`."""

    p_worse: float
    p_equivalent: float
    p_better: float


def bayesian_ttest(differences, test_over_train, *, rope=0.01):
    r"""Tell how probably a model is worse than, as good as, or better than another.

    A p-value says how surprising the scores were if both models were equally good. This says what one
    wants to know instead [1]_: the probability that the true mean difference lies below, in, or above
    a region of practical equivalence, [-rope, rope], given the scores. Under the usual prior, which
    knows nothing, the difference is distributed as Student's t with J - 1 degrees of freedom, around
    the mean difference, in units of

    .. math:: \sqrt{(1 / J + n_\text{test} / n_\text{train}) \, s_d^2},

    with J folds and :math:`s_d^2` the variance of the differences (``ddof=1``): scores of folds whose
    training sets overlap are taken to correlate by the share of test samples.

    Parameters
    ----------
    differences : array-like of shape (n_folds,), float
        Score of one model minus score of the other, by fold; at least two.
    test_over_train : float
        Size of a test fold over the size of its training set, above 0: 0.25 in 5-fold
        cross-validation.
    rope : float, default=0.01
        Largest difference that is of no consequence, in units of the score, at least 0. The default
        suits accuracies: one point.

    Returns
    -------
    result : BayesianTTest
        Named tuple of ``p_worse``, ``p_equivalent`` and ``p_better``, which sum to 1.

    Raises
    ------
    ValueError
        If there are fewer than two differences, one is not finite, `test_over_train` is not a number
        above 0, or `rope` is not a number of at least 0.

    See Also
    --------
    corrected_ttest : The p-value of the same data.
    compare_fusions : Uses the test on every model and the best single modality.

    References
    ----------
    .. [1] A. Benavoli, G. Corani, J. Demsar and M. Zaffalon, "Time for a change: a tutorial for
       comparing multiple classifiers through Bayesian analysis", JMLR 18(77), 2017.

    Examples
    --------
    >>> from skmm.model_selection import bayesian_ttest
    >>> result = bayesian_ttest([0.02, 0.01, 0.03, 0.0, 0.02], test_over_train=0.25)
    >>> [round(p, 3) for p in result]
    [0.014, 0.225, 0.762]
    """
    if not 0 <= rope < np.inf:
        raise ValueError(f"rope is {rope!r}; expected a number of at least 0")
    mean, error, n_folds = summarize_differences(differences, test_over_train)
    if error == 0:  # the folds agree, and leave no doubt
        worse, better = float(mean < -rope), float(mean > rope)
    else:
        posterior = t_distribution(n_folds - 1, mean, error)
        worse, better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    return BayesianTTest(worse, max(0.0, 1 - worse - better), better)
