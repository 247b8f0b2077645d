"""Cells: each modality of a sample as one of few symbols, so that information can be counted."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.frame import presence_mask
from skmm.fusion import LateFusionClassifier, MultimodalFusion
from skmm.fusion._early.block_fusion import as_matrices, read_blocks
from skmm.fusion._folds import split_rows

MOST_CELLS = 10
N_INIT = 4  # starts of a run of k-means
# Where there are no groups every run finds other cells, some luckier than others.
N_RUNS = 3


class Cells(NamedTuple):
    """The symbols of one modality."""

    codes: np.ndarray  # (n,) int from 0; -1 where the modality is missing
    n_cells: int


def read_cells(X, y, *, method, estimators, n_cells, cv, groups, n_jobs, seed):
    """Turn each modality into symbols, by each run of k-means in another way.

    Parameters
    ----------
    X : DataFrame
    y : ndarray of shape (n_samples,), int
    method, estimators, n_cells, cv, groups, n_jobs
        As in :func:`~skmm.inspection.information_decomposition`.
    seed : int

    Returns
    -------
    cells : dict {modality: list of Cells}
        One per run, or one in all if there is only one way.
    """
    cells = {}
    for name in X.columns:
        labels = None if name in estimators else read_labels(X[name])
        if labels is not None:
            cells[name] = [labels]
        elif method == "clusters":
            cells[name] = cluster(X, name, n_cells, transformer=estimators.get(name), seed=seed)
        else:
            options = {"cv": cv, "groups": groups, "n_jobs": n_jobs}
            cells[name] = [predict(X, name, y, classifier=estimators.get(name), **options)]
    return cells


def make_cells(codes, present):
    """Cells of the symbols of the present samples, which may be anything that has an order."""
    found, inverse = np.unique(codes, return_inverse=True)
    everywhere = np.full(len(present), -1)
    everywhere[present] = inverse
    return Cells(everywhere, len(found))


def read_labels(column):
    """Take a column that is discrete already for cells, as it is.

    Parameters
    ----------
    column : Series

    Returns
    -------
    cells : Cells or None
        None if it is not discrete: categories and booleans are, and so are numbers and strings that
        take at most ten values.
    """
    if not isinstance(column.dtype, pd.CategoricalDtype) and not _is_scalar(column):
        return None
    present = presence_mask(column).to_numpy()
    codes, values = pd.factorize(column[present])
    is_few = len(values) <= MOST_CELLS or isinstance(column.dtype, pd.CategoricalDtype)
    return make_cells(codes, present) if is_few and present.any() else None


def _is_scalar(column):
    is_text = pd.api.types.is_string_dtype(column[presence_mask(column)])
    return is_text or pd.api.types.is_numeric_dtype(column.dtype)


def cluster(X, modality, n_cells, *, transformer, seed):
    """Group the samples of one modality by k-means, without a look at y.

    Parameters
    ----------
    X : DataFrame
    modality : str
    n_cells : int
    transformer : transformer or None
        Makes a block of raw samples; None takes the column for a block.
    seed : int

    Returns
    -------
    cells : list of Cells
        One per run.
    """
    frame = X[[modality]]
    if transformer is not None:
        member = [(modality, transformer)]
        frame = MultimodalFusion(member, fusion=None, missing="nan").fit_transform(frame)
    block = as_matrices(read_blocks(frame))[modality]
    scaled = StandardScaler().fit_transform(block.values[block.present])
    n_cells = min(n_cells, len(np.unique(scaled, axis=0)))
    runs = [KMeans(n_cells, n_init=N_INIT, random_state=seed + run) for run in range(N_RUNS)]
    return [make_cells(run.fit_predict(scaled), block.present) for run in runs]


def predict(X, modality, y, *, classifier, cv, groups, n_jobs):
    """Predict the class of each sample from one modality, by a model that was not fitted on it.

    Parameters
    ----------
    X : DataFrame
    modality : str
    y : ndarray of shape (n_samples,), int
    classifier : classifier or None
        Takes the column; None is standardized logistic regression on a block.
    cv : int, splitter, iterable or None
    groups : array-like of shape (n_samples,) or None
    n_jobs : int or None

    Returns
    -------
    cells : Cells
    """
    present = presence_mask(X[modality]).to_numpy()
    if classifier is None:
        block = as_matrices(read_blocks(X[[modality]]))[modality]
        rows = block.values[present]
        classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    else:
        rows = X.loc[present, [modality]]
        classifier = LateFusionClassifier([(modality, classifier)], rule="mean")
    y = y[present]
    groups = None if groups is None else np.asarray(groups)[present]
    way_out = "give other folds as cv, or method='clusters'"
    folds = split_rows(cv, rows, y, groups, stratified=True, way_out=way_out)
    return make_cells(cross_val_predict(classifier, rows, y, cv=folds, n_jobs=n_jobs), present)
