"""Images: bodies, and values that are refused."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import ImageEncoder
from tests.nn._encoders import photo_network
from tests.nn._encoders.photo_network import NAME


@pytest.fixture
def _photos(monkeypatch):
    photo_network.install(monkeypatch)


@pytest.mark.parametrize("body", ["cnn", "resnet"])
def test_an_image_is_the_average_of_its_positions(body):
    encoder = ImageEncoder(2, 4, body=body).eval()
    x = torch.rand(3, 2, 20, 17)
    maps = encoder.body(x)
    assert_close(encoder(x), encoder.linear(maps.mean(dim=(2, 3))))
    tokens, valid = encoder.tokens(x)
    assert_close(tokens[1, 4], encoder.linear(maps[1, :, 1, 1]))  # rows of three positions
    assert valid.shape == (3, 9)
    assert valid.all()


@pytest.mark.usefixtures("_photos")
def test_tokens_of_a_pretrained_network_are_positions_of_its_last_maps():
    encoder = ImageEncoder(3, 4, body=NAME).eval()
    x = torch.rand(2, 3, 40, 48)
    tokens, valid = encoder.tokens(x)
    assert tokens.shape == (2, 120, 4)
    assert valid.all()
    assert_close(tokens.mean(dim=1), encoder(x))


@pytest.mark.usefixtures("_photos")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bytes_are_divided_by_their_range_and_floats_taken_as_they_are(dtype):
    encoder = ImageEncoder(3, 4, body=NAME).eval()
    pixels = torch.randint(0, 256, (2, 3, 40, 40), dtype=torch.uint8)
    assert_close(encoder(pixels), encoder((pixels.double() / 255).to(dtype)))


@pytest.mark.usefixtures("_photos")
def test_every_trainable_parameter_of_a_pretrained_network_gets_a_gradient():
    for trainable in ("head", 2, "all"):
        encoder = ImageEncoder(3, 4, body=NAME, trainable=trainable)
        (encoder(torch.rand(3, 3, 40, 40)) * torch.randn(3, 4)).sum().backward()
        for name, parameter in encoder.named_parameters():
            if parameter.requires_grad:
                assert parameter.grad.abs().sum() > 0, name
            else:
                assert parameter.grad is None, name


@pytest.mark.usefixtures("_photos")
@pytest.mark.parametrize("n_channels", [2, 4])
def test_a_pretrained_network_takes_gray_or_color(n_channels):
    with pytest.raises(
        ValueError, match=f"takes images of 1 or 3 channels.*have {n_channels}; use"
    ):
        ImageEncoder(n_channels, 4, body=NAME)


@pytest.mark.parametrize("body", ["resnets", "resnet18", "timm/", 3, None])
def test_an_unknown_body_is_refused(body):
    with pytest.raises(ValueError, match=f"body={body!r}; expected 'cnn', 'resnet', 'efficientnet"):
        ImageEncoder(3, 4, body=body)


@pytest.mark.parametrize("trainable", ["tail", 0, -1, 1.5, True, None])
def test_how_much_to_train_is_a_word_or_a_number(trainable):
    with pytest.raises(ValueError, match=f"trainable={trainable!r}; expected 'head', 'all' or an"):
        ImageEncoder(3, 4, body=NAME, trainable=trainable)


@pytest.mark.parametrize("options", [{"trainable": 2}, {"trainable": "all"}, {"weights": "V2"}])
def test_options_of_pretrained_networks_are_refused_with_others(options):
    with pytest.raises(ValueError, match="are for pretrained networks; body='resnet' starts"):
        ImageEncoder(3, 4, body="resnet", **options)


def test_pretrained_is_a_flag():
    with pytest.raises(ValueError, match="pretrained=1; expected True or False"):
        ImageEncoder(3, 4, pretrained=1)
