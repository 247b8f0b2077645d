"""Modules that users give as encoders."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn._encoders.given import wrap_module


class Words(nn.Module):
    """Vectors of width 6 and tokens of another width."""

    def __init__(self, token_width=5):
        super().__init__()
        self.table = nn.Embedding(9, token_width)
        self.linear = nn.Linear(token_width, 6)

    def forward(self, ids):
        return self.linear(self.table(ids).mean(dim=1))

    def tokens(self, ids):
        return self.table(ids), ids > 0


IDS = torch.tensor([[1, 2, 0], [3, 0, 0]])
ONE = torch.ones(1, 3, dtype=int)


def test_a_linear_map_is_added_where_the_width_is_another():
    module = nn.Sequential(nn.Linear(3, 7), nn.ReLU())
    encoder = wrap_module(module, torch.zeros(1, 3), 4)
    x = torch.randn(5, 3)
    assert_close(encoder(x), encoder.linear(module(x)))
    assert encoder.linear.weight.shape == (4, 7)


def test_a_module_of_the_right_width_is_all_there_is():
    module = nn.Linear(3, 4)
    x = torch.randn(5, 3)
    encoder = wrap_module(module, torch.zeros(1, 3), 4)
    assert torch.equal(encoder(x), module(x))
    assert len(list(encoder.parameters())) == 2


def test_the_module_itself_is_neither_trained_nor_moved():
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    encoder = wrap_module(module, torch.zeros(1, 3), 4)
    encoder(torch.randn(5, 3)).sum().backward()
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert module[0].weight.grad is None
    assert encoder.module[0].weight.dtype == torch.float32


def test_trying_a_module_changes_neither_its_mode_nor_its_statistics():
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    module[0].eval()
    encoder = wrap_module(module, torch.ones(1, 3), 4)
    assert [m.training for m in encoder.module] == [False, True]
    assert (encoder.module[1].running_mean == 0).all()


def test_lazy_layers_find_their_width():
    encoder = wrap_module(nn.Sequential(nn.Flatten(), nn.LazyLinear(7)), torch.zeros(1, 2, 5, 5), 4)
    assert encoder.module[1].in_features == 50


@pytest.mark.parametrize(("token_width", "embed_dim"), [(5, 4), (5, 5), (5, 6), (6, 4), (6, 6)])
def test_tokens_have_the_width_of_the_embedding(token_width, embed_dim):
    module = Words(token_width)
    encoder = wrap_module(module, ONE, embed_dim)
    tokens, valid = encoder.tokens(IDS)
    assert encoder(IDS).shape == (2, embed_dim)
    assert tokens.shape == (2, 3, embed_dim)
    assert torch.equal(valid, IDS > 0)
    assert_close(tokens, encoder.token_linear(module.tokens(IDS)[0]))


def test_equal_widths_of_vectors_and_tokens_share_the_linear_map():
    encoder = wrap_module(Words(6), ONE, 4)
    assert encoder.token_linear is encoder.linear
    again = wrap_module(Words(6), ONE, 4)
    again.load_state_dict(encoder.state_dict())
    assert torch.equal(again.tokens(IDS)[0], encoder.tokens(IDS)[0])


def test_a_module_without_tokens_offers_none():
    assert not hasattr(wrap_module(nn.Linear(3, 4), torch.zeros(1, 3), 4), "tokens")


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Linear(4, 4), r"Linear, tried on a batch of shape \(1, 3\) and dtype.*fails: mat1"),
        (nn.Unflatten(1, (3, 1)), r"gives a tensor of shape \(1, 3, 1\).*expected floats of shape"),
        (nn.Flatten(0), r"gives a tensor of shape \(3,\).*such as nn.Flatten gives"),
        (nn.LSTM(3, 2), "gives a tuple; expected"),
    ],
    ids=["fails", "axes", "batch", "tuple"],
)
def test_a_module_that_does_not_fit_is_refused(module, message):
    with pytest.raises(ValueError, match=message):
        wrap_module(module, torch.zeros(1, 3), 4)


@pytest.mark.parametrize(
    "tokens",
    [
        lambda ids: torch.zeros(1, 3, 2),
        lambda ids: (torch.zeros(1, 3, 2), torch.ones(1, 3)),
        lambda ids: (torch.zeros(1, 3, 2), torch.ones(1, 2, dtype=torch.bool)),
        lambda ids: (torch.zeros(1, 3), torch.ones(1, 3, dtype=torch.bool)),
    ],
    ids=["no mask", "floats", "steps", "axes"],
)
def test_tokens_that_do_not_fit_are_refused(tokens):
    module = Words()
    module.tokens = tokens
    with pytest.raises(ValueError, match="Words, tried on.* has a method tokens, which gives"):
        wrap_module(module, ONE, 4)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32])
def test_ids_of_any_dtype_come_as_the_module_was_tried(dtype):
    encoder = wrap_module(Words(), ONE, 4)
    assert torch.equal(encoder(IDS.to(dtype)), encoder(IDS))
    assert torch.equal(encoder.tokens(IDS.to(dtype))[0], encoder.tokens(IDS)[0])
