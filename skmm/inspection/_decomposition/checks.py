"""What a decomposition of information takes."""

from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from skmm._validation import HasMethods, did_you_mean
from skmm.frame import check_frame, presence_mask
from skmm.fusion._early.target_columns import holds_numbers, read_y


def check_modalities(X):
    """Raise an error unless X is a frame of at least two modalities, each pair of which meets."""
    check_frame(X)
    if X.shape[1] < 2:
        raise ValueError(
            f"X has the modalities {list(X.columns)}; at least two are needed to tell what they have "
            "in common"
        )
    present = presence_mask(X)
    for first, second in combinations(X.columns, 2):
        if not (present[first] & present[second]).any():
            raise ValueError(
                f"no sample has both {first!r} and {second!r}, so what they tell together cannot be "
                "measured; leave one of them out: X.drop(columns=...)"
            )


def read_target(y, n_bins):
    """Return the classes of y as numbers from 0, or `n_bins` ranges of y if it holds numbers.

    Raises
    ------
    ValueError
        If y is not one column without gaps, or all of one class.
    """
    y = read_y(y)
    if y.ndim != 1:
        raise ValueError(f"y has the shape {y.shape}; expected one target, of shape (n_samples,)")
    gaps = np.flatnonzero(pd.isna(y))
    if len(gaps):
        raise ValueError(f"y is null in row {gaps[0]}; leave out the samples without a target")
    if holds_numbers(y):
        bounds = np.quantile(y, np.linspace(0, 1, n_bins + 1)[1:-1])
        y = np.searchsorted(bounds, y, side="right")
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y holds 1 class: {classes.tolist()!r}; there is nothing to be told")
    return codes


def check_estimators(estimators, names, method):
    """Raise an error unless `estimators` holds what `method` needs, by modality."""
    for name, estimator in estimators.items():
        if name not in names:
            raise ValueError(
                f"estimators has something for {name!r}, and the modalities are {names}"
                + did_you_mean(name, names)
            )
        if method == "clusters" and not HasMethods(["fit", "transform"]).is_satisfied_by(estimator):
            raise TypeError(
                f"modality {name!r}: method='clusters' needs a transformer, such as an extractor, got "
                f"{estimator!r}"
            )
        if method == "predictions" and not is_classifier(estimator):
            raise TypeError(
                f"modality {name!r}: method='predictions' needs a classifier, such as a pipeline of "
                f"an extractor and a classifier, got {estimator!r}"
            )
