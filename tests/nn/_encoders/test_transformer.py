"""The Transformer against the layers of torch, and its masks against dropped steps."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn._encoders.transformer import Transformer, positions


def body(**options):
    defaults = {"n_layers": 2, "bidirectional": True, "dropout": 0.0, "n_heads": 2}
    return Transformer(3, 4, **(defaults | options)).double()


def as_in_torch(layer):
    """A layer of torch with the same weights."""
    other = nn.TransformerEncoderLayer(4, 2, 16, 0.0, batch_first=True, norm_first=True).double()
    mapping = {
        "self_attn.in_proj_weight": layer.queries_keys_values.weight,
        "self_attn.in_proj_bias": layer.queries_keys_values.bias,
        "self_attn.out_proj.weight": layer.out.weight,
        "self_attn.out_proj.bias": layer.out.bias,
        "linear1.weight": layer.network[1].weight,
        "linear1.bias": layer.network[1].bias,
        "linear2.weight": layer.network[3].weight,
        "linear2.bias": layer.network[3].bias,
        "norm1.weight": layer.norm.weight,
        "norm1.bias": layer.norm.bias,
        "norm2.weight": layer.network[0].weight,
        "norm2.bias": layer.network[0].bias,
    }
    other.load_state_dict(mapping)
    return other


@pytest.mark.parametrize("bidirectional", [True, False])
def test_states_are_those_of_the_layers_of_torch(bidirectional):
    network = body(bidirectional=bidirectional)
    x = torch.randn(3, 5, 3, dtype=torch.float64)
    valid = torch.arange(5) < torch.tensor([5, 2, 4])[:, None]
    expected = network.project(x) + positions(5, 4).double()
    mask = None if bidirectional else torch.ones(5, 5, dtype=torch.bool).triu(1)
    for layer in network.layers:
        expected = as_in_torch(layer)(expected, src_mask=mask, src_key_padding_mask=~valid)
    assert_close(network(x, valid)[valid], network.norm(expected)[valid])


@pytest.mark.parametrize("bidirectional", [True, False])
def test_an_invalid_step_in_between_is_as_if_it_had_been_dropped(bidirectional, monkeypatch):
    monkeypatch.setattr(
        "skmm.nn._encoders.transformer.positions", lambda n, width: torch.zeros(n, width)
    )
    network = body(bidirectional=bidirectional)
    x = torch.randn(1, 6, 3, dtype=torch.float64)
    valid = torch.tensor([[0, 1, 1, 0, 1, 0]]).bool()
    kept = x[valid].unsqueeze(0)
    expected = network(kept, torch.ones(1, 3, dtype=torch.bool))
    assert_close(network(x, valid)[valid], expected[0])


def test_positions_are_those_of_the_paper():
    expected = np.empty((7, 5))
    for position in range(7):
        for unit in range(5):
            angle = position / 10_000 ** (2 * (unit // 2) / 5)
            expected[position, unit] = np.sin(angle) if unit % 2 == 0 else np.cos(angle)
    assert_close(positions(7, 5).double(), torch.tensor(expected), atol=1e-6, rtol=0)


def test_the_order_of_steps_matters():
    network = body()
    x = torch.randn(1, 4, 3, dtype=torch.float64)
    valid = torch.ones(1, 4, dtype=torch.bool)
    assert not torch.allclose(network(x, valid), network(x.flip(1), valid).flip(1))


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match="n_heads=3 does not divide embed_dim=4; choose"):
        body(n_heads=3)
