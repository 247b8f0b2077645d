"""A mean of what is there, against a loop over samples."""

import torch
from torch.testing import assert_close

from skmm.nn._layers.masked_mean import masked_mean

HERE = torch.tensor([[1, 1, 1], [0, 1, 1], [1, 0, 0]]).bool()


def test_a_mean_is_that_of_what_is_here():
    values = torch.randn(3, 3, 4, dtype=torch.float64)
    means = masked_mean(torch.where(HERE.unsqueeze(2), values, torch.nan), HERE)
    for row, here in enumerate(HERE):
        assert_close(means[row], values[row][here].mean(dim=0))
    assert (masked_mean(values, torch.zeros_like(HERE)) == 0).all()
