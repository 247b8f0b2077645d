"""Gradients of samples are those of a loop, for every fusion and every encoder that is allowed."""

import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_map

from skmm.nn import FusionNetwork
from skmm.nn._fusions import FUSIONS
from skmm.nn._privacy.sample_gradients import pieces_of, sample_gradients, take
from skmm.nn._training.losses import FusionLoss

N, SIZES = 5, {"vector": 4, "image": 2, "sequence": 3, "tokens": 9}
STEPS = {"sequence": {"body": "tcn"}, "tokens": {"body": "tcn"}}


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(N, 6, 3))
    steps[1, 4:] = np.nan  # padding
    ids = rng.integers(1, 9, size=(N, 5))
    ids[2, 3:] = 0
    blocks = {
        "vector": rng.normal(size=(N, 4)),
        "image": rng.normal(size=(N, 2, 6, 6)),
        "sequence": steps,
        "tokens": ids,
    }
    return {name: torch.from_numpy(block) for name, block in blocks.items()}


def build(kinds, **options):
    torch.manual_seed(0)
    network = FusionNetwork(
        {kind: (kind, SIZES[kind]) for kind in kinds},
        n_outputs=3,
        embed_dim=4,
        hidden_dims=(4,),
        dropout=0.0,
        **options,
    ).double()
    for part in network.modules():  # what is random is compared elsewhere
        if hasattr(part, "attention_dropout"):
            part.attention_dropout = 0.0
    return network.train()


def loop(network, criterion, inputs, target):
    """The same by one backward pass for each sample."""
    rows = []
    for i in range(N):
        network.zero_grad()
        one = take((inputs, target), slice(i, i + 1))
        criterion(network(**one[0]), one[1]).backward()
        rows.append([p.grad.clone() for p in network.parameters() if p.requires_grad])
    return [torch.stack(column) for column in zip(*rows, strict=True)]


def assert_equal_gradients(network, samples, kinds):
    present = torch.ones(N, len(kinds), dtype=torch.bool)
    present[0, 0] = present[3, -1] = False
    inputs = {"blocks": {kind: samples[kind] for kind in kinds}, "present": present}
    target = ((torch.tensor([0, 1, 2, 1, 0]),),)
    criterion = FusionLoss([("cross_entropy", 3)])
    gradients, losses = sample_gradients(network, criterion, inputs, target)
    assert losses.shape == (N,)
    expected = loop(network, criterion, inputs, target)
    for one, other in zip(gradients.values(), expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("fusion", sorted(set(FUSIONS) - {"embrace"}))
def test_every_fusion_agrees_with_a_loop(fusion, samples):
    kinds = ["image", "sequence", "tokens"]
    network = build(kinds, fusion=fusion, encoders=STEPS)
    assert_equal_gradients(network, samples, kinds)


def test_units_drawn_at_random_differ_by_sample(samples):
    network = build(["vector", "image"], fusion="embrace")
    same = tree_map(lambda t: t[:1].expand(N, *t.shape[1:]), samples)
    inputs = {"blocks": {kind: same[kind] for kind in ("vector", "image")}}
    target = ((torch.zeros(N, dtype=int),),)
    _, losses = sample_gradients(network, FusionLoss([("cross_entropy", 3)]), inputs, target)
    assert len(losses.unique()) > 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [("image", "cnn"), ("image", "resnet"), ("sequence", "tcn"), ("sequence", "transformer")]
    + [("tokens", "tcn"), ("tokens", "transformer")],
)
def test_every_encoder_without_recurrent_cells_agrees_with_a_loop(kind, body, samples):
    network = build(["vector", kind], encoders={kind: {"body": body}})
    assert_equal_gradients(network, samples, ["vector", kind])


def test_what_is_not_trained_has_no_gradients(samples):
    network = build(["vector"])
    network.encoders.requires_grad_(False)
    gradients, _ = sample_gradients(
        network,
        FusionLoss([("cross_entropy", 3)]),
        {"blocks": {"vector": samples["vector"]}},
        ((torch.zeros(N, dtype=int),),),
    )
    assert set(gradients) == {p for p in network.parameters() if p.requires_grad}


def test_a_batch_is_cut_where_gradients_would_take_too_much_memory():
    assert pieces_of(10, 2**23) == [slice(0, 4), slice(4, 8), slice(8, 12)]
    assert pieces_of(10, 2**30) == [slice(i, i + 1) for i in range(10)]
    assert pieces_of(10, 0) == [slice(0, 2**25)]
    assert len(pieces_of(0, 100)) == 1  # a step is taken all the same
