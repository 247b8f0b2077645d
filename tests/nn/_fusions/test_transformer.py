"""The layer of a transformer against that of torch, and with nothing to read."""

import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn._fusions.transformer import AttentionLayer
from tests.nn._fusions.toys import P, streams


def test_reading_itself_it_is_the_layer_of_torch():
    """Within `valid` only: torch leaves what padding reads undefined."""
    mine = AttentionLayer(P, 2, 0.0).double()
    theirs = nn.TransformerEncoderLayer(
        P, 2, dim_feedforward=4 * P, dropout=0.0, batch_first=True, norm_first=True
    ).double()
    theirs.self_attn.load_state_dict(mine.attention.state_dict())
    theirs.norm1.load_state_dict(mine.norm.state_dict())
    theirs.norm2.load_state_dict(mine.body[0].state_dict())
    theirs.linear1.load_state_dict(mine.body[1].state_dict())
    theirs.linear2.load_state_dict(mine.body[3].state_dict())
    (_, tokens), (_, valid) = streams(2)
    expected = theirs(tokens, src_key_padding_mask=~valid)
    assert_close(mine(tokens, tokens, valid)[valid], expected[valid])


def test_nothing_to_read_gives_zeros_and_finite_gradients():
    layer = AttentionLayer(P, 2, 0.0).double()
    (tokens, source), (_, valid) = streams(2)
    valid = valid.clone()
    valid[3] = False
    read, _ = layer.attend(tokens, source, valid)
    assert (read[3] == 0).all()
    assert (read[2] != 0).any()
    layer(tokens, source, valid).sum().backward()
    assert torch.isfinite(tokens.grad).all()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters())
