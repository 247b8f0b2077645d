"""From plain values to an encoder."""

import pytest
import torch
from torch import nn

from skmm.nn._encoders.build import ENCODERS, build_encoder, takes_pixels, without_loading


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_kind_is_its_class_with_the_dropout_of_the_network(kind):
    encoder = build_encoder(kind, 3, 4, 0.25)
    assert type(encoder) is ENCODERS[kind]
    rates = {m.p for m in encoder.modules() if isinstance(m, nn.Dropout)}
    assert rates == {0.25}


def test_options_come_first():
    encoder = build_encoder("vector", 3, 4, 0.25, {"dropout": 0.5, "hidden_dims": (6,)})
    assert [m.p for m in encoder.modules() if isinstance(m, nn.Dropout)] == [0.5, 0.5]


def test_a_module_is_tried_on_a_sample_of_its_kind():
    ids = build_encoder(
        "tokens", 9, 4, 0.0, (nn.Sequential(nn.Embedding(9, 2), nn.Flatten()), (5,))
    )
    assert ids(torch.ones(3, 5, dtype=int)).shape == (3, 4)
    images = build_encoder("image", 3, 4, 0.0, (nn.Flatten(), (3, 2, 2)))
    assert images(torch.ones(3, 3, 2, 2)).shape == (3, 4)


def test_pretrained_networks_want_pixels():
    assert takes_pixels({"body": "efficientnet_lite0"})
    assert not takes_pixels({"body": "resnet"})
    assert not takes_pixels((nn.Flatten(), (3, 2, 2)))
    assert not takes_pixels(None)


def test_a_saved_network_loads_no_weights_from_elsewhere():
    choices = {"a": {"body": "timm/x", "weights": "V2", "trainable": 3}, "b": {"body": "gru"}}
    assert without_loading(choices) == {
        "a": {"body": "timm/x", "weights": None, "pretrained": False, "trainable": 3},
        "b": {"body": "gru"},
    }
