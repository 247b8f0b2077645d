"""Make blocks comparable: one mean and one factor per column."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import eigvalsh
from scipy.sparse.linalg import norm as sparse_norm
from scipy.sparse.linalg import svds
from sklearn.utils.sparsefuncs import mean_variance_axis

from skmm._threads import one_thread
from skmm.fusion._early.blocks import fill


class ColumnScale(NamedTuple):
    """What is subtracted from and multiplied to the columns of one block."""

    mean: np.ndarray  # (d,) the training mean, which also stands in for a missing row
    center: np.ndarray  # (d,) what is subtracted: the mean, or 0 where the block is not centered
    factor: np.ndarray  # (d,)


def column_scale(rows, scaling, weight):
    """Scale of the columns of one block, from its present rows, and the c_m it contains.

    Among the numbers of a column NaN does not count.
    """
    is_sparse = sparse.issparse(rows)
    mean, variance = _mean_and_variance(rows)
    if scaling is None:
        scale = ColumnScale(mean, np.zeros_like(mean), np.full(len(mean), np.sqrt(weight)))
        return scale, 1.0
    constant = is_constant(mean, variance, rows.shape[0], rows.dtype)
    factor = np.where(constant, 0.0, 1 / np.sqrt(np.where(constant, 1.0, variance)))
    center = np.zeros_like(mean) if is_sparse else mean
    divisor = _block_divisor(rows, center, factor, scaling) or 1.0
    return ColumnScale(mean, center, factor * np.sqrt(weight) / divisor), divisor


def is_constant(mean, variance, n_values, dtype):
    """Tell which columns vary by rounding only, as scikit-learn's scalers do."""
    epsilon = np.finfo(dtype).eps
    return variance <= n_values * epsilon * variance + (n_values * mean * epsilon) ** 2


def _mean_and_variance(rows):
    if sparse.issparse(rows):
        return mean_variance_axis(rows.astype(np.float64), axis=0)
    average = np.nanmean if np.isnan(rows).any() else np.mean
    with warnings.catch_warnings():
        # A column that is NaN throughout has no mean and stays NaN, as in StandardScaler.
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        mean = average(rows, axis=0, dtype=np.float64)
        return mean, average(np.square(rows - mean), axis=0)


def _block_divisor(rows, center, factor, scaling):
    """The c_m of ConcatFusion: how large a block is after its columns were standardized."""
    if scaling == "standard":
        return 1.0
    if scaling == "sqrt_dim":
        return float(np.sqrt(rows.shape[1]))
    scaled = _standardize(rows, center, factor)
    numbers = scaled.data if sparse.issparse(scaled) else scaled
    numbers[np.isnan(numbers)] = 0  # a NaN adds nothing to the size of a block
    if scaling == "frobenius":
        norm = sparse_norm(scaled) if sparse.issparse(scaled) else np.linalg.norm(scaled)
        return float(norm / np.sqrt(rows.shape[0]))
    with one_thread():
        return _largest_singular_value(scaled) / float(np.sqrt(rows.shape[0]))


def _largest_singular_value(matrix):
    if sparse.issparse(matrix) and min(matrix.shape) > 2:
        start = np.ones(min(matrix.shape))  # ARPACK draws one at random otherwise
        return float(svds(matrix, k=1, v0=start, return_singular_vectors=False)[0])
    matrix = matrix.toarray() if sparse.issparse(matrix) else matrix
    gram = matrix.T @ matrix if matrix.shape[0] > matrix.shape[1] else matrix @ matrix.T
    last = gram.shape[0] - 1
    return float(np.sqrt(max(eigvalsh(gram, subset_by_index=[last, last])[0], 0.0)))


def _standardize(values, center, factor):
    if sparse.issparse(values):
        return values.astype(np.float64) @ sparse.diags_array(factor)
    scaled = values - center
    scaled *= factor
    return scaled


def apply_scale(block, scale):
    filled = fill(block, scale.mean)
    scaled = _standardize(filled.values, scale.center, scale.factor)
    return scaled.astype(block.values.dtype, copy=False)


def undo_scale(values, scale):
    """Bring scaled rows of float64 back to their units; a constant column is constant again."""
    factor = np.where(scale.factor > 0, scale.factor, np.inf)
    return values / factor + scale.mean
