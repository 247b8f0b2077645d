"""Blocks on one scale, as tensors, and the way back to the units of the user."""

import numpy as np
import torch

from skmm.fusion._early.blocks import as_dtype
from skmm.fusion._early.scales import apply_scale, column_scale


def learn_scales(blocks):
    """Learn by modality what makes its columns comparable, from the rows that have it.

    Each column is standardized and divided by the root of their number, so that the squares of a block
    sum to 1 on average and every modality weighs the same.

    Parameters
    ----------
    blocks : dict of Block
        Dense matrices of floats, as :func:`~skmm.fusion._early.block_fusion.as_matrices` gives them.

    Returns
    -------
    scales : dict of ColumnScale
        The factor of a constant column is 0.
    """
    return {
        modality: column_scale(block.values[block.present], "sqrt_dim", 1.0)[0]
        for modality, block in blocks.items()
    }


def scaled_tensors(blocks, scales):
    """Bring blocks to their scales.

    Parameters
    ----------
    blocks : dict of Block
    scales : dict of ColumnScale

    Returns
    -------
    tensors : list of Tensor of shape (n_samples, n_columns), float32
        By modality, 0 (the mean) where it is missing.
    present : Tensor of shape (n_samples, n_modalities), bool
    """
    tensors = [
        torch.from_numpy(
            np.ascontiguousarray(apply_scale(block, scales[modality]), dtype=np.float32)
        )
        for modality, block in blocks.items()
    ]
    present = np.column_stack([block.present for block in blocks.values()])
    return tensors, torch.from_numpy(present)


def as_cells(values, shape, dtype):
    """Give rows of float64 the shape and dtype of the samples of a modality."""
    return as_dtype(values.reshape(len(values), *shape), dtype)
