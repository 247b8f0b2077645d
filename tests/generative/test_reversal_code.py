"""The network of gradient reversal."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch.nn import functional

from skmm.generative._reversal_code import ReversalCode

ALL = torch.ones(50, 2, dtype=torch.bool)


@pytest.fixture
def blocks():
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(50, width, generator=draw) for width in (4, 3)]


def make(**options):
    torch.manual_seed(0)
    return ReversalCode([4, 3], 2, [5], **options)


def test_the_loss_is_errors_and_cross_entropy(blocks):
    network = make(reconstruction_weight=3.0)
    codes = network.encode_each(blocks, ALL)
    decoded = network.decode((codes[0] + codes[1]) / 2)
    errors = sum(((a - b) ** 2).sum() for a, b in zip(blocks, decoded, strict=True)) / 50
    logits = network.discriminator(torch.cat(codes))
    entropy = functional.cross_entropy(logits, torch.arange(2).repeat_interleave(50))
    terms = network.compute_loss(blocks, ALL, 0.5)
    assert_allclose(terms["reconstruction"].item(), errors.item(), rtol=1e-5)
    assert_allclose(terms["discriminator_loss"].item(), entropy.item(), rtol=1e-5)
    assert_allclose(terms["train_loss"].item(), (3 * errors + entropy).item(), rtol=1e-5)


def gradients(network, blocks, progress):
    network.zero_grad()
    network.compute_loss(blocks, ALL, progress)["train_loss"].backward()
    return {name: p.grad.clone() for name, p in network.named_parameters()}


def test_encoders_climb_where_the_discriminator_descends(blocks):
    """With full reversal the gradient of the encoders is minus that of the cross-entropy."""
    network = make(reconstruction_weight=0.0, adversarial_weight=2.0)
    turned = gradients(network, blocks, 100.0)
    network.zero_grad()
    logits = network.discriminator(torch.cat(network.encode_each(blocks, ALL)))
    functional.cross_entropy(logits, torch.arange(2).repeat_interleave(50)).backward()
    for name, parameter in network.named_parameters():
        if name.startswith("encoders"):
            assert_allclose(turned[name], -2 * parameter.grad, atol=1e-6)
        if name.startswith("discriminator"):
            assert_allclose(turned[name], parameter.grad, atol=1e-6)


def test_a_penalty_reaches_the_discriminator_only(blocks):
    plain, flat = make(), make(regularization="r1")
    for network in (plain, flat):
        network.load_state_dict(plain.state_dict())
    one, other = gradients(plain, blocks, 0.5), gradients(flat, blocks, 0.5)
    for name in one:
        same = torch.allclose(one[name], other[name], atol=1e-7)
        assert same != name.startswith("discriminator"), name


def test_missing_modalities_do_not_count(blocks):
    network = make()
    present = ALL.clone()
    present[:, 1] = False
    clean = network.compute_loss(blocks, present, 0.5)
    blocks[1] = torch.full_like(blocks[1], 1e6)
    dirty = network.compute_loss([blocks[0], torch.full_like(blocks[1], 1e6)], present, 0.5)
    assert clean["discriminator_loss"].item() == dirty["discriminator_loss"].item()
    assert torch.equal(network.encode(blocks, present), network.encode_each(blocks, present)[0])


def test_a_row_without_any_modality_has_the_code_of_an_average_one(blocks):
    network = make()
    zeros = [torch.zeros(1, 4), torch.zeros(1, 3)]
    nothing = network.encode([b[:1] for b in blocks], torch.tensor([[False, False]]))
    assert torch.equal(nothing, network.encode(zeros, torch.tensor([[True, True]])))


def test_hidden_modalities_are_decoded_from_the_others(blocks):
    torch.manual_seed(0)
    network = make(modality_dropout=0.9)
    given = []
    network.decoders[0].register_forward_pre_hook(lambda _, args: given.append(args[0]))
    network.compute_loss(blocks, ALL, 0.5)
    codes = network.encode_each(blocks, ALL)
    alone = [(given[0] == code).all(dim=1).float().mean().item() for code in codes]
    assert_allclose(sum(alone), 0.99, atol=0.1)


def test_accuracy_counts_modalities_alike(blocks):
    network = make()
    with torch.no_grad():
        network.discriminator[-1].weight.zero_()
        network.discriminator[-1].bias.copy_(torch.tensor([1.0, 0.0]))
        present = ALL.clone()
        present[:45, 1] = False
        assert network.judge(blocks, present) == 0.5
