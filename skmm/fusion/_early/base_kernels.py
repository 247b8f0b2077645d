"""Kernels of one block: how alike two rows are.

The kernel of a row does not depend on the other rows, inside :func:`skmm._threads.one_thread`.
"""

import numpy as np

from skmm.fusion._early.row_products import row_products


def kernel_matrix(name, rows, others, gamma):
    """Compute the kernel of every row with every other row.

    Parameters
    ----------
    name : {"linear", "rbf", "cosine", "poly"}
        As in :func:`sklearn.metrics.pairwise.pairwise_kernels`; "poly" is (gamma <x, x'> + 1)^3.
    rows : ndarray of shape (n, d)
    others : ndarray of shape (k, d)
    gamma : float
        For "rbf" and "poly".

    Returns
    -------
    kernel : ndarray of shape (n, k)
    """
    if name == "cosine":
        rows, others = _unit_rows(rows), _unit_rows(others)
    if name == "rbf":  # distances do not change, and differences of large squares lose digits
        center = others.mean(axis=0)
        rows, others = rows - center, others - center
    products = row_products(rows, others.T)
    if name == "poly":
        return _cube(gamma * products + 1.0)
    if name == "rbf":
        squares = _squares(rows)[:, np.newaxis] + _squares(others) - 2 * products
        return np.exp(-gamma * np.maximum(squares, 0.0))
    return products


def self_kernel(name, rows, gamma):
    """Compute the kernel of every row with itself, as :func:`kernel_matrix`."""
    if name == "rbf":
        return np.ones(len(rows))
    squares = _squares(_unit_rows(rows) if name == "cosine" else rows)
    return _cube(gamma * squares + 1.0) if name == "poly" else squares


def divide_by_roots(kernel, row_sizes, column_sizes):
    """K_ij / sqrt(K_ii K_jj), and 0 where a self-kernel is 0."""
    return kernel * np.outer(_inverse_roots(row_sizes), _inverse_roots(column_sizes))


def _inverse_roots(sizes):
    positive = sizes > 0
    return np.where(positive, 1 / np.sqrt(np.where(positive, sizes, 1.0)), 0.0)


def _unit_rows(rows):
    return rows * _inverse_roots(_squares(rows))[:, np.newaxis]


def _squares(rows):
    return np.square(rows).sum(axis=1)


def _cube(values):
    return values * values * values
