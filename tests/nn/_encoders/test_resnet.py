"""The residual body."""

import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn._encoders.resnet import ResidualBody


def test_three_of_four_parts_halve_height_and_width():
    body = ResidualBody(2)
    assert body(torch.zeros(1, 2, 32, 17)).shape == (1, body.width, 4, 3)


def test_a_block_whose_residual_is_zero_passes_its_shortcut_on():
    blocks = [m for m in ResidualBody(2) if hasattr(m, "residual")]
    for block in blocks:
        nn.init.zeros_(block.residual[-1].weight)
    x = torch.rand(2, 16, 6, 6)
    assert_close(blocks[0](x), x)
    assert_close(blocks[1](x), torch.relu(blocks[1].shortcut(x)))
