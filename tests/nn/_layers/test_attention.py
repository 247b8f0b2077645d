"""The layer of a transformer against those of torch, and with nothing to read."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from skmm.nn._layers.attention import AttentionLayer

WIDTH, N_HEADS = 6, 2
VALID = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0]]).bool()


@pytest.fixture
def layer():
    return AttentionLayer(WIDTH, N_HEADS).double()


@pytest.fixture
def tokens():
    return torch.randn(4, 3, WIDTH, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def source():
    return torch.randn(4, 4, WIDTH, dtype=torch.float64, requires_grad=True)


def attention_of_torch(layer):
    """The attention of torch with the same weights."""
    other = nn.MultiheadAttention(WIDTH, N_HEADS, batch_first=True).double()
    other.load_state_dict(
        {
            "in_proj_weight": layer.queries_keys_values.weight,
            "in_proj_bias": layer.queries_keys_values.bias,
            "out_proj.weight": layer.out.weight,
            "out_proj.bias": layer.out.bias,
        }
    )
    return other


def as_in_torch(layer):
    """A layer of torch with the same weights."""
    other = nn.TransformerEncoderLayer(
        WIDTH, N_HEADS, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
    ).double()
    other.self_attn.load_state_dict(attention_of_torch(layer).state_dict())
    other.norm1.load_state_dict(layer.norm.state_dict())
    other.norm2.load_state_dict(layer.network[0].state_dict())
    other.linear1.load_state_dict(layer.network[1].state_dict())
    other.linear2.load_state_dict(layer.network[3].state_dict())
    return other


def test_reading_itself_it_is_the_layer_of_torch(layer, source):
    """Within `valid` only: torch leaves what padding reads undefined."""
    expected = as_in_torch(layer)(source, src_key_padding_mask=~VALID)
    assert_close(layer(source, source, VALID)[VALID], expected[VALID])


def test_reading_another_source_is_the_attention_of_torch(layer, tokens, source):
    key = layer.norm(source)
    expected, weights = attention_of_torch(layer)(
        layer.norm(tokens), key, key, key_padding_mask=~VALID
    )
    assert_close(layer.read(tokens, source, VALID), expected)
    assert (weights.transpose(1, 2)[~VALID] == 0).all()


def test_each_token_may_have_a_mask_of_its_own(layer, tokens, source):
    valid = torch.rand(4, 3, 4, generator=torch.Generator().manual_seed(0)) < 0.7
    assert valid.any(dim=2).all()
    together = layer.read(tokens, source, valid)
    for number in range(3):
        alone = layer.read(tokens[:, [number]], source, valid[:, number])
        assert_close(together[:, [number]], alone)


def test_nothing_to_read_gives_zeros_and_finite_gradients(layer, tokens, source):
    valid = VALID.clone()
    valid[3] = False
    read = layer.read(tokens, source, valid)
    assert (read[3] == 0).all()
    assert (read[2] != 0).any()
    layer(tokens, source, valid).sum().backward()
    assert torch.isfinite(tokens.grad).all()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters())


@pytest.mark.parametrize("name", ["dropout", "attention_dropout"])
def test_units_or_attention_are_dropped_in_training_only(tokens, source, name):
    layer = AttentionLayer(WIDTH, N_HEADS, **{name: 0.5}).double()
    assert not torch.equal(layer(tokens, source, VALID), layer(tokens, source, VALID))
    layer.eval()
    assert torch.equal(layer(tokens, source, VALID), layer(tokens, source, VALID))


def test_dropped_attention_keeps_its_mean(tokens, source):
    """Read by a thousand copies of a token, the mean is near what is read without dropout."""
    layer = AttentionLayer(WIDTH, N_HEADS, attention_dropout=0.2).double()
    many = tokens[:, :1].expand(-1, 20_000, -1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mean = layer.read(many, source, VALID).mean(dim=1)
    expected = layer.eval().read(tokens[:, :1], source, VALID)[:, 0]
    assert functional.l1_loss(mean, expected) < 0.02


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(
        ValueError, match="n_heads=4 does not divide embed_dim=6; choose an embed_dim"
    ):
        AttentionLayer(WIDTH, 4)
