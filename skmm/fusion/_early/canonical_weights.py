"""Canonical directions of several blocks, present in some of the rows each.

All methods are one eigenvalue problem, ``A w = lambda B w``, where w stacks the directions of all blocks,
A says how blocks agree, and B, which is block-diagonal, how large they are. It is solved in the
principal axes of each block, where B is diagonal and nothing is wider than the rank.
"""

import warnings
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh, qr, svd


class Axes(NamedTuple):
    """One centered block in its principal axes, the columns of V in the decomposition U s V'."""

    rows: np.ndarray  # (n, r), the rows times V; 0 where the modality is missing
    directions: np.ndarray  # (d, r), V
    energy: np.ndarray  # (r,), the squares of s, from the largest
    present: np.ndarray  # (n,), bool


def principal_axes(block):
    """Turn a centered block, whose missing rows are 0, to its principal axes.

    Parameters
    ----------
    block : Block of float64 values of shape (n, d)

    Returns
    -------
    axes : Axes
        As many as the rank.
    """
    rows, present = block
    # The triangle has the same s and V, and as few rows as it can.
    triangle = qr(rows[present], mode="r")[0][: rows.shape[1]]
    _, values, directions = svd(triangle, full_matrices=False)
    floor = values.max(initial=0.0) * max(rows.shape) * np.finfo(rows.dtype).eps
    directions = directions[values > floor].T
    return Axes(rows @ directions, directions, values[values > floor] ** 2, present)


def canonical_weights(blocks, method, shrinkage, n_components):
    """Find the directions in which blocks agree most.

    Parameters
    ----------
    blocks : dict of Block
        Centered float64 matrices, 0 where a modality is missing.
    method : {"mcca", "rcca", "pls", "gcca"}
    shrinkage : dict of float
        The k of each modality.
    n_components : int

    Returns
    -------
    eigenvalues : ndarray of shape (n_components,)
    weights : dict of ndarray of shape (d_m, n_components)

    Raises
    ------
    ValueError
        If blocks have fewer directions, or no two modalities are present together.
    """
    axes = {modality: principal_axes(block) for modality, block in blocks.items()}
    _check_rank(axes, n_components)
    _check_overlap(axes)
    _warn_of_chance(axes, shrinkage)
    agreement, penalty, size = _problem(list(axes.values()), method, list(shrinkage.values()))
    if (
        len(axes) == 1
    ):  # nothing to agree with: the axes themselves, whose order is that of the values
        eigenvalues = (np.diagonal(agreement) / penalty)[:n_components]
        vectors = np.eye(len(penalty), n_components)
    else:
        root = np.sqrt(penalty)
        last = [len(penalty) - n_components, len(penalty) - 1]
        eigenvalues, vectors = eigh(agreement / np.outer(root, root), subset_by_index=last)
        eigenvalues, vectors = eigenvalues[::-1], vectors[:, ::-1] / root[:, np.newaxis]
    vectors = vectors * np.sqrt(len(axes) / (size @ vectors**2))
    return eigenvalues, _to_columns(vectors, axes)


def _problem(axes, method, shrinkage):
    """A, and the diagonals of B and of what the solution is scaled by, in principal axes."""
    counts = [np.count_nonzero(block.present) for block in axes]
    variances = [
        block.energy / max(count - 1, 1) for block, count in zip(axes, counts, strict=True)
    ]
    if method == "gcca":
        penalty = [block.energy + k for block, k in zip(axes, shrinkage, strict=True)]
        size = [part / max(count - 1, 1) for part, count in zip(penalty, counts, strict=True)]
        return _agreement_with_consensus(axes), np.concatenate(penalty), np.concatenate(size)
    penalty = [(1 - k) * part + k for part, k in zip(variances, shrinkage, strict=True)]
    agreement = np.diag(variances[0]) if len(axes) == 1 else _agreement_of_pairs(axes)
    return agreement, np.concatenate(penalty), np.concatenate(penalty)


def _agreement_of_pairs(axes):
    """Covariances between blocks, S - D, from the rows that have both."""
    ends = np.cumsum([0] + [len(block.energy) for block in axes])
    parts = [slice(start, end) for start, end in pairwise(ends)]
    agreement = np.zeros((ends[-1], ends[-1]))
    for (one, here), (other, there) in combinations(zip(axes, parts, strict=True), 2):
        n_shared = np.count_nonzero(one.present & other.present)
        agreement[here, there] = one.rows.T @ other.rows / max(n_shared - 1, 1)
        agreement[there, here] = agreement[here, there].T
    return agreement


def _agreement_with_consensus(axes):
    """The product of the stacked blocks with themselves, rows weighted by M / number present.

    With G of G'NG = I, N the number of modalities present in each row, the sum over modalities of
    |G - X_m W_m|^2 in the rows that have m is smallest for the first eigenvectors of the sum of all
    P_m after division by the roots of N. All present, it is the sum of P_m itself.
    """
    stacked = np.hstack([block.rows for block in axes])
    n_present = np.sum([block.present for block in axes], axis=0)
    stacked *= np.sqrt(len(axes) / np.maximum(n_present, 1))[:, np.newaxis]
    return stacked.T @ stacked


def _check_rank(axes, n_components):
    """At most as many components as two blocks can agree on: the second largest rank."""
    ranks = {modality: len(block.energy) for modality, block in axes.items()}
    limit = sorted(ranks.values())[-2:][0]
    if n_components > limit:
        n_samples = len(next(iter(axes.values())).present)
        of_what = "rank of the block" if len(axes) == 1 else "second largest rank of the blocks"
        raise ValueError(
            f"n_components={n_components} is more than {limit}, the {of_what} with "
            f"n_samples={n_samples} ({', '.join(map(str, ranks.values()))} for "
            f"{', '.join(map(str, ranks))}); give at most as many"
        )


def _check_overlap(axes):
    n_present = np.sum([block.present for block in axes.values()], axis=0)
    if len(axes) > 1 and np.count_nonzero(n_present > 1) < 2:
        raise ValueError(
            f"the modalities {list(axes)} are never present together, in two rows at least, so there is "
            "nothing that could agree; fit on rows that have several modalities"
        )


def _warn_of_chance(axes, shrinkage):
    for modality, block in axes.items():
        width, n_rows = len(block.directions), np.count_nonzero(block.present)
        if shrinkage[modality] == 0 and width >= n_rows and len(axes) > 1:
            warnings.warn(
                f"modality {modality!r} has {width} columns and {n_rows} rows: without regularization "
                "some direction of it agrees with anything; it is reduced to its rank, "
                f'{len(block.energy)}. Set method="rcca" and a regularization above 0',
                stacklevel=2,
            )


def _to_columns(vectors, axes):
    """Directions in the columns of the blocks, the largest entry of each positive."""
    ends = np.cumsum([0] + [len(block.energy) for block in axes.values()])
    weights = {
        modality: block.directions @ vectors[start:end]
        for (modality, block), (start, end) in zip(axes.items(), pairwise(ends), strict=True)
    }
    stacked = np.vstack(list(weights.values()))
    largest = np.abs(stacked).argmax(axis=0)
    signs = np.where(stacked[largest, np.arange(stacked.shape[1])] < 0, -1.0, 1.0)
    return {modality: part * signs for modality, part in weights.items()}
