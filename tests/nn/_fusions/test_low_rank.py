"""Weights of low rank: the same as a full tensor of weights, and as general."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import LowRankModule, TensorModule
from tests.nn._fusions.toys import PRESENT, embeddings

LETTERS = "ijk"


def as_full(module):
    """A TensorModule with the weights sum_r w_r (x)_m F_m[r]."""
    n_modalities, _, width, n_outputs = module.factors.shape
    axes = LETTERS[:n_modalities]
    formula = ",".join(f"r{axis}o" for axis in axes) + f",r->o{axes}"
    weight = torch.einsum(formula, *module.factors.detach(), module.weight.detach())
    full = TensorModule(n_modalities, n_outputs, factor_dim=width - 1).double()
    for factor in full.factors:
        torch.nn.init.eye_(factor.weight)
    full.output.weight.data = weight.flatten(1)
    full.output.bias.data = module.bias.detach()
    return full


@pytest.mark.parametrize("rank", [1, 2, 4, 9])
@pytest.mark.parametrize("n_modalities", [1, 2, 3])
def test_it_is_the_full_tensor_of_its_factors(rank, n_modalities):
    module, h = LowRankModule(n_modalities, 6, rank=rank).double(), embeddings(n_modalities)
    torch.nn.init.normal_(module.bias)
    present = PRESENT[:, :n_modalities]
    assert_close(module(h, present), as_full(module)(h, present), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n_modalities", [2, 3])
def test_any_tensor_is_reached_at_the_rank_of_all_but_one_modality(n_modalities):
    p = 3
    size = (p + 1,) * n_modalities
    wanted = torch.randn(*size, p, dtype=torch.float64)
    rank = (p + 1) ** (n_modalities - 1)
    module = LowRankModule(n_modalities, p, rank=rank).double()
    torch.nn.init.zeros_(module.factors)
    torch.nn.init.ones_(module.weight)
    # A factor per cell of all modalities but the last: indicators of it, and the weights behind it.
    for r, cell in enumerate(
        torch.cartesian_prod(*[torch.arange(p + 1)] * (n_modalities - 1)).reshape(rank, -1)
    ):
        for m, i in enumerate(cell):
            module.factors.data[m, r, i] = 1
        module.factors.data[-1, r] = wanted[tuple(cell)]
    h = [torch.randn(6, p, dtype=torch.float64) for _ in range(n_modalities)]
    longer = [torch.cat([torch.ones(6, 1), e], dim=1) for e in h]
    axes = LETTERS[:n_modalities]
    formula = ",".join(f"b{axis}" for axis in axes) + f",{axes}o->bo"
    assert_close(module(h), torch.einsum(formula, *longer, wanted), rtol=1e-12, atol=1e-12)


def test_the_number_of_parameters_is_the_published_one():
    assert sum(p.numel() for p in LowRankModule(3, 64, rank=4).parameters()) == 49_988
