"""What the fusions of blocks share: how blocks are read, checked, selected and named."""

from math import prod

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_consistent_length, get_tags
from sklearn.utils.validation import check_is_fitted

from skmm._input import check_names, holds_modalities, name_columns, select_columns
from skmm._validation import all_or_nothing, refuse_empty, validate_data
from skmm.frame import presence_mask
from skmm.fusion._columns import refuse_absent
from skmm.fusion._early.blocks import (
    MEND_OR_DROP,
    Block,
    check_finite,
    check_shape,
    empty_block,
    frame_to_blocks,
    is_token_ids,
    spec_of,
)
from skmm.fusion._weights import check_weights


class BlockFusion(TransformerMixin, BaseEstimator):
    """Base class of the fusions of blocks.

    A subclass gives ``_learn(blocks, y)`` and ``_fuse(blocks)``, which see a dict of
    :class:`~skmm.fusion._early.blocks.Block` whose values are matrices of floats. A plain numeric X is one
    modality, whose name is None.
    """

    def fit(self, X, y=None):
        """Learn from the blocks.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            Blocks by modality, or one block.
        y : array-like of shape (n_samples,), default=None
            Targets, for what learns from them.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, or a present cell holds NaN or infinity.
        ValueError
            If a parameter does not fit the blocks.
        """
        return self._fit(X, y)

    def transform(self, X):
        """Fuse the blocks into one.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            Blocks by modality, or one block, as in :meth:`fit`.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_features_out)
            The fused block.
        """
        check_is_fitted(self)
        return self._transform_blocks(self._read(X, reset=False))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _fit(self, X, y, **params):
        with all_or_nothing(self):
            return self._fit_blocks(self._read(X, reset=True), y, **params)

    def _read(self, X, reset):
        is_frame = holds_modalities(X)
        if not reset and None not in self._block_specs:
            is_frame |= isinstance(X, pd.DataFrame)  # one of nothing but NaN looks numeric
        if not reset and is_frame == (None in self._block_specs):
            kinds = ("a plain matrix", "a frame of blocks")
            raise ValueError(
                f"{type(self).__name__} was fitted on {kinds[not is_frame]}, and X is "
                f"{kinds[is_frame]}"
            )
        if not is_frame:
            accepted = "csr" if get_tags(self).input_tags.sparse else False
            X = validate_data(
                self, X, reset=reset, accept_sparse=accepted, dtype=[np.float64, np.float32]
            )
            return {None: Block(X, np.ones(X.shape[0], dtype=bool))}
        X = name_columns(X, None if reset else self.feature_names_in_)
        X = X if reset else select_columns(X, self.feature_names_in_)
        if reset:
            refuse_empty(X)
            check_names(X)
        validate_data(self, X, reset=reset, skip_check_array=True)
        return read_blocks(X, None if reset else self._block_specs)

    def _fit_blocks(self, blocks, y, **params):
        """Fit on blocks by name; MultimodalFusion comes in here, for tensor columns cannot be sparse."""
        self._validate_params()
        for modality, block in blocks.items():
            refuse_absent(block, modality)
        if y is not None:
            check_consistent_length(next(iter(blocks.values())).present, y)
        self._block_specs = {modality: spec_of(block) for modality, block in blocks.items()}
        self._names_by_modality = {}
        return self._learn(as_matrices(blocks), y, **params)

    def _transform_blocks(self, blocks):
        for modality, block in blocks.items():
            check_shape(block, self._block_specs[modality].shape, modality)
        return self._fuse(as_matrices(blocks))

    def _column_names(self, modality):
        """Names of the columns of a block: ``modality__column``, or their own in a plain X."""
        if modality in self._names_by_modality:
            return self._names_by_modality[modality]
        width = prod(self._block_specs[modality].shape)
        if modality is None:
            return list(
                getattr(self, "feature_names_in_", [f"x{column}" for column in range(width)])
            )
        return [f"{modality}__{column}" for column in range(width)]

    def _name_columns(self, names):
        """Take over the names of the columns of each block; those of a tensor column have none."""
        self._names_by_modality = {m: given for m, given in names.items() if m in self._block_specs}

    def _keep_modalities(self, kept, declared):
        """Cut parameters by modality to those in use; a fusion of members may have dropped some."""
        for name, value in self.get_params(deep=False).items():
            if name == "weights" and not (value is None or isinstance(value, str)):
                self.set_params(weights=check_weights(value, kept, declared))
            elif isinstance(value, dict):
                dropped = set(declared) - set(kept)
                self.set_params(**{name: {m: v for m, v in value.items() if m not in dropped}})


def block_fusions_in(fusion):
    """The fusion, if it is one of blocks, or those that are steps of it, as in a pipeline."""
    parts = [fusion, *(fusion.get_params().values() if hasattr(fusion, "get_params") else ())]
    return [part for part in parts if isinstance(part, BlockFusion)]


def read_blocks(X, specs=None):
    """The blocks in the columns of a frame, finite wherever they are present.

    A column without any sample takes the form of `specs`, and is an error if there are none.
    """
    present = presence_mask(X)
    blocks = {}
    for modality in X.columns:
        if present[modality].any():
            blocks |= frame_to_blocks(X[[modality]])
            check_finite(blocks[modality], modality, X.index, advice=MEND_OR_DROP)
        elif specs is None:
            refuse_absent(Block(None, present[modality]), modality)
        else:
            blocks[modality] = empty_block(specs[modality], len(X))
    return blocks


def as_matrices(blocks):
    """Blocks as (n, d) matrices of floats."""
    return {
        modality: Block(_as_matrix(block, modality), block.present)
        for modality, block in blocks.items()
    }


def _as_matrix(block, modality):
    values = block.values
    if not sparse.issparse(values):
        if values.ndim == 3 and np.isnan(values[block.present]).any():
            raise ValueError(
                f"modality {modality!r} gives sequences of several lengths, padded with NaN, and a "
                "fusion of blocks needs features of one width; summarize them (pool= of the "
                "extractor), or keep the blocks apart for a deep estimator (fusion=None)"
            )
        if is_token_ids(values):
            raise ValueError(
                f"modality {modality!r} gives integers, which are token ids and have no scale; use a "
                "bag of words here, keep the ids for a deep estimator (fusion=None), or make counts "
                "floats"
            )
        values = values.reshape(len(values), prod(values.shape[1:]))
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def common_dtype(blocks):
    """The type of what is fused of dense blocks: float32 if every block is, else float64."""
    return np.result_type(np.float32, *(block.values.dtype for block in blocks.values()))


def value_of_each(value, modalities, parameter):
    """A parameter that is one value for all modalities, or a dict of one each, as a dict.

    Raises
    ------
    ValueError
        If a dict has other keys than the modalities.
    """
    if not isinstance(value, dict):
        return dict.fromkeys(modalities, value)
    if set(value) != set(modalities):
        raise ValueError(
            f"{parameter} is for {list(value)}, and the modalities are {list(modalities)}; give one "
            "value each, or one for all"
        )
    return value
