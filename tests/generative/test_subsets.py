"""Posteriors and objectives taken apart."""

import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._subsets import components, objective

PRESENT = torch.tensor([[True, True, True], [True, False, True], [False] * 3, [False, True, False]])


def seen_in(parts, row):
    """Subsets that count in a row, as sets, with their weights."""
    return {
        tuple(part.seen[row].nonzero().flatten().tolist()): part.weight[row].item()
        for part in parts
        if part.weight[row] > 0
    }


def test_a_product_has_one_component():
    (part,) = components("poe", PRESENT)
    assert torch.equal(part.seen, PRESENT)


def test_a_mixture_of_experts_shares_equally_among_those_present():
    parts = components("moe", PRESENT)
    assert_allclose(list(seen_in(parts, 0).values()), 1 / 3)
    assert seen_in(parts, 1) == {(0,): 0.5, (2,): 0.5}
    assert seen_in(parts, 2) == {}
    assert seen_in(parts, 3) == {(1,): 1.0}


def test_a_mixture_of_products_has_all_subsets_of_those_present():
    parts = components("mopoe", PRESENT)
    assert len(seen_in(parts, 0)) == 7
    assert_allclose(list(seen_in(parts, 1).values()), 1 / 3)
    assert set(seen_in(parts, 1)) == {(0,), (2,), (0, 2)}
    assert seen_in(parts, 2) == {}
    assert seen_in(parts, 3) == {(1,): 1.0}


@pytest.mark.parametrize("mixture", ["moe", "mopoe"])
def test_each_part_of_a_mixture_explains_all_that_is_present(mixture):
    for part in objective(mixture, PRESENT):
        assert torch.equal(part.targets, PRESENT)


def test_a_product_is_trained_on_all_on_each_and_on_some():
    torch.manual_seed(0)
    drawn = set()
    for _ in range(50):
        parts = objective("poe", PRESENT)
        assert len(parts) == 5
        assert all(torch.equal(part.seen, part.targets) for part in parts)
        subsets = [tuple(part.seen[0].nonzero().flatten().tolist()) for part in parts]
        assert subsets[:4] == [(0, 1, 2), (0,), (1,), (2,)]
        drawn.add(subsets[4])
        assert [part.weight[2].item() for part in parts] == [0] * 5
        assert [part.weight[3].item() for part in parts[:4]] == [1, 0, 1, 0]
    assert drawn == {(0, 1), (0, 2), (1, 2)}


@pytest.mark.parametrize(("n_modalities", "n_parts"), [(1, 1), (2, 3)])
def test_no_subset_is_trained_on_twice(n_modalities, n_parts):
    assert len(objective("poe", torch.ones(4, n_modalities, dtype=torch.bool))) == n_parts
