"""Temporal convolutions over padded sequences."""

from torch import nn

_KERNEL_SIZE = 3


class TemporalConvolution(nn.Module):
    """Residual blocks of dilated convolutions over time [1]_.

    Block k has two convolutions with kernels of 3 steps that lie 2**k steps apart. Invalid steps are
    zero before every convolution, as what lies beyond the ends is. Layer normalization of each step
    stands in for the weight normalization of the paper.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    width : int
        Number of channels.
    n_layers : int
        Number of blocks.
    bidirectional : bool
        Whether a state sees steps on both sides, or only itself and those before.
    dropout : float
        Share of the units behind each convolution that is dropped in training.

    References
    ----------
    .. [1] S. Bai, J. Z. Kolter and V. Koltun, "An empirical evaluation of generic convolutional and
       recurrent networks for sequence modeling", arXiv:1803.01271, 2018.
    """

    n_backward = 0

    def __init__(self, n_features, width, *, n_layers, bidirectional, dropout):
        super().__init__()
        self.width = width
        self.project = nn.Linear(n_features, width)
        self.blocks = nn.ModuleList(
            nn.ModuleList(_Layer(width, 2**depth, bidirectional, dropout) for _ in range(2))
            for depth in range(n_layers)
        )

    def forward(self, steps, valid):
        """Return states of shape (B, T, width) for steps of shape (B, T, n_features)."""
        valid = valid.unsqueeze(2)
        states = self.project(steps)
        for first, second in self.blocks:
            states = states + second(first(states, valid), valid)
        return states


class _Layer(nn.Module):
    """Convolution, normalization, ReLU, dropout."""

    def __init__(self, width, dilation, bidirectional, dropout):
        super().__init__()
        reach = dilation * (_KERNEL_SIZE - 1)
        self.ends = (reach // 2, reach // 2) if bidirectional else (reach, 0)
        self.convolution = nn.Conv1d(width, width, _KERNEL_SIZE, dilation=dilation)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states, valid):
        channels = nn.functional.pad((states * valid).transpose(1, 2), self.ends)
        states = self.norm(self.convolution(channels).transpose(1, 2))
        return self.dropout(nn.functional.relu(states))
