"""Scale and shift of the first modality."""

import torch
from torch.testing import assert_close

from skmm.nn import FilmModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def trained():
    module = FilmModule(3, P).double()
    torch.nn.init.normal_(module.weight)
    return module


def test_at_the_start_the_first_modality_is_what_it_was():
    h = embeddings()
    assert torch.equal(FilmModule(3, P).double()(h), h[0])


def test_it_is_the_formula():
    module, h = trained(), embeddings()
    scale, shift = module.weight[:P], module.weight[P:]
    others = torch.cat(h[1:], dim=1)
    assert_close(module(h), (1 + others @ scale.T) * h[0] + others @ shift.T)


def test_without_the_others_the_first_modality_is_what_it_was():
    module, h = trained(), embeddings()
    assert torch.equal(module(h, PRESENT)[5], h[0][5])  # row 5 has the first only


def test_without_the_first_modality_the_shift_remains():
    module, h = trained(), embeddings()
    shift = h[2][4] @ module.weight[P:, P:].T  # row 4 has the last only
    assert_close(module(h, PRESENT)[4], shift)
