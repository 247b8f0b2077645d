"""Pretrained bodies: what they give, what is trained of them, and what never changes."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from skmm.image import CNNExtractor
from skmm.nn import ImageEncoder
from skmm.nn._encoders.pretrained import PretrainedBody
from tests.nn._encoders import photo_network
from tests.nn._encoders.photo_network import NAME, trained

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)  # of ImageNet, as published
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)


@pytest.fixture
def asked(monkeypatch):
    return photo_network.install(monkeypatch)


def body(trainable="head", **options):
    return PretrainedBody(
        NAME, **({"weights": None, "pretrained": True} | options), trainable=trainable
    )


def is_trained(encoder):
    """Which stages of the network change when the encoder is trained for a step."""
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
    encoder.train()
    encoder(torch.rand(3, 3, 40, 40)).pow(2).sum().backward()
    optimizer.step()
    return {
        name for name, value in encoder.state_dict().items() if not torch.equal(value, before[name])
    }


@pytest.mark.usefixtures("asked")
def test_vectors_are_what_the_classifier_reads_of_standardized_pixels():
    pixels = torch.rand(2, 3, 40, 48)
    network = trained().eval()
    network.classifier = nn.Identity()
    assert_close(body().eval()(pixels), network((pixels - MEAN) / STD))


@pytest.mark.usefixtures("asked")
def test_maps_are_those_that_are_averaged():
    pixels = torch.rand(2, 3, 40, 48)
    network = trained().eval()
    maps = network.last(network.blocks(network.norm(network.conv((pixels - MEAN) / STD))))
    assert_close(body().maps(pixels), maps)


@pytest.mark.usefixtures("asked")
def test_a_network_without_maps_has_one_token(monkeypatch):
    photo_network.install(
        monkeypatch,
        lambda: nn.Sequential(
            nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 5), nn.ReLU(), nn.Linear(5, 2)
        ),
    )
    network = body()
    pixels = torch.rand(2, 3, 40, 40)
    assert network.maps(pixels).shape == (2, 5, 1, 1)
    assert_close(network.maps(pixels)[:, :, 0, 0], network(pixels))


@pytest.mark.usefixtures("asked")
def test_a_network_that_gives_no_vectors_is_refused(monkeypatch):
    photo_network.install(monkeypatch, lambda: nn.Conv2d(3, 2, 3))
    with pytest.raises(ValueError, match=f"body='{NAME}' gives no vectors.*use CNNExtractor"):
        body()


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("trainable", "expected"),
    [
        ("head", []),
        (1, ["last.1"]),
        (2, ["last.0", "last.1"]),
        (3, ["blocks.1", "last.0", "last.1"]),
        (6, ["conv", "norm", "blocks.0", "blocks.1", "last.0", "last.1"]),
        ("all", ["conv", "norm", "blocks.0", "blocks.1", "last.0", "last.1"]),
    ],
)
def test_only_the_stages_asked_for_change(trainable, expected):
    encoder = ImageEncoder(3, 4, body=NAME, trainable=trainable)
    names = [name for name, _ in encoder.named_parameters()]
    wanted = {f"body.network.{stage}." for stage in expected} | {"linear."}
    assert is_trained(encoder) == {n for n in names if n.startswith(tuple(wanted))}


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("trainable", ["head", 2, "all"])
def test_statistics_of_the_photos_stay_whatever_the_batch(trainable):
    network = body(trainable).train()
    before = [buffer.clone() for buffer in network.network.buffers()]
    network(torch.rand(1, 3, 40, 40))
    network.train()(torch.rand(4, 3, 40, 40))
    assert all(torch.equal(a, b) for a, b in zip(before, network.network.buffers(), strict=True))


@pytest.mark.usefixtures("asked")
def test_frozen_stages_stay_in_evaluation_mode():
    network = body(3).train()
    modes = {name: module.training for name, module in network.network.named_modules()}
    assert not any(modes[name] for name in ["conv", "norm", "blocks.0", "blocks.0.conv"])
    assert not any(mode for name, mode in modes.items() if name.endswith("norm"))
    assert modes["blocks.1"]
    assert modes["classifier.0"]  # the network goes on to drop units
    assert not any(m.training for m in body("head").train().network.modules())


@pytest.mark.usefixtures("asked")
def test_a_row_alone_is_as_in_its_batch_even_in_training():
    network = body("head").train()
    pixels = torch.rand(4, 3, 40, 40)
    assert_close(network(pixels[2:3])[0], network(pixels)[2])


@pytest.mark.usefixtures("asked")
def test_more_stages_than_there_are_is_an_error():
    with pytest.raises(ValueError, match=f"trainable=7, and '{NAME}' has 6 stages; give fewer"):
        body(7)


@pytest.mark.usefixtures("asked")
def test_small_images_are_enlarged():
    network = body()
    pixels = torch.rand(2, 3, 1, 40)
    large = nn.functional.interpolate(pixels, (32, 40), mode="bilinear")
    assert_close(network(pixels), network(large))


@pytest.mark.usefixtures("asked")
def test_gray_images_are_three_equal_channels():
    gray = torch.rand(2, 1, 40, 40)
    assert_close(body()(gray), body()(gray.expand(-1, 3, -1, -1)))


def test_weights_are_fetched_unless_a_state_will_bring_them(asked):
    state = body().state_dict()
    waiting = body(pretrained=False)
    assert asked == ["published", None]
    assert waiting.network.conv.weight.abs().sum() == 0
    waiting.load_state_dict(state)
    pixels = torch.rand(2, 3, 40, 40)
    assert torch.equal(waiting(pixels), body()(pixels))


@pytest.mark.usefixtures("asked")
def test_maps_are_not_kept():
    network = body()
    network.maps(torch.rand(1, 3, 40, 40))
    network(torch.rand(1, 3, 40, 40))
    assert network._caught is None


def test_efficientnet_gives_what_the_extractor_gives():
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    expected = CNNExtractor("efficientnet_lite0", device="cpu").fit_transform(images)
    encoder = ImageEncoder(3, 4, body="efficientnet_lite0", trainable=2)
    pixels = encoder._as_pixels(torch.tensor(images.transpose(0, 3, 1, 2)))
    assert_close(encoder.eval().body(pixels), torch.tensor(expected), atol=1e-4, rtol=1e-4)
    assert encoder.tokens(pixels)[0].shape == (2, 4, 4)
    trained_ones = {name.removeprefix("body.network.") for name in is_trained(encoder)}
    assert trained_ones == {
        "_conv_head.weight",
        "_bn1.weight",
        "_bn1.bias",
        "linear.weight",
        "linear.bias",
    }
