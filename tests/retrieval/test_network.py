"""The network of retrieval, and the loss over all pairs of modalities."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from skmm.retrieval._losses import hinge_loss, infonce_loss, siglip_loss
from skmm.retrieval._network import Embeddings, PairLoss, RetrievalNetwork

N = 6
MODALITIES = {"image": ("image", 1), "text": ("tokens", 20), "sensor": ("vector", 4)}


@pytest.fixture
def network():
    torch.manual_seed(0)
    return RetrievalNetwork(MODALITIES, 5, 8, 0.0, {}).eval()


@pytest.fixture
def blocks():
    return {
        "image": torch.randn(N, 1, 8, 8),
        "text": torch.randint(1, 20, (N, 7)),
        "sensor": torch.randn(N, 4),
    }


@pytest.fixture
def parts():
    generator = torch.Generator().manual_seed(0)
    return [
        torch.nn.functional.normalize(torch.randn(N, 5, generator=generator), dim=1)
        for _ in range(3)
    ]


ALL = torch.ones(N, 3, dtype=torch.bool)
DISTINCT = torch.arange(N)[:, None].expand(N, 3)


def loss_of(method, parts, present=ALL, contents=DISTINCT, **options):
    options = {"margin": 0.2, "hard_negatives": True, **options}
    with torch.no_grad():
        return PairLoss(method, **options)(Embeddings(parts, present), ((contents,),))


def test_embeddings_of_all_kinds_lie_on_the_sphere(network, blocks):
    embedded = network(blocks)
    for part in embedded.parts:
        assert part.shape == (N, 5)
        assert_allclose(part.detach().norm(dim=1), 1, rtol=1e-5)
    assert embedded.present.all()


def test_a_tower_alone_embeds_the_same(network, blocks):
    parts = network(blocks).parts
    for name, part in zip(MODALITIES, parts, strict=True):
        torch.testing.assert_close(network.embed(name, blocks[name]), part)


@pytest.mark.parametrize("junk", [torch.nan, 1e6])
def test_what_is_absent_is_never_seen(network, blocks, junk):
    present = ALL.clone()
    present[2, 2] = False
    blocks["sensor"][2] = junk
    network(blocks, present).parts[2].sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.encoders[2].parameters())


@pytest.mark.parametrize(
    ("method", "function"),
    [
        ("hinge", lambda S: hinge_loss(S) / N),
        ("infonce", lambda S: infonce_loss(S, scale=1 / 0.07)),
        ("siglip", lambda S: siglip_loss(S, scale=10.0, bias=-10.0)),
    ],
)
def test_the_loss_is_the_mean_over_pairs_of_modalities(method, function, parts):
    a, b, c = parts
    expected = np.mean([function(one @ other.T) for one, other in ((a, b), (a, c), (b, c))])
    assert_allclose(loss_of(method, parts), expected, rtol=1e-5)


def test_all_negatives_count_if_wanted(parts):
    a, b = parts[:2]
    found = loss_of("hinge", parts[:2], ALL[:, :2], DISTINCT[:, :2], hard_negatives=False)
    assert_allclose(found, hinge_loss(a @ b.T, hardest=False) / N, rtol=1e-6)


@pytest.mark.parametrize("method", ["hinge", "infonce", "siglip"])
def test_rows_without_a_modality_do_not_count_in_its_pairs(method, parts):
    present = ALL.clone()
    present[3:, 2] = False
    whole = loss_of(method, parts[:2], ALL[:, :2], DISTINCT[:, :2])
    short = [
        loss_of(method, [part[:3], parts[2][:3]], ALL[:3, :2], DISTINCT[:3, :2])
        for part in parts[:2]
    ]
    assert_allclose(loss_of(method, parts, present), np.mean([whole, *short]), rtol=1e-5)


@pytest.mark.parametrize("method", ["hinge", "infonce", "siglip"])
def test_equal_contents_are_no_negatives(method, parts):
    contents = DISTINCT.clone()
    contents[4, 1] = contents[1, 1]  # the same text twice
    before = loss_of(method, parts[:2], ALL[:, :2], contents[:, :2])
    a, b = (part.clone() for part in parts[:2])
    b[4] = b[1]
    S = a @ b.T
    negatives = ~torch.eye(N, dtype=torch.bool)
    negatives[1, 4] = negatives[4, 1] = False
    function = {
        "hinge": lambda: hinge_loss(S, negatives) / N,
        "infonce": lambda: infonce_loss(S, negatives, scale=1 / 0.07),
        "siglip": lambda: siglip_loss(S, negatives, scale=10.0, bias=-10.0),
    }[method]
    found = loss_of(method, [a, b], ALL[:, :2], contents[:, :2])
    assert_allclose(found, function(), rtol=1e-5)
    assert torch.isfinite(before)


def test_a_batch_without_pairs_has_no_loss(parts):
    present = torch.eye(3, dtype=torch.bool)[torch.arange(N) % 3]
    assert loss_of("infonce", parts, present) == 0


def test_temperature_and_offset_start_as_published_and_are_learned():
    infonce, siglip = PairLoss("infonce", 0.2, True), PairLoss("siglip", 0.2, True)
    assert_allclose(infonce.log_scale.exp().item(), 1 / 0.07, rtol=1e-6)
    assert_allclose(siglip.log_scale.exp().item(), 10, rtol=1e-6)
    assert siglip.offset.item() == -10
    assert not list(PairLoss("hinge", 0.2, True).parameters())


def test_the_temperature_has_an_end(parts):
    a, b = parts[:2]
    loss = PairLoss("infonce", 0.2, True)
    with torch.no_grad():
        loss.log_scale.fill_(20.0)
        found = loss(Embeddings([a, b], ALL[:, :2]), ((DISTINCT[:, :2],),))
    assert_allclose(found, infonce_loss(a @ b.T, scale=100.0), rtol=1e-5)
