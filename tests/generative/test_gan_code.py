"""The network of the game between codes."""

import pytest
import torch
from numpy.testing import assert_allclose

from skmm.generative._gan_code import GanCode

WIDTHS = [4, 3, 2]
ALL = torch.ones(50, 3, dtype=torch.bool)


@pytest.fixture
def blocks():
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(50, width, generator=draw) for width in WIDTHS]


def make(**options):
    torch.manual_seed(0)
    return GanCode(WIDTHS, 2, [5], **options)


def has_gradient(network):
    return {
        name.split(".")[0]
        for name, p in network.named_parameters()
        if p.grad is not None and p.grad.any()
    }


def test_players_share_all_parameters_out():
    network = make()
    judges, makers = network.players()
    assert {id(p) for p in judges.parameters} == {
        id(p) for p in network.discriminators.parameters()
    }
    everything = [id(p) for p in (*judges.parameters, *makers.parameters)]
    assert sorted(everything) == sorted(id(p) for p in network.parameters())


@pytest.mark.parametrize("regularization", [None, "r1", "spectral"])
def test_who_makes_codes_learns_nothing_from_the_step_of_the_discriminators(blocks, regularization):
    network = make(regularization=regularization)
    network.compute_discriminator_loss(blocks, ALL, 0.0)["discriminator_loss"].backward()
    assert has_gradient(network) == {"discriminators"}


def test_generators_and_encoders_learn_from_the_game(blocks):
    network = make(reconstruction_weight=0.0)
    network.compute_generator_loss(blocks, ALL, 0.0)["generator_loss"].backward()
    assert has_gradient(network) == {"discriminators", "encoders", "generators"}


def test_codes_to_imitate_do_not_move_the_embeddings_they_are_made_of(blocks):
    network = make(reconstruction_weight=0.0, adversarial_weight=0.0)
    network.compute_generator_loss(blocks, ALL, 0.0)["train_loss"].backward()
    assert has_gradient(network) == {"fusers", "unfusers"}


def test_losses_at_the_balance(blocks):
    network = make()
    with torch.no_grad():
        for discriminator in network.discriminators:
            discriminator[-1].weight.zero_()
            discriminator[-1].bias.zero_()
    judged = network.compute_discriminator_loss(blocks, ALL, 0.0)
    assert_allclose(judged["discriminator_loss"].item(), 1.386294, atol=1e-6)
    made = network.compute_generator_loss(blocks, ALL, 0.0)
    assert_allclose(made["generator_loss"].item(), 0.693147, atol=1e-6)


def test_the_loss_of_the_makers_has_three_parts(blocks):
    network = make(noise=0.0, adversarial_weight=2.0, reconstruction_weight=3.0).eval()
    with torch.no_grad():
        terms = network.compute_generator_loss(blocks, ALL, 0.0)
        embedded = [encoder(block) for encoder, block in zip(network.encoders, blocks, strict=True)]
        error = 0.0
        for m in range(3):
            others = torch.cat([embedded[j] for j in range(3) if j != m], dim=1)
            again = network.unfusers[m](network.fusers[m](others))
            error += (others - again).square().sum(dim=1).mean() / 3
        expected = 3 * terms["reconstruction"] + 2 * terms["generator_loss"] + error
    assert_allclose(terms["train_loss"].item(), expected.item(), rtol=1e-5)


def test_codes_lie_side_by_side_and_are_zero_where_a_modality_is_missing(blocks):
    network = make().eval()
    present = torch.tensor([[True, False, True]]).expand(50, 3)
    with torch.inference_mode():
        codes, whole = network.encode(blocks, present), network.encode(blocks, ALL)
    assert codes.shape == (50, 6)
    assert not codes[:, 2:4].any()
    assert torch.equal(codes[:, :2], whole[:, :2])
    assert torch.equal(codes[:, 4:], whole[:, 4:])


def test_a_game_needs_the_modality_and_another_one(blocks):
    present = torch.tensor([[True, True, False], [True, False, False], [False] * 3, [True] * 3])
    games = make()._games([block[:4] for block in blocks], present)
    plays = [game[2].tolist() for game in games]
    assert plays == [
        [True, False, False, True],
        [True, False, False, True],
        [False, False, False, True],
    ]


def test_noise_is_added_in_training_only(blocks):
    network = make(noise=1.0)
    with torch.inference_mode():
        network.eval()
        assert torch.equal(network.encode(blocks, ALL), network.encode(blocks, ALL))
    network.train()
    assert not torch.equal(network.encode(blocks, ALL), network.encode(blocks, ALL))


def test_one_modality_plays_no_game(blocks):
    network = GanCode([4], 2, [5])
    present = ALL[:, :1]
    (makers,) = network.players()
    assert set(makers.compute_loss(blocks[:1], present, 0.0)) == {"train_loss", "reconstruction"}
    assert network.judge(blocks[:1], present) != network.judge(blocks[:1], present)  # NaN
