"""The small network over all embeddings, and what stands for those that are absent."""

import torch
from torch import nn
from torch.testing import assert_close

from skmm.nn import ConcatModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def test_concat_of_one_modality_is_a_plain_network():
    module = ConcatModule(1, P, hidden_dim=7).eval()
    plain = nn.Sequential(nn.Linear(P, 7), nn.ReLU(), nn.Linear(7, P))
    state = module.state_dict()
    plain.load_state_dict(
        {
            "0.weight": state["body.0.weight"],
            "0.bias": state["body.0.bias"],
            "2.weight": state["body.3.weight"],
            "2.bias": state["body.3.bias"],
        }
    )
    h = torch.randn(4, P)
    assert torch.equal(module([h]), plain(h))


def test_an_absent_modality_is_its_learned_vector():
    module, h = ConcatModule(3, P).double().eval(), embeddings()
    replaced = [torch.where(PRESENT[:, [m]], e, module.absent[m].detach()) for m, e in enumerate(h)]
    assert_close(module(h, PRESENT), module(replaced))


def test_concat_drops_hidden_units_in_training_only():
    module, h = ConcatModule(2, P), embeddings(2)
    module.double()
    assert not torch.equal(module(h), module(h))
    module.eval()
    assert torch.equal(module(h), module(h))
