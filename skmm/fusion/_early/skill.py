"""What a modality is worth alone, by cross-validation."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length

from skmm.fusion._early.target_columns import holds_numbers, read_y
from skmm.fusion._folds import make_folds


def skill_of_block(rows, y, groups, present):
    """Cross-validated score of one block alone, and the score of knowing nothing.

    Parameters
    ----------
    rows : {ndarray, CSR array} of shape (n_present, d)
    y : array-like of shape (n_samples,)
    groups : array-like of shape (n_samples,) or None
        No group is torn apart by a fold.
    present : ndarray of shape (n_samples,), bool
        Which samples the rows are.

    Returns
    -------
    score, chance : float
        Balanced accuracy of logistic regression, or R2 of ridge regression if y holds numbers.

    Raises
    ------
    ValueError
        If y is None or has several targets, the samples that have the modality cannot be split, or a
        fold cannot be scored.
    """
    if y is None:
        raise ValueError(
            'ConcatFusion(weights="cv") requires y to be passed, but the target y is None; give y, '
            "or other weights"
        )
    y = read_y(y)[present]
    if y.ndim > 1:
        raise ValueError('weights="cv" is for one target, and y has several; give other weights')
    scaler = StandardScaler(with_mean=not sparse.issparse(rows))
    is_regression = holds_numbers(y)
    if is_regression:
        model, scoring, chance = Ridge(), "r2", 0.0
    else:
        model, scoring = LogisticRegression(max_iter=1000), "balanced_accuracy"
        chance = 1 / len(np.unique(y))
    if groups is not None:
        check_consistent_length(present, groups)
        groups = np.asarray(groups)[present]
    folds = make_folds(y, groups, stratified=not is_regression, way_out="give other weights")
    cv = list(
        folds.split(rows, y, groups)
    )  # cross_val_score takes no groups under metadata routing
    options = {"cv": cv, "scoring": scoring, "error_score": "raise"}
    scores = cross_val_score(make_pipeline(scaler, model), rows, y, **options)
    return float(scores.mean()), chance
