"""Layers whose rows do not depend on each other."""

import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from skmm.generative._layers import concat_present, fill_absent, make_layers, squared_error


@pytest.fixture
def x(global_random_seed):
    return torch.randn(50, 33, generator=torch.Generator().manual_seed(global_random_seed))


def test_a_row_is_the_same_alone_and_in_any_batch(x):
    layers = make_layers(33, [65], 7).eval()
    with torch.inference_mode():
        whole = layers(x)
        for size in (1, 2, 3, 17):
            parts = torch.cat([layers(x[start : start + size]) for start in range(0, 50, size)])
            assert_array_equal(parts, whole)


def test_training_and_use_agree(x):
    layers = make_layers(33, [65, 9], 7)
    with torch.no_grad():
        assert_allclose(layers.eval()(x), layers.train()(x), atol=1e-6)


def test_relus_lie_between_linear_layers():
    assert [type(m) for m in make_layers(3, [4], 2)][1] is nn.ReLU
    assert len(make_layers(3, [], 2)) == 1
    assert [m.out_features for m in make_layers(3, [8, 5], 2)[::2]] == [8, 5, 2]


def test_what_is_absent_becomes_zero_and_gives_no_gradient():
    block = torch.full((2, 3), torch.nan, requires_grad=True)
    filled = fill_absent([block], torch.tensor([[False], [False]]))
    filled[0].sum().backward()
    assert not filled[0].any()
    assert not block.grad.any()


def test_a_mask_tells_a_gap_from_a_zero():
    block = torch.tensor([[5.0], [0.0], [5.0]])
    present = torch.tensor([[True, True], [True, True], [False, True]])
    inputs = concat_present([block, block], present)
    assert inputs.tolist() == [[5, 5, 1, 1], [0, 0, 1, 1], [0, 5, 0, 1]]


def test_a_row_of_gaps_passes_for_an_average_one():
    block = torch.full((1, 2), torch.nan)
    assert concat_present([block], torch.tensor([[False]])).tolist() == [[0, 0, 1]]


def test_errors_of_absent_modalities_do_not_count():
    blocks, decoded = (
        [torch.ones(2, 3), torch.ones(2, 1)],
        [torch.zeros(2, 3), torch.ones(2, 1) * 3],
    )
    present = torch.tensor([[True, True], [False, True]])
    assert squared_error(blocks, decoded, present).tolist() == [7.0, 4.0]
