"""The network of the autoencoder."""

import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._joint_code import JointCode


@pytest.fixture
def blocks():
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(200, width, generator=draw) for width in (4, 3)]


ALL = torch.ones(200, 2, dtype=torch.bool)


def test_the_loss_is_the_mean_squared_error_of_rows(blocks):
    network = JointCode([4, 3], 2, [5])
    decoded = network.decode(network.encode(blocks, ALL))
    expected = sum(((a - b) ** 2).sum() for a, b in zip(blocks, decoded, strict=True)) / 200
    loss = network.compute_loss(blocks, ALL, 0.0)["train_loss"]
    assert_allclose(loss.item(), expected.item(), rtol=1e-5)


def test_hidden_modalities_are_reconstructed_all_the_same(blocks):
    """With both shown, or one of the two hidden, the loss asks for both."""
    torch.manual_seed(0)
    network = JointCode([4, 3], 2, [], modality_dropout=0.9)
    seen = []
    network.encoder.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    loss = network.compute_loss(blocks, ALL, 0.0)["train_loss"]
    hidden = (seen[0][:, 7:] == 0).float().mean(dim=0)
    assert_allclose(hidden, 0.9 - 0.9**2 / 2, atol=0.1)
    decoded = [decoder(network.encoder(seen[0])) for decoder in network.decoders]
    expected = sum(((a - b) ** 2).sum() for a, b in zip(blocks, decoded, strict=True)) / 200
    assert_allclose(loss.item(), expected.item(), rtol=1e-5)


def test_noise_is_in_units_of_a_column(blocks):
    torch.manual_seed(0)
    network = JointCode([4, 3], 2, [], noise=3.0)
    seen = []
    network.encoder.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    zeros = [torch.zeros_like(block) for block in blocks]
    network.compute_loss(zeros, ALL, 0.0)
    spread = seen[0].std(dim=0)
    assert_allclose(spread[:4], 3 / 2, rtol=0.2)  # a column of four has a scale of 1/2
    assert_allclose(spread[4:7], 3 / 3**0.5, rtol=0.2)
