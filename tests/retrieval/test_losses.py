"""Losses of pairs against published values, limits in closed form, and loops."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.special import expit, logsumexp

from skmm.retrieval._losses import all_others, hinge_loss, infonce_loss, siglip_loss
from tests.retrieval.toys import S1

PAIRS = torch.tensor(S1)
LOSSES = [
    hinge_loss,
    lambda S, negatives=None: infonce_loss(S, negatives, scale=10.0),
    lambda S, negatives=None: siglip_loss(S, negatives, scale=10.0, bias=-10.0),
]


@pytest.fixture
def similarities(global_random_seed):
    return torch.tensor(np.random.default_rng(global_random_seed).uniform(-1, 1, size=(9, 9)))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"hardest": False}, 4.0),
        ({}, 2.4),
        ({"margin": 0.1, "hardest": False, "both_ways": False}, 1.45),
    ],
    ids=["VSE0", "VSE++", "DeViSE"],
)
def test_hinge_losses_have_the_published_values(options, expected):
    assert_allclose(hinge_loss(PAIRS, **options), expected, rtol=1e-12)


def test_infonce_has_the_published_value():
    assert_allclose(infonce_loss(PAIRS, scale=10.0), 1.767436, atol=1e-6)


def test_siglip_has_the_published_value():
    assert_allclose(siglip_loss(PAIRS, scale=10.0, bias=-10.0), 4.770870, atol=1e-6)


@pytest.mark.parametrize("n_pairs", [2, 16])
@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_infonce_of_constant_embeddings_is_log_n(n_pairs, scale):
    loss = infonce_loss(torch.ones(n_pairs, n_pairs, dtype=torch.float64), scale=scale)
    assert_allclose(loss, np.log(n_pairs))


@pytest.mark.parametrize(("n_pairs", "scale"), [(8, 10.0), (5, 2.0)])
def test_losses_of_orthonormal_embeddings_have_a_closed_form(n_pairs, scale):
    S = torch.eye(n_pairs, dtype=torch.float64)
    infonce = infonce_loss(S, scale=scale)
    assert_allclose(infonce, np.log1p((n_pairs - 1) * np.exp(-scale)))
    siglip = siglip_loss(S, scale=scale, bias=-scale)
    assert_allclose(siglip, -np.log(expit(0)) - (n_pairs - 1) * np.log(expit(scale)))


def test_the_closed_forms_are_the_published_ones():
    S = torch.eye(8, dtype=torch.float64)
    assert_allclose(infonce_loss(S, scale=10.0), 3.17749e-4, rtol=1e-5)
    assert_allclose(siglip_loss(S, scale=10.0, bias=-10.0), 0.693465, atol=1e-6)


def test_the_hardest_of_one_negative_is_all_of_them(similarities):
    S = similarities[:2, :2]
    assert_allclose(hinge_loss(S), hinge_loss(S, hardest=False))


def test_infonce_is_the_mean_of_its_rows_and_columns(similarities):
    logits = 7 * similarities.numpy()
    rows = logsumexp(logits, axis=1) - np.diag(logits)
    columns = logsumexp(logits, axis=0) - np.diag(logits)
    assert_allclose(infonce_loss(similarities, scale=7.0), np.mean([rows, columns]))


@pytest.mark.parametrize("loss", LOSSES, ids=["hinge", "infonce", "siglip"])
def test_all_others_are_negatives_by_default(loss, similarities):
    assert_allclose(loss(similarities), loss(similarities, all_others(similarities)))


@pytest.mark.parametrize("loss", LOSSES, ids=["hinge", "infonce", "siglip"])
def test_what_is_no_negative_does_not_count(loss, similarities):
    negatives = all_others(similarities)
    negatives[2, 5] = negatives[5, 2] = False
    changed = similarities.clone()
    changed[2, 5] = changed[5, 2] = 1.0
    assert_allclose(loss(changed, negatives), loss(similarities, negatives))
    assert abs(loss(changed) - loss(similarities)) > 1e-3


@pytest.mark.parametrize("loss", LOSSES, ids=["hinge", "infonce", "siglip"])
def test_gradients_are_finite_where_nothing_is_a_negative(loss, similarities):
    S = similarities.clone().requires_grad_()
    loss(S, torch.zeros(9, 9, dtype=torch.bool)).backward()
    assert torch.isfinite(S.grad).all()
