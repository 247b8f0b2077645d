"""A small residual network."""

from itertools import pairwise

from torch import nn


class ResidualBody(nn.Sequential):
    """A convolution with stride 2, then residual blocks [1]_ of 16, 32 and 64 channels.

    The second and the third block halve height and width. Group normalization keeps a sample
    independent of its batch [2]_.

    Parameters
    ----------
    n_channels : int

    References
    ----------
    .. [1] K. He et al., "Deep residual learning for image recognition", CVPR 2016.
    .. [2] Y. Wu and K. He, "Group normalization", ECCV 2018.
    """

    width = 64

    def __init__(self, n_channels):
        widths = [16, 16, 32, self.width]
        super().__init__(
            *_convolve(n_channels, widths[0], stride=2),
            nn.ReLU(),
            *(_Block(n_in, n_out) for n_in, n_out in pairwise(widths)),
        )


class _Block(nn.Module):
    """Two convolutions beside a shortcut; with more channels out than in, both have stride 2."""

    def __init__(self, n_in, n_out):
        super().__init__()
        stride = 1 if n_in == n_out else 2
        self.residual = nn.Sequential(
            *_convolve(n_in, n_out, stride), nn.ReLU(), *_convolve(n_out, n_out)
        )
        self.shortcut = nn.Identity()
        if n_in != n_out:
            self.shortcut = nn.Sequential(*_convolve(n_in, n_out, stride, kernel_size=1))

    def forward(self, maps):
        return nn.functional.relu(self.residual(maps) + self.shortcut(maps))


def _convolve(n_in, n_out, stride=1, kernel_size=3):
    padding = kernel_size // 2
    convolution = nn.Conv2d(n_in, n_out, kernel_size, stride, padding, bias=False)
    return convolution, nn.GroupNorm(4, n_out)
