"""What a classifier is to tell: the classes of one target, or of several side by side."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skmm._targets import check_targets
from skmm._validation import _check_y


class Targets(NamedTuple):
    """The classes of each target, and how frequent they are.

    Probabilities of several targets stand side by side in one matrix, and sum to 1 for each target.
    """

    classes: list  # of ndarray
    shares: list  # of ndarray: of the training rows
    are_several: bool  # whether y is a matrix
    are_labels: bool  # whether y is a matrix of zeros and ones

    @property
    def prior(self):
        """Shares of the classes of all targets, (n_outputs,)."""
        return np.concatenate(self.shares)

    @property
    def slices(self):
        """The columns of each target in a matrix of probabilities."""
        ends = np.cumsum([len(classes) for classes in self.classes])
        return [slice(end - len(c), end) for c, end in zip(self.classes, ends, strict=True)]

    def encode(self, y):
        """Return the position of each label among the classes of its target, (n_samples, n_targets)."""
        columns = np.reshape(y, (len(y), -1)).T
        pairs = zip(self.classes, columns, strict=True)
        return np.column_stack([np.searchsorted(classes, column) for classes, column in pairs])

    def decide(self, probabilities):
        """Return the most probable class of each target, in the form of y."""
        decided = [
            classes[probabilities[:, part].argmax(axis=1)]
            for classes, part in zip(self.classes, self.slices, strict=True)
        ]
        return np.column_stack(decided) if self.are_several else decided[0]


def read_targets(y, estimator):
    """Check the targets of a classifier.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_targets)
    estimator : object
        For error messages.

    Returns
    -------
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    targets : Targets

    Raises
    ------
    ValueError
        If y is continuous, or has one class only.
    """
    y = check_targets(y, estimator=estimator)
    y = y.toarray() if issparse(y) else np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = _check_y(y, estimator=estimator)
    check_classification_targets(y)
    # scikit-learn calls every matrix of two numbers labels, whatever they are.
    are_labels = type_of_target(y) == "multilabel-indicator" and bool(np.isin(y, (0, 1)).all())
    classes, shares = [], []
    for column in np.reshape(y, (len(y), -1)).T:
        found, counts = np.unique(column, return_counts=True)
        known = np.array([0, 1], dtype=y.dtype) if are_labels else found
        share = np.zeros(len(known))
        share[np.searchsorted(known, found)] = counts / len(column)
        classes.append(known)
        shares.append(share)
    if y.ndim == 1 and len(classes[0]) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs samples of at least 2 classes, but y holds 1 class: "
            f"{classes[0].tolist()[0]!r}"
        )
    return y, Targets(classes, shares, y.ndim == 2, are_labels)
