"""How each modality becomes numbers, and what numbers these are."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import clone

from skmm._validation import Integral
from skmm.frame import presence_mask
from skmm.fusion import ConcatFusion, MultimodalFusion
from skmm.model_selection._folds.extractors import set_memory


class Feature(NamedTuple):
    """A modality and its transformer."""

    modality: str
    transformer: object
    columns: object  # of X; names where there are any
    is_sparse: bool = False
    width: int = 0

    @property
    def member(self):
        """What a fusion of blocks is given."""
        return self.modality, self.transformer, self.columns

    @property
    def inside(self):
        """The same inside a member of a late fusion, which sees its own columns only."""
        columns = self.columns
        if isinstance(columns, slice):
            columns = slice(None)
        elif isinstance(columns, Integral):
            columns = 0
        elif not isinstance(columns, str) and not isinstance(columns[0], str):
            columns = list(range(len(columns)))
        return self.modality, self.transformer, columns

    @property
    def given(self):
        """Which columns a member of a late fusion is given: always as a table."""
        return [self.columns] if isinstance(self.columns, str | Integral) else self.columns


def has_gaps(X):
    """Whether a cell is null, or a number missing."""
    if isinstance(X, pd.DataFrame):
        return not presence_mask(X).to_numpy().all()
    return not issparse(X) and bool(np.isnan(X).any())


def look_at_features(members, X, y, memory):
    """Make the block of every modality once: it fills the cache, and finds what cannot be used.

    Parameters
    ----------
    members : list of Member
        With transformers.
    X : DataFrame, ndarray or sparse matrix
    y : ndarray of shape (n_samples,)
    memory : str, path-like, FeatureCache or None
        For extractors that have no cache of their own.

    Returns
    -------
    features : list of Feature
    """
    features = []
    for modality, transformer, columns in members:
        if isinstance(columns, np.ndarray | pd.Index):
            columns = columns.tolist()
        if isinstance(columns, str) and not isinstance(X, pd.DataFrame):
            columns = slice(None) if len(members) == 1 else columns
        feature = Feature(modality, transformer, columns)
        fusion = MultimodalFusion([feature.member], fusion=ConcatFusion(), missing="mean")
        block = set_memory(clone(fusion), memory).fit_transform(X, y)
        features.append(feature._replace(is_sparse=issparse(block), width=block.shape[1]))
    return features
