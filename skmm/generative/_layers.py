"""Networks of plain layers whose rows do not depend on each other, to the last bit."""

from itertools import pairwise

import torch
from torch import nn

from skmm.fusion._early.row_products import row_products


class RowLinear(nn.Linear):
    """A linear layer that computes row by row when it is not trained.

    A product of two matrices rounds a row as suits its companions in the batch.
    """

    def forward(self, x):
        """Map x of shape (B, in_features) to (B, out_features)."""
        if self.training:
            return super().forward(x)
        weight = self.weight.detach().numpy()
        return torch.from_numpy(row_products(x.numpy(), weight.T)) + self.bias


def make_layers(n_in, hidden_dims, n_out, dtype=torch.float32):
    """Stack linear layers with ReLUs between them; without hidden ones it is a linear map.

    Parameters
    ----------
    n_in : int
    hidden_dims : sequence of int
    n_out : int
    dtype : torch.dtype, default=torch.float32

    Returns
    -------
    layers : nn.Sequential
    """
    widths = pairwise([n_in, *hidden_dims, n_out])
    *hidden, last = [RowLinear(*pair, dtype=dtype) for pair in widths]
    return nn.Sequential(*(module for layer in hidden for module in (layer, nn.ReLU())), last)


def fill_absent(blocks, present):
    """Put zeros, the mean of a scaled block, where `present` says that nothing is.

    Parameters
    ----------
    blocks : list of Tensor of shape (B, n_columns)
    present : bool Tensor of shape (B, M)

    Returns
    -------
    blocks : list of Tensor of shape (B, n_columns)
    """
    return [torch.where(present[:, m, None], block, 0) for m, block in enumerate(blocks)]


def concat_present(blocks, present):
    """Put blocks side by side, and beside them which are there: zero may be a value or a gap.

    A row without any modality passes for an average one, which a network has seen.

    Parameters
    ----------
    blocks : list of Tensor of shape (B, n_columns)
    present : bool Tensor of shape (B, M)

    Returns
    -------
    inputs : Tensor of shape (B, sum of n_columns + M)
    """
    told = present | ~present.any(dim=1, keepdim=True)
    return torch.cat([*fill_absent(blocks, present), told.to(blocks[0].dtype)], dim=1)


def squared_error(blocks, decoded, present):
    """Sum the squared errors of the modalities present in each row, (B,)."""
    return sum(
        (block - guess).square().sum(dim=1) * present[:, m]
        for m, (block, guess) in enumerate(zip(blocks, decoded, strict=True))
    )
