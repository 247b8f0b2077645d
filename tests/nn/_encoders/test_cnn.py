"""The plain convolutional body."""

import torch

from skmm.nn._encoders.cnn import ConvolutionalBody


def test_each_block_halves_height_and_width():
    body = ConvolutionalBody(2)
    assert body(torch.zeros(1, 2, 32, 17)).shape == (1, body.width, 4, 3)
