"""Weights of kernels that are learned from y."""

import numpy as np
from sklearn.svm import SVC
from sklearn.utils.multiclass import type_of_target

from skmm.fusion._early.target_columns import holds_numbers, read_y

_MOST_ITERATIONS = 1_000_000


def alignment(kernel, targets):
    """Centered alignment of a kernel with the targets, from 0 to 1.

    ``<HKH, HYY'H> / (|HKH| |HYY'H|)``, where H centers rows and columns.

    Parameters
    ----------
    kernel : ndarray of shape (n, n)
    targets : ndarray of shape (n, k)
        See :func:`~skmm.fusion._early.target_columns.encode_targets`.

    Returns
    -------
    alignment : float
        0 if the kernel or the targets are constant.
    """
    centered = kernel - kernel.mean(axis=0)
    centered -= centered.mean(axis=1, keepdims=True)
    targets = targets - targets.mean(axis=0)
    norm = np.linalg.norm(centered) * np.linalg.norm(targets.T @ targets)
    shared = np.sum(targets * (centered @ targets))
    # What rounding leaves of a constant kernel is not aligned with anything.
    floor = len(kernel) * np.finfo(np.float64).eps * np.linalg.norm(kernel)
    return float(shared / norm) if np.linalg.norm(centered) > floor and norm > 0 else 0.0


def easymkl_gains(kernels, y, reg):
    """How far each kernel keeps the classes apart: EasyMKL.

    With Y the diagonal matrix of the labels, -1 and 1, g >= 0 minimizes
    ``(1 - r) g'Y (sum of all K) Y g + r g'g`` and sums to 1 on each class: the points of the convex
    hulls of the classes that are nearest to each other, as in a support vector machine without
    errors. What kernel K gains is ``(Yg)'K(Yg)``, the square of that distance by K alone; of more than
    two classes each stands against the rest, and weights are averaged.

    Parameters
    ----------
    kernels : list of ndarray of shape (n, n)
    y : array-like of shape (n,)
        Classes.
    reg : float in (0, 1]

    Returns
    -------
    gains : ndarray of shape (n_kernels,)

    Raises
    ------
    ValueError
        If y is no classification, or has one class.
    """
    y = read_y(y)
    kind = "continuous" if holds_numbers(y) else type_of_target(y, raise_unknown=True)
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f'method="easymkl" separates classes, and y is {kind}; use "cka", or "mean"'
        )
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f'method="easymkl" separates classes, and y has 1 class, {classes.tolist()[0]!r}; use "mean"'
        )
    total = (1 - reg) * np.sum(kernels, axis=0) + reg * np.eye(len(y))
    gains = np.zeros(len(kernels))
    for positive in classes[1:] if len(classes) == 2 else classes:
        signed = _nearest_points(total, y == positive)
        apart = np.array([signed @ kernel @ signed for kernel in kernels])
        gains += apart / (apart.sum() or 1.0)
    return gains


def _nearest_points(kernel, is_positive):
    """Yg: the coefficients of the nearest points of two convex hulls, those of one class negative."""
    # The default tolerance is seen in the fifth digit of the weights. Kernels that are not normalized
    # may never reach this one.
    machine = SVC(C=1e7, kernel="precomputed", tol=1e-8, max_iter=_MOST_ITERATIONS)
    machine.fit(kernel, is_positive)
    signed = np.zeros(len(kernel))
    signed[machine.support_] = machine.dual_coef_[0]
    for side in (is_positive, ~is_positive):
        signed[side] /= np.abs(signed[side]).sum()
    return signed
