"""Modalities that read each other: who is left out, and what attention is."""

import torch
from torch.testing import assert_close

from skmm.nn import CrossAttentionModule
from tests.nn._fusions.toys import P, streams


def test_a_modality_absent_everywhere_is_the_model_without_it():
    three = CrossAttentionModule(3, P, n_heads=2).double().eval()
    two = CrossAttentionModule(2, P, n_heads=2).double().eval()
    kept = [0, 2]
    pairs = [three.pairs.index((kept[a], kept[b])) for a, b in two.pairs]
    for layers, pair in zip(two.layers, pairs, strict=True):
        layers.load_state_dict(three.layers[pair].state_dict())
    blocks = three.output.weight.detach().unflatten(1, (9, P))
    two.output.weight.data = blocks[:, kept + [3 + pair for pair in pairs]].flatten(1)
    two.output.bias.data = three.output.bias.detach()
    tokens, valid = streams()
    present = torch.tensor([True, False, True]).expand(6, 3)
    without = two([tokens[m] for m in kept], None, [valid[m] for m in kept])
    assert_close(three(tokens, present, valid), without)


def test_the_order_of_the_pairs_is_that_of_the_text():
    assert CrossAttentionModule(3, P, n_heads=2).pairs == [
        (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1),
    ]  # fmt: skip


def test_layers_follow_each_other():
    module = CrossAttentionModule(2, P, n_heads=2, n_layers=2).double().eval()
    (a, b), (here, there) = streams(2)
    first, second = module.layers[0]
    tokens = second(first(a, b, there), b, there)
    mean = torch.stack([t[h].mean(dim=0) for t, h in zip(tokens, here, strict=True)])
    seen = []
    module.output.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    module([a, b], None, [here, there])
    zeroed = torch.where(here.unsqueeze(2), a, 0)
    again = second(first(zeroed, b, there), b, there)
    assert_close(again[here], tokens[here])
    assert_close(seen[0].unflatten(1, (4, P))[:, 2], mean)


def test_attention_is_dropped_in_training_only():
    module = CrossAttentionModule(2, P, n_heads=2, attention_dropout=0.5).double()
    tokens, valid = streams(2)
    assert not torch.equal(module(tokens, None, valid), module(tokens, None, valid))
    module.eval()
    assert torch.equal(module(tokens, None, valid), module(tokens, None, valid))
