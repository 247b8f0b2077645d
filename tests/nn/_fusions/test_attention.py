"""Attention over modalities: a mean that knows no order."""

import torch
from torch.testing import assert_close

from skmm.nn import AttentionModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def test_it_is_the_formula():
    module, h = AttentionModule(3, P).double(), embeddings()
    first, last = module.logit[0], module.logit[2]
    logits = [torch.tanh(e @ first.weight.T + first.bias) @ last.weight[0] for e in h]
    total = sum(torch.exp(logit) for logit in logits)
    shares = [torch.exp(logit) / total for logit in logits]
    assert_close(module.weights(h), torch.stack(shares, dim=1))
    assert_close(module(h), sum(a[:, None] * e for a, e in zip(shares, h, strict=True)))


def test_equal_embeddings_are_what_they_were():
    module, (h, *_) = AttentionModule(3, P).double(), embeddings()
    assert_close(module([h, h, h], PRESENT), h)


def test_one_modality_alone_is_what_it_was():
    module, h = AttentionModule(3, P).double(), embeddings()
    assert_close(module(h, PRESENT)[4], h[2][4])


def test_the_order_of_the_modalities_does_not_matter():
    module, h = AttentionModule(3, P).double(), embeddings()
    order = [2, 0, 1]
    turned = module([h[m] for m in order], PRESENT[:, order])
    assert_close(turned, module(h, PRESENT))
