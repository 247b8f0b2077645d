"""Masks: zeros, not products, and nothing in a mean or a softmax."""

import torch
from torch.testing import assert_close

from skmm.nn._fusions.masks import (
    masked_softmax,
    tokens_without_absent,
    without_absent,
)
from tests.nn._fusions.toys import PRESENT, embeddings, streams


def test_absent_embeddings_become_zeros_whatever_they_were():
    h = [torch.where(PRESENT[:, [m]], e, torch.nan) for m, e in enumerate(embeddings())]
    stacked, present = without_absent(h, PRESENT)
    assert (stacked[~PRESENT] == 0).all()
    assert torch.equal(stacked[0], torch.stack([e[0] for e in h]))
    assert without_absent(embeddings(), None)[1].all()
    assert present is PRESENT


def test_absent_and_padded_tokens_become_zeros_whatever_they_were():
    tokens, valid = streams()
    tokens = [torch.where(v.unsqueeze(2), t, torch.nan) for t, v in zip(tokens, valid, strict=True)]
    cleaned, _, here = tokens_without_absent(tokens, PRESENT, valid)
    for m in range(3):
        assert torch.equal(here[m], valid[m] & PRESENT[:, [m]])
        assert (cleaned[m][~here[m]] == 0).all()
        assert torch.equal(cleaned[m][here[m]], tokens[m][here[m]])
    _, present, here = tokens_without_absent(tokens, None, None)
    assert present.shape == (6, 3)
    assert all(each.all() for each in [present, *here])


def test_a_softmax_is_that_of_what_is_here():
    logits = torch.randn(6, 3, dtype=torch.float64)
    shares = masked_softmax(logits, PRESENT)
    for row, here in enumerate(PRESENT):
        assert_close(shares[row][here], torch.softmax(logits[row][here], dim=0))
        assert (shares[row][~here] == 0).all()
    assert (masked_softmax(logits, torch.zeros_like(PRESENT)) == 0).all()
