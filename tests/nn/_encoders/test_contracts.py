"""What every encoder must do, with every body."""

import pytest
import torch
from torch.func import functional_call
from torch.testing import assert_close

from skmm.nn import ImageEncoder, SequenceEncoder, TokenEncoder, VectorEncoder

P = 4


def pad(x, n_steps=2):
    """Add padding at the end."""
    filling = torch.nan if x.is_floating_point() else 0
    return torch.cat([x, torch.full_like(x[:, :1], filling).expand(-1, n_steps, *x.shape[2:])], 1)


def test_an_embedding_has_the_width_asked_for(case):
    assert case.make()(case.x).shape == (5, P)


def test_every_parameter_gets_a_gradient(case):
    encoder = case.make()
    (encoder(case.x) * torch.randn(5, P)).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_state_dict_round_trip_gives_equal_output(case):
    first, second = case.make(), case.make()
    assert not torch.equal(first(case.x), second(case.x))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(case.x), second(case.x))


def test_a_row_alone_is_as_in_its_batch(case):
    encoder = case.make().eval()
    together = encoder(case.x)
    for row in range(5):
        assert_close(encoder(case.x[row : row + 1])[0], together[row])


def test_dropout_works_in_training_only(case):
    encoder = case.make(dropout=0.5)
    assert not torch.equal(encoder(case.x), encoder(case.x))
    encoder.eval()
    assert torch.equal(encoder(case.x), encoder(case.x))


def test_an_odd_width_is_possible(case):
    options = {"n_heads": 5} if case.options.get("body") == "transformer" else {}
    assert case.make(5, **options)(case.x).shape == (5, 5)


def test_the_seed_alone_decides_about_weights(case):
    states = []
    for _ in range(2):
        torch.manual_seed(3)
        states.append(case.make().state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_tokens_go_through_the_parameters_of_forward(token_case):
    encoder = token_case.make()
    tokens, valid = encoder.tokens(token_case.x)
    assert tokens.shape == (5, valid.shape[1], P)
    assert valid.dtype == torch.bool
    (tokens * torch.randn(tokens.shape)).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_the_mean_of_tokens_is_the_embedding_where_the_mean_is_pooled(token_case):
    encoder = token_case.make(**({} if "pool" not in token_case.options else {"pool": "mean"}))
    tokens, valid = encoder.eval().tokens(token_case.x)
    assert valid.all()
    assert_close(tokens.mean(dim=1), encoder(token_case.x))


def test_padding_changes_nothing(padded_case):
    encoder, x = padded_case.make().eval(), padded_case.x
    padded = pad(x)
    padded[0, 2:] = padded[0, -1].clone()
    output = encoder(padded)
    assert_close(output[1:], encoder(x)[1:])
    assert_close(output[0], encoder(x[:1, :2])[0])


def test_tokens_of_padding_are_zero_and_not_valid(padded_case):
    encoder, x = padded_case.make().eval(), padded_case.x
    padded = pad(x)
    padded[0, 2:] = padded[0, -1].clone()
    tokens, valid = encoder.tokens(padded)
    assert valid.sum(dim=1).tolist() == [2, 5, 5, 5, 5]
    assert_close(tokens[1:, :5], encoder.tokens(x)[0][1:])
    assert_close(tokens[0, :2], encoder.tokens(x[:1, :2])[0][0])
    assert (tokens[~valid] == 0).all()


def test_gradients_do_not_see_padding(padded_case):
    encoder, x = padded_case.make(), padded_case.x
    gradients = []
    for batch in (x, pad(x)):
        encoder.zero_grad()
        encoder(batch).pow(2).sum().backward()
        gradients.append([p.grad.clone() for p in encoder.parameters()])
    for short, long in zip(*gradients, strict=True):
        assert_close(short, long)


@pytest.mark.parametrize("what", ["forward", "tokens"])
def test_a_sequence_without_any_step_is_finite_and_has_finite_gradients(padded_case, what):
    encoder = padded_case.make()
    nothing = pad(padded_case.x[:2, :1])[:, 1:]
    batch = torch.cat([padded_case.x[:1, :2], nothing])
    output = encoder(batch) if what == "forward" else encoder.tokens(batch)[0]
    output.sum().backward()
    assert torch.isfinite(output).all()
    assert torch.equal(output[1], output[2])
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters() if p.grad is not None)


def test_a_sequence_without_any_step_is_the_bias(padded_case):
    encoder = padded_case.make().eval()
    nothing = pad(padded_case.x[:, :1])[:, 1:]
    assert_close(encoder(nothing)[0], encoder.steps.linear.bias)


@pytest.mark.parametrize("body", ["tcn", "transformer"])
def test_what_follows_a_step_does_not_matter_in_one_direction(body):
    encoder = SequenceEncoder(3, P, body=body, bidirectional=False).double().eval()
    x = torch.randn(2, 9, 3, dtype=torch.float64)
    changed = x.clone()
    changed[:, 6:] += 1
    assert_close(encoder.tokens(x)[0][:, :6], encoder.tokens(changed)[0][:, :6])
    assert not torch.allclose(encoder.tokens(x)[0][:, 6:], encoder.tokens(changed)[0][:, 6:])


@pytest.mark.parametrize("body", ["cnn", "resnet"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (3, 2)])
def test_tiny_images_are_embedded(body, shape):
    encoder = ImageEncoder(3, P, body=body)
    assert torch.isfinite(encoder(torch.ones(2, 3, *shape))).all()
    assert torch.isfinite(encoder.tokens(torch.ones(2, 3, *shape))[0]).all()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: VectorEncoder(3, P), 3 * P + P + 2 * P),
        (lambda: VectorEncoder(3, P, hidden_dims=(5,)), 3 * 5 + 5 + 2 * 5 + 5 * P + P + 2 * P),
        (
            lambda: ImageEncoder(2, P),
            sum(9 * a * b + b + 2 * b for a, b in [(2, 16), (16, 32), (32, 64)]) + 64 * P + P,
        ),
        (
            lambda: ImageEncoder(2, P, body="resnet"),
            sum(9 * a * b + 2 * b for a, b in [(2, 16), (16, 16), (16, 16)])
            + sum(9 * a * b + 9 * b * b + a * b + 6 * b for a, b in [(16, 32), (32, 64)])
            + (64 * P + P),
        ),
        (lambda: SequenceEncoder(3, P), 2 * 4 * (2 * 3 + 2 * 2 + 2 + 2) + P * P + P),
        (lambda: SequenceEncoder(3, P, body="gru"), 2 * 3 * (2 * 3 + 2 * 2 + 2 + 2) + P * P + P),
        (
            lambda: SequenceEncoder(3, P, body="tcn", n_layers=2),
            3 * P + P + 4 * (3 * P * P + P + 2 * P) + P * P + P,
        ),
        (
            lambda: SequenceEncoder(3, P, body="transformer", n_layers=1),
            3 * P + P + (12 * P * P + 9 * P + 4 * P) + 2 * P + P * P + P,
        ),
        (lambda: TokenEncoder(9, P), 9 * P + 2 * 4 * (2 * P + 2 * 2 + 2 + 2) + P * P + P),
    ],
)
def test_number_of_parameters_follows_the_formula(make, expected):
    assert sum(parameter.numel() for parameter in make().parameters()) == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda: (VectorEncoder(3, P), torch.randn(2, 3)),
        lambda: (SequenceEncoder(3, P), torch.randn(2, 4, 3)),
        lambda: (SequenceEncoder(3, P, body="tcn", n_layers=1), torch.randn(2, 4, 3)),
        lambda: (SequenceEncoder(3, P, body="transformer", n_layers=1), torch.randn(2, 4, 3)),
        lambda: (TokenEncoder(9, P, body="gru"), torch.randint(1, 9, (2, 4))),
    ],
    ids=["vector", "lstm", "tcn", "transformer", "tokens"],
)
def test_gradients_agree_with_finite_differences(make):
    encoder, x = make()
    encoder, x = encoder.double(), x.double() if x.is_floating_point() else x
    names, parameters = zip(*encoder.named_parameters(), strict=True)

    def embed(*values):
        return functional_call(encoder, dict(zip(names, values, strict=True)), (x,))

    assert torch.autograd.gradcheck(embed, parameters)


@pytest.mark.parametrize("body", ["cnn", "resnet"])
def test_gradients_of_images_agree_with_finite_differences(body):
    encoder = ImageEncoder(1, P, body=body).double()
    x = torch.randn(1, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(encoder, x)
