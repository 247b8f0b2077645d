"""How often groups get the positive class: rates, and the usual differences between groups."""

import numpy as np
import pandas as pd

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")


def group_rates(is_positive, is_selected, attributes, weight=None):
    """Rates of each group of each attribute.

    Parameters
    ----------
    is_positive : ndarray of shape (n_samples,), bool
        Whether the true class is the positive one.
    is_selected : ndarray of shape (n_samples,), bool
        Whether the predicted class is.
    attributes : DataFrame of categories
    weight : ndarray of shape (n_samples,), default=None

    Returns
    -------
    rates : DataFrame
        Columns ``selection_rate``, ``true_positive_rate`` and ``false_positive_rate``, by attribute
        and group; NaN where a group has no sample of the class.
    """
    weight = np.ones(len(is_positive)) if weight is None else weight
    rows = {}
    for name, column in attributes.items():
        for group in column.cat.categories:
            member = (column == group).to_numpy()
            among = (member, member & is_positive, member & ~is_positive)
            rows[name, group] = [_share(is_selected, weight * rows_) for rows_ in among]
    index = pd.MultiIndex.from_tuples(rows, names=["attribute", "group"])
    return pd.DataFrame(list(rows.values()), index=index, columns=RATES)


def fairness_differences(rates):
    """Demographic parity and equalized odds, by attribute.

    The demographic parity difference is that of the largest and the smallest selection rate; the
    equalized odds difference the larger of those of true and of false positive rates (Hardt, Price and
    Srebro, 2016). 0 is fair in this sense.

    Parameters
    ----------
    rates : DataFrame
        What :func:`group_rates` returns.

    Returns
    -------
    differences : DataFrame
    """
    by_attribute = rates.groupby(level="attribute", sort=False)
    ranges = by_attribute.max() - by_attribute.min()
    return pd.DataFrame(
        {
            "demographic_parity_difference": ranges["selection_rate"],
            "equalized_odds_difference": ranges[list(RATES[1:])].max(axis=1),
        }
    )


def _share(is_selected, weight):
    return float(np.average(is_selected, weights=weight)) if weight.sum() > 0 else np.nan
