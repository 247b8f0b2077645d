"""The sum of linear maps."""

import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn import SumModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def test_it_is_a_linear_map_of_all_embeddings_with_stacked_weights():
    module, h = SumModule(3, P).double(), embeddings()
    maps = module.linear.weight.unflatten(1, (3, P)).unbind(1)
    stacked = nn.Linear(3 * P, P, bias=False).double()
    stacked.weight.data = torch.cat([m.detach() for m in maps], dim=1)
    assert_close(module(h), stacked(torch.cat(h, dim=1)))
    assert_close(module(h), sum(e @ m.T for e, m in zip(h, maps, strict=True)))


def test_absent_terms_are_left_out_and_the_others_make_up_for_them():
    module, h = SumModule(3, P).double(), embeddings()
    maps = module.linear.weight.unflatten(1, (3, P)).unbind(1)
    for row, present in enumerate(PRESENT.tolist()):
        terms = [h[m][row] @ maps[m].T for m in range(3) if present[m]]
        assert_close(module(h, PRESENT)[row], sum(terms) * 3 / len(terms))


def test_nothing_gives_zeros():
    module = SumModule(3, P).double()
    assert (module(embeddings(), torch.zeros(6, 3, dtype=torch.bool)) == 0).all()
