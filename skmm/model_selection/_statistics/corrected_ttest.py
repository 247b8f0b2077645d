"""A t-test that knows that the training sets of cross-validation overlap."""

from typing import NamedTuple

import numpy as np
from scipy.stats import t as t_distribution

from skmm.model_selection._statistics.fold_differences import summarize_differences


class CorrectedTTest(NamedTuple):
    """Result of :func:`corrected_ttest`."""

    statistic: float
    p_value: float


def corrected_ttest(differences, test_over_train):
    r"""Test whether two models differ, given their scores on the same folds.

    The scores of different folds are correlated, because the training sets overlap. The plain
    paired t-test ignores it and finds differences where there are none; the corrected resampled
    t-test [1]_ widens the variance accordingly:

    .. math:: t = \bar d / \sqrt{(1 / J + n_\text{test} / n_\text{train}) \, s_d^2},

    with :math:`s_d^2` the variance of the J differences (``ddof=1``) and J - 1 degrees of freedom.

    Parameters
    ----------
    differences : array-like of shape (n_folds,), float
        Score of one model minus score of the other, by fold; at least two.
    test_over_train : float
        Size of a test fold over the size of its training set, above 0: 0.25 in 5-fold
        cross-validation.

    Returns
    -------
    result : CorrectedTTest
        Named tuple of ``statistic`` and two-sided ``p_value``. Without any difference they are 0
        and 1.

    Raises
    ------
    ValueError
        If there are fewer than two differences, one is not finite, or `test_over_train` is not a
        number above 0.

    See Also
    --------
    bayesian_ttest : How probable it is that the difference matters.
    compare_fusions : Uses the test on every model and the best single modality.

    References
    ----------
    .. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
       52(3), 2003.

    Examples
    --------
    >>> from skmm.model_selection import corrected_ttest
    >>> result = corrected_ttest([0.02, 0.01, 0.03, 0.0, 0.02], test_over_train=0.25)
    >>> round(result.statistic, 6), round(result.p_value, 6)
    (2.091905, 0.104605)
    """
    mean, error, n_folds = summarize_differences(differences, test_over_train)
    if mean == error == 0:
        return CorrectedTTest(0.0, 1.0)
    with np.errstate(divide="ignore"):  # equal differences: infinitely sure
        statistic = np.divide(mean, error)
    return CorrectedTTest(
        float(statistic), float(2 * t_distribution.sf(abs(statistic), n_folds - 1))
    )
