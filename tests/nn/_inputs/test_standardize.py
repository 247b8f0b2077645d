"""Statistics of channels against numpy's, and the layer that uses them."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from skmm.nn._inputs.blocks import Block
from skmm.nn._inputs.standardize import Standardize, channel_statistics

AXES = {"vector": (0,), "sequence": (0, 1), "image": (0, 2, 3)}
SHAPES = {"vector": (30, 3), "sequence": (30, 4, 3), "image": (30, 3, 5, 5)}


def full(tensor):
    return Block(tensor, np.ones(len(tensor), dtype=bool), "a")


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_statistics_are_those_of_numpy(kind, dtype, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    tensor = rng.normal(100, 20, size=SHAPES[kind]).astype(dtype)
    mean, scale = channel_statistics(full(tensor), kind, np.arange(30), np.ones(30))
    assert_allclose(mean, tensor.mean(axis=AXES[kind], dtype=np.float64))
    assert_allclose(scale, tensor.std(axis=AXES[kind], dtype=np.float64))


@pytest.mark.parametrize("kind", AXES)
def test_a_weight_counts_as_repetition(kind, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    tensor, times = rng.normal(size=SHAPES[kind]), rng.integers(1, 4, size=30)
    weighted = channel_statistics(full(tensor), kind, np.arange(30), times.astype(float))
    repeated = tensor.repeat(times, axis=0)
    assert_allclose(weighted[0], repeated.mean(axis=AXES[kind]))
    assert_allclose(weighted[1], repeated.std(axis=AXES[kind]))


def test_missing_samples_other_rows_and_padding_do_not_count():
    tensor = np.arange(24.0).reshape(4, 3, 2)
    tensor[0, 2] = np.nan
    tensor[1] = 1e9
    block = Block(tensor, np.array([True, False, True, True]), "a")
    mean, _ = channel_statistics(block, "sequence", np.array([0, 1, 2]), np.ones(4))
    assert_allclose(mean, np.concatenate([tensor[0, :2], tensor[2]]).mean(axis=0))


def test_a_constant_channel_has_scale_one():
    tensor = np.column_stack([np.full(5, 3.3), np.arange(5.0)])
    _, scale = channel_statistics(full(tensor), "vector", np.arange(5), np.ones(5))
    assert_allclose(scale, [1, np.sqrt(2)])


def test_many_pieces_give_the_statistics_of_the_whole():
    tensor = np.random.default_rng(0).normal(5, 2, size=(5, 3, 500, 400)).astype(np.float32)
    mean, scale = channel_statistics(full(tensor), "image", np.arange(5), np.ones(5))
    assert_allclose(mean, tensor.mean(axis=(0, 2, 3), dtype=np.float64))
    assert_allclose(scale, tensor.std(axis=(0, 2, 3), dtype=np.float64))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.bool, torch.float16, torch.float64])
def test_the_layer_answers_in_the_dtype_of_the_net(dtype):
    layer = Standardize(2, "vector")
    layer.set_statistics(np.array([1.0, 0.0]), np.array([2.0, 1.0]))
    output = layer(torch.tensor([[1, 1], [0, 1]]).to(dtype), torch.float32)
    assert output.dtype == torch.float32
    assert output.tolist() == [[0.0, 1.0], [-0.5, 1.0]]
