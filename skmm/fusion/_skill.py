"""What a modality is worth alone, by cross-validation."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import type_of_target

N_FOLDS = 5


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
        Balanced accuracy of logistic regression, or R2 of ridge regression if y is continuous.

    Raises
    ------
    ValueError
        If y is None or has several targets, all samples that have the modality are of one group, or
        a fold cannot be scored.
    """
    if y is None:
        raise ValueError(
            'ConcatFusion(weights="cv") requires y to be passed, but the target y is None; give y, '
            "or other weights"
        )
    y = np.asarray(y)[present]
    if y.ndim > 1:
        raise ValueError('weights="cv" is for one target, and y has several; give other weights')
    scaler = StandardScaler(with_mean=not sparse.issparse(rows))
    is_regression = type_of_target(y) == "continuous"
    if is_regression:
        model, scoring, chance = Ridge(), "r2", 0.0
    else:
        model, scoring = LogisticRegression(max_iter=1000), "balanced_accuracy"
        chance = 1 / len(np.unique(y))
    cv = N_FOLDS
    if groups is not None:
        check_consistent_length(present, groups)
        cv = _group_folds(y, np.asarray(groups)[present], is_regression)
    options = {"cv": cv, "scoring": scoring, "error_score": "raise"}
    scores = cross_val_score(make_pipeline(scaler, model), rows, y, **options)
    return float(scores.mean()), chance


def _group_folds(y, groups, is_regression):
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            'all samples of a modality are of one group, and weights="cv" needs two; give other '
            "weights, or no groups"
        )
    splitter = GroupKFold if is_regression else StratifiedGroupKFold
    return list(splitter(min(N_FOLDS, n_groups)).split(y, y, groups))
