"""Embed samples by canonical correlations."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from skmm._threads import one_thread
from skmm.fusion import CanonicalFusion
from skmm.fusion._early.block_fusion import as_matrices, read_blocks
from skmm.fusion._early.blocks import spread
from skmm.fusion._early.canonical_weights import principal_axes


class CanonicalEmbedder:
    """Canonical scores of each modality, weighed by how well they agree with those of the others.

    Parameters
    ----------
    n_components : int
        As many are kept as there are.
    regularization : float or dict
        As that of :class:`CanonicalFusion`.
    """

    def __init__(self, n_components, regularization):
        self.n_components = n_components
        self.regularization = regularization

    def fit(self, X):
        """Learn from a frame of blocks whose rows have at least two modalities."""
        n_components = min(self.n_components, _largest_number(X))
        fusion = CanonicalFusion(n_components, regularization=self.regularization).fit(X)
        between = fusion.correlations_ * (1 - np.eye(X.shape[1]))  # (n_components, M, M)
        weights = np.maximum(between.sum(axis=2) / (X.shape[1] - 1), 0)
        self.fusion = fusion
        self.weights = dict(zip(X.columns, weights.T, strict=True))
        return self

    def embed(self, name, column):
        """Embed a column of the frame."""
        return self.fusion.transform_modality(column.to_frame(name), name) * self.weights[name]


def _largest_number(X):
    """How many components two modalities can agree on: the second largest rank."""
    ranks = {}
    for name, block in as_matrices(read_blocks(X)).items():
        rows = StandardScaler().fit_transform(block.values[block.present].astype(np.float64))
        with one_thread():
            ranks[name] = len(principal_axes(spread(rows, block.present)).energy)
    largest = sorted(ranks.values())[-2]
    if largest == 0:
        constant = [name for name, rank in ranks.items() if rank == 0]
        raise ValueError(
            f"of the modalities {list(ranks)}, {constant} are the same in all samples with another one, "
            "and two that vary are needed to agree; leave constant ones out"
        )
    return largest
