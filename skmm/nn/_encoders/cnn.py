"""A small convolutional network."""

from itertools import pairwise

from torch import nn


class ConvolutionalBody(nn.Sequential):
    """Three blocks of 16, 32 and 64 channels: 3 x 3 convolution with stride 2, normalization, ReLU.

    Group normalization keeps a sample independent of its batch [1]_.

    Parameters
    ----------
    n_channels : int

    References
    ----------
    .. [1] Y. Wu and K. He, "Group normalization", ECCV 2018.
    """

    width = 64

    def __init__(self, n_channels):
        super().__init__(
            *(
                layer
                for n_in, n_out in pairwise([n_channels, 16, 32, self.width])
                for layer in (
                    nn.Conv2d(n_in, n_out, kernel_size=3, stride=2, padding=1),
                    nn.GroupNorm(4, n_out),
                    nn.ReLU(),
                )
            )
        )
