"""What the scores of two models on the same folds tell, and of all pairs of several."""

from itertools import combinations

import numpy as np
import pandas as pd

from skmm.model_selection._statistics.bayesian_ttest import bayesian_ttest
from skmm.model_selection._statistics.corrected_ttest import corrected_ttest


def compare_pair(scores, other, test_over_train, rope):
    """Compare a model with another.

    Parameters
    ----------
    scores, other : array-like of shape (n_folds,), float
        Scores of both on the same folds.
    test_over_train : float
        Size of the test folds over the size of their training sets.
    rope : float
        Largest difference that is of no consequence.

    Returns
    -------
    result : dict
        ``difference`` (of the mean scores), ``p_value``, ``p_worse``, ``p_equivalent`` and
        ``p_better``.
    """
    differences = np.subtract(scores, other)
    return {
        "difference": float(differences.mean()),
        "p_value": corrected_ttest(differences, test_over_train).p_value,
        **bayesian_ttest(differences, test_over_train, rope=rope)._asdict(),
    }


def compare_all_pairs(scores, test_over_train, rope):
    """Compare every model with every one that stands behind it.

    Parameters
    ----------
    scores : DataFrame of shape (n_folds, n_models)
    test_over_train, rope : as in :func:`compare_pair`

    Returns
    -------
    table : DataFrame
        As :meth:`FusionComparison.pairwise` returns it.
    """
    pairs = list(combinations(scores.columns, 2))
    rows = [compare_pair(scores[a], scores[b], test_over_train, rope) for a, b in pairs]
    sides = np.array(pairs, dtype=object).reshape(-1, 2).T
    index = pd.MultiIndex.from_arrays(list(sides), names=["model", "other"])
    columns = ["difference", "p_value", "p_worse", "p_equivalent", "p_better"]
    table = pd.DataFrame(rows, index=index, columns=columns)
    table.insert(2, "p_holm", adjust_p_values(table["p_value"]))
    return table


def adjust_p_values(p_values):
    """Adjust for the number of tests as Holm does: the smallest counts that often, and so on down.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)

    Returns
    -------
    adjusted : ndarray of shape (n_tests,)
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values)
    adjusted = np.empty_like(p_values)
    stepped = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return adjusted
