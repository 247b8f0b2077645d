"""Shared tokens: without them modalities never meet, with them they do from the second layer on."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import BottleneckModule
from tests.nn._fusions.toys import PRESENT, P, streams


def make(n_modalities, **options):
    return BottleneckModule(n_modalities, P, n_heads=2, **options).double().eval()


def tower(module, m):
    """The tower of one modality as a module of its own."""
    alone = make(1, n_layers=len(module.layers), n_bottlenecks=0)
    for mine, theirs in zip(alone.layers, module.layers, strict=True):
        mine[0].load_state_dict(theirs[m].state_dict())
    alone.norm.load_state_dict(module.norm.state_dict())
    return alone


def reaches(module):
    """Whether another modality changes what becomes of the tokens of the first."""
    tokens, valid = streams(2)
    # Seen at the last tokens of its tower: the result is a mean over both.
    seen = []
    module.layers[-1][0].register_forward_hook(lambda _, __, out: seen.append(out[:, :2]))
    module(tokens, None, valid)
    tokens[1] = tokens[1].detach() + 1
    module(tokens, None, valid)
    return not torch.equal(*seen)


def test_without_shared_tokens_the_towers_are_independent():
    module = make(3, n_bottlenecks=0)
    tokens, valid = streams()
    alone = [tower(module, m)([tokens[m]], None, [valid[m]]) for m in range(3)]
    assert_close(module(tokens, None, valid), sum(alone) / 3, rtol=1e-12, atol=1e-12)
    means = [
        sum(alone[m][row] for m in range(3) if PRESENT[row, m]) / PRESENT[row].sum()
        for row in range(6)
    ]
    assert_close(module(tokens, PRESENT, valid), torch.stack(means), rtol=1e-12, atol=1e-12)
    assert not reaches(make(2, n_bottlenecks=0))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, True),
        ({"n_bottlenecks": 1}, True),
        ({"n_layers": 1}, False),
        ({"fusion_layer": 2}, False),
        ({"n_layers": 3, "fusion_layer": 2}, True),
    ],
)
def test_modalities_meet_one_layer_after_the_first_with_shared_tokens(options, expected):
    assert reaches(make(2, **options)) is expected


def test_a_modality_absent_everywhere_is_the_model_without_it():
    three, two = make(3), make(2)
    two.bottlenecks.data = three.bottlenecks.detach()
    two.norm.load_state_dict(three.norm.state_dict())
    for mine, theirs in zip(two.layers, three.layers, strict=True):
        for m, kept in enumerate([0, 2]):
            mine[m].load_state_dict(theirs[kept].state_dict())
    tokens, valid = streams()
    present = torch.tensor([True, False, True]).expand(6, 3)
    without = two([tokens[0], tokens[2]], None, [valid[0], valid[2]])
    assert_close(three(tokens, present, valid), without)


@pytest.mark.parametrize("fusion_layer", [0, 3])
def test_a_layer_that_is_not_there_is_refused(fusion_layer):
    with pytest.raises(
        ValueError, match=f"fusion_layer={fusion_layer}; expected a layer from 1 to n_layers=2"
    ):
        make(2, fusion_layer=fusion_layer)
