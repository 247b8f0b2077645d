"""What every encoder must do, and how sequences are padded."""

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.testing import assert_close

from skmm.nn import ImageEncoder, SequenceEncoder, TokenEncoder, VectorEncoder

P = 4
BATCHES = {
    "vector": (lambda: VectorEncoder(3, P), torch.linspace(-2, 3, 15).reshape(5, 3)),
    "image": (lambda: ImageEncoder(2, P), torch.linspace(-2, 3, 490).sin().reshape(5, 2, 7, 7)),
    "sequence": (lambda: SequenceEncoder(3, P), torch.linspace(-2, 3, 60).sin().reshape(5, 4, 3)),
    "tokens": (lambda: TokenEncoder(9, P), 1 + torch.arange(20).reshape(5, 4) * 3 % 8),
}


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.fixture(params=BATCHES)
def case(request):
    make, x = BATCHES[request.param]
    return make, x.double() if x.is_floating_point() else x


def test_an_embedding_has_the_width_asked_for(case):
    make, x = case
    assert make().double()(x).shape == (5, P)


def test_every_parameter_gets_a_gradient(case):
    make, x = case
    encoder = make().double()
    (encoder(x) * torch.randn(5, P)).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_state_dict_round_trip_gives_equal_output(case):
    make, x = case
    first, second = make().double(), make().double()
    assert not torch.equal(first(x), second(x))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(x), second(x))


def test_a_row_alone_is_as_in_its_batch(case):
    make, x = case
    encoder = make().double().eval()
    together = encoder(x)
    for row in range(len(x)):
        assert_close(encoder(x[row : row + 1])[0], together[row])


@pytest.mark.parametrize("kind", ["vector", "sequence", "tokens"])
def test_gradients_agree_with_finite_differences(kind):
    make, x = BATCHES[kind]
    encoder = make().double()
    x = x.double() if x.is_floating_point() else x
    names, parameters = zip(*encoder.named_parameters(), strict=True)

    def embed(*values):
        return functional_call(encoder, dict(zip(names, values, strict=True)), (x[:2],))

    assert torch.autograd.gradcheck(embed, parameters)


def test_gradients_of_the_image_encoder_agree_with_finite_differences():
    encoder = ImageEncoder(1, P).double()
    x = torch.randn(1, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(encoder, x)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: VectorEncoder(3, P), 3 * P + P + 2 * P),
        (
            lambda: ImageEncoder(2, P),
            sum(9 * a * b + b + 2 * b for a, b in [(2, 16), (16, 32), (32, 64)]) + 64 * P + P,
        ),
        (lambda: SequenceEncoder(3, P), 2 * 4 * (2 * 3 + 2 * 2 + 2 + 2) + P * P + P),
        (lambda: TokenEncoder(9, P), 9 * P + 2 * 4 * (2 * P + 2 * 2 + 2 + 2) + P * P + P),
    ],
    ids=["vector", "image", "sequence", "tokens"],
)
def test_number_of_parameters_follows_the_formula(make, expected):
    assert sum(parameter.numel() for parameter in make().parameters()) == expected


@pytest.mark.parametrize("kind", BATCHES)
def test_dropout_works_in_training_only(kind):
    _, x = BATCHES[kind]
    classes = [VectorEncoder, ImageEncoder, SequenceEncoder, TokenEncoder]
    cls = dict(zip(BATCHES, classes, strict=True))[kind]
    encoder = cls({"vector": 3, "image": 2, "sequence": 3, "tokens": 9}[kind], P, dropout=0.5)
    assert not torch.equal(encoder(x), encoder(x))
    encoder.eval()
    assert torch.equal(encoder(x), encoder(x))


def test_a_vector_is_embedded_by_linear_norm_and_relu():
    encoder = VectorEncoder(3, P).eval()
    linear, norm = encoder.body[0], encoder.body[1]
    x = BATCHES["vector"][1]
    z = x @ linear.weight.T + linear.bias
    z = (z - z.mean(1, keepdim=True)) / (z.var(1, unbiased=False, keepdim=True) + norm.eps).sqrt()
    assert_close(encoder(x), torch.relu(z))


def test_an_image_of_one_pixel_is_embedded():
    assert torch.isfinite(ImageEncoder(3, P)(torch.ones(2, 3, 1, 1))).all()


def test_a_sequence_is_the_mean_of_the_states_of_an_lstm():
    encoder = SequenceEncoder(3, P).double().eval()
    x = BATCHES["sequence"][1].double()
    lstm = nn.LSTM(3, P // 2, batch_first=True, bidirectional=True).double()
    lstm.load_state_dict(encoder.steps.body.cells.state_dict())
    expected = encoder.steps.linear(lstm(x)[0].mean(dim=1))
    assert_close(encoder(x), expected)


def test_padding_of_a_sequence_changes_nothing():
    encoder = SequenceEncoder(3, P).double().eval()
    x = BATCHES["sequence"][1].double()
    padded = torch.cat([x, torch.full((5, 2, 3), torch.nan)], dim=1)
    padded[0, 2:] = torch.nan
    output = encoder(padded)
    assert_close(output[1:], encoder(x)[1:])
    assert_close(output[0], encoder(x[:1, :2])[0])


def test_padding_of_a_sequence_gives_finite_gradients():
    encoder = SequenceEncoder(3, P)
    padded = torch.full((2, 4, 3), torch.nan)
    padded[0, :2] = 1.0
    encoder(padded).sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in encoder.parameters())


def test_padding_of_tokens_changes_nothing():
    encoder = TokenEncoder(9, P).eval()
    short = torch.tensor([[3, 4]])
    assert_close(encoder(torch.tensor([[3, 4, 0, 0]])), encoder(short))


def test_ids_that_the_table_lacks_are_padding():
    encoder = TokenEncoder(9, P).eval()
    assert_close(encoder(torch.tensor([[3, 4, 9, 10_000]])), encoder(torch.tensor([[3, 4]])))


def test_a_text_without_tokens_is_finite():
    encoder = TokenEncoder(9, P)
    output = encoder(torch.zeros(2, 3, dtype=int))
    output.sum().backward()
    assert torch.isfinite(output).all()
    assert_close(output[0], encoder.steps.linear.bias)


def test_an_odd_width_is_possible():
    assert SequenceEncoder(3, 5)(BATCHES["sequence"][1]).shape == (5, 5)
