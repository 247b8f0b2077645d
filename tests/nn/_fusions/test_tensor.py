"""All products of units: what they contain, and when there are too many."""

import pytest
import torch
from torch.testing import assert_close

from skmm.frame import make_frame
from skmm.fusion import TensorFusion
from skmm.nn import TensorModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def products(module, h, present=None):
    """What the last map reads, as a tensor with an axis per modality."""
    seen = []
    handle = module.output.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    module(h, present)
    handle.remove()
    return seen[0].unflatten(1, (4,) * len(h))


def test_it_holds_a_constant_every_unit_and_every_product():
    module, h = TensorModule(3, P, factor_dim=3).double(), embeddings()
    z = products(module, h)
    a, b, c = (factor(e) for factor, e in zip(module.factors, h, strict=True))
    assert (z[:, 0, 0, 0] == 1).all()
    assert_close(z[:, 1:, 0, 0], a)
    assert_close(z[:, 0, 1:, 0], b)
    assert_close(z[:, 0, 0, 1:], c)
    assert_close(z[:, 1:, 1:, 0], torch.einsum("bi,bj->bij", a, b))
    assert_close(z[:, 1:, 1:, 1:], torch.einsum("bi,bj,bk->bijk", a, b, c))


def test_the_products_are_those_of_the_fusion_of_blocks():
    module, h = TensorModule(3, P, factor_dim=3).double(), embeddings()
    units = [f(e).detach().numpy() for f, e in zip(module.factors, h, strict=True)]
    expected = TensorFusion().fit_transform(make_frame(**dict(zip("abc", units, strict=True))))
    assert_close(
        products(module, h).flatten(1), torch.from_numpy(expected).double(), rtol=1e-5, atol=1e-6
    )


def test_an_absent_modality_removes_exactly_its_terms():
    module, h = TensorModule(3, P, factor_dim=3).double(), embeddings()
    full, gappy = products(module, h), products(module, h, PRESENT)
    assert (gappy[1, 1:] == 0).all()  # row 1 lacks the first modality
    assert_close(gappy[1, 0], full[1, 0])


def test_too_many_weights_are_refused_with_their_number_and_the_way_out():
    with pytest.raises(
        ValueError,
        match="1,419,857 weights per output, and 1,000,000 are allowed; use fusion='low_rank'",
    ):
        TensorModule(5, P)
    TensorModule(5, P, factor_dim=3)
