"""Fill in missing modalities from those that are present, without a network.

What :class:`skmm.generative.CrossModalImputer` stands on: each class here learns from matrices by
modality, and says what a modality would be in rows that lack it. Everything is scaled to mean 0 and
variance 1 / d, so that each modality counts the same, whatever its width d.
"""

import numpy as np
from sklearn.linear_model import Ridge

from skmm._threads import one_thread
from skmm.fusion._early.blocks import Block
from skmm.fusion._early.row_products import row_products
from skmm.fusion._early.scales import apply_scale, column_scale, undo_scale

# Distances that are in memory at once.
_DISTANCES = 2**22


class Scales:
    """Means and factors of all columns, from the rows that have a modality."""

    def fit(self, blocks):
        """Learn from a dict of :class:`Block` of matrices."""
        self.scales = {
            name: column_scale(block.values[block.present].astype(np.float64), "sqrt_dim", 1.0)[0]
            for name, block in blocks.items()
        }
        return self

    def apply(self, blocks):
        """Return the blocks as float64 near 0, which is also what stands where nothing is."""
        exact = {n: Block(b.values.astype(np.float64), b.present) for n, b in blocks.items()}
        return {
            name: Block(apply_scale(block, self.scales[name]), block.present)
            for name, block in exact.items()
        }

    def undo(self, rows, name):
        """Return scaled rows of one modality as they would be in X."""
        return undo_scale(rows, self.scales[name])


class MeanFiller:
    """The training mean."""

    def fit(self, blocks):
        """Learn nothing: the mean of scaled blocks is 0."""
        self.widths = {name: block.values.shape[1] for name, block in blocks.items()}
        return self

    def fill(self, blocks, name, rows):
        """Say what a modality is in some rows, (n_rows, d)."""
        return np.zeros((len(rows), self.widths[name]))


class NeighborFiller:
    """The mean of the nearest training rows that have the modality.

    The distance is the mean, over the modalities that two rows share, of the mean squared difference of
    standardized columns. A row that shares nothing with any donor gets the training mean.

    Parameters
    ----------
    n_neighbors : int
    """

    def __init__(self, n_neighbors):
        self.n_neighbors = n_neighbors

    def fit(self, blocks):
        """Keep the scaled training rows."""
        self.blocks = blocks
        self.squares = {n: np.square(b.values).sum(axis=1) for n, b in blocks.items()}
        return self

    def fill(self, blocks, name, rows):
        """Say what a modality is in some rows, (n_rows, d)."""
        donors = np.flatnonzero(self.blocks[name].present)
        values = self.blocks[name].values[donors]
        filled = np.empty((len(rows), values.shape[1]))
        size = max(1, _DISTANCES // len(donors))
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            distances = self._distances(blocks, rows[part], donors)
            filled[part] = self._average(distances, values)
        return filled

    def _distances(self, blocks, rows, donors):
        """Distances of rows to donors, infinite where they share nothing."""
        total = np.zeros((len(rows), len(donors)))
        n_shared = np.zeros(total.shape, dtype=int)
        for name, block in blocks.items():
            trained = self.blocks[name]
            shared = np.outer(block.present[rows], trained.present[donors])
            products = row_products(block.values[rows], trained.values[donors].T)
            squares = np.square(block.values[rows]).sum(axis=1)[:, np.newaxis]
            distances = np.maximum(squares - 2 * products + self.squares[name][donors], 0)
            total += np.where(shared, distances, 0)
            n_shared += shared
        return np.divide(total, n_shared, out=np.full(total.shape, np.inf), where=n_shared > 0)

    def _average(self, distances, values):
        n_neighbors = min(self.n_neighbors, len(values))
        nearest = np.argsort(distances, axis=1, kind="stable")[:, :n_neighbors]
        counts = np.isfinite(np.take_along_axis(distances, nearest, axis=1))
        total = (values[nearest] * counts[:, :, np.newaxis]).sum(axis=1)
        return total / np.maximum(counts.sum(axis=1), 1)[:, np.newaxis]


class RidgeFiller:
    """A ridge regression of each modality on all others, which are at their mean where they are absent.

    Parameters
    ----------
    alpha : float
    """

    def __init__(self, alpha):
        self.alpha = alpha

    def fit(self, blocks):
        """Fit one regression per modality, on the rows that have it."""
        self.models = {}
        for name, block in blocks.items():
            if len(blocks) > 1:
                sources = side_by_side(blocks, name)[block.present]
                with one_thread():
                    model = Ridge(alpha=self.alpha).fit(sources, block.values[block.present])
                self.models[name] = model.coef_.T.copy(), model.intercept_
            else:  # nothing to learn from
                width = block.values.shape[1]
                self.models[name] = np.zeros((0, width)), np.zeros(width)
        return self

    def fill(self, blocks, name, rows):
        """Say what a modality is in some rows, (n_rows, d)."""
        weights, bias = self.models[name]
        return row_products(side_by_side(blocks, name)[rows], weights) + bias


def side_by_side(blocks, name):
    """Values of all blocks but one, (n, sum of their widths)."""
    n_rows = len(blocks[name].values)
    others = [block.values for other, block in blocks.items() if other != name]
    return np.hstack([np.empty((n_rows, 0)), *others])
