"""Encode sequences of vectors."""

import torch
from torch import nn

from skmm.nn._encoders.steps import StepsEncoder


class SequenceEncoder(nn.Module):
    """Embed sequences of vectors: a body over the steps, a pool of its states, a linear map.

    Steps of NaN are padding, which changes nothing. A sequence that has no other steps is embedded
    as a constant.

    Parameters
    ----------
    n_features : int
        Number of features of a step.
    embed_dim : int, default=64
        Width p of the embedding, and of the body.
    body : {"lstm", "gru", "tcn", "transformer"}, default="lstm"
        - "lstm", "gru": recurrent cells [1]_, [2]_.
        - "tcn": residual blocks of two convolutions over 3 steps each, which lie 1, 2, 4, ... steps
          apart [3]_.
        - "transformer": layers of self-attention [4]_, with sinusoidal positions.
    n_layers : int, default=None
        Number of layers or blocks. None is 1 for "lstm" and "gru", 3 for "tcn" and 2 for
        "transformer".
    bidirectional : bool, default=True
        Whether the state of a step knows the steps on both sides, or only those before.
    n_heads : int, default=4
        Number of heads of "transformer"; it divides `embed_dim`.
    pool : {"mean", "max", "last"}, default="mean"
        Mean or maximum of the states of all steps, or the state at the end; of recurrent cells that
        read from the end, their state at the beginning.
    dropout : float, default=0.0
        Share of the pooled states, and of the units between layers, that is dropped in training.

    Raises
    ------
    ValueError
        If a value is not one of those above.

    See Also
    --------
    TokenEncoder : For sequences of ids.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    .. [2] K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
       machine translation", EMNLP 2014.
    .. [3] S. Bai, J. Z. Kolter and V. Koltun, "An empirical evaluation of generic convolutional and
       recurrent networks for sequence modeling", arXiv:1803.01271, 2018.
    .. [4] A. Vaswani et al., "Attention is all you need", NeurIPS 2017.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import SequenceEncoder
    >>> encoder = SequenceEncoder(5, embed_dim=4, body="gru")
    >>> short = torch.zeros(1, 3, 5)
    >>> padded = torch.cat([short, torch.full((1, 2, 5), torch.nan)], dim=1)
    >>> torch.allclose(encoder(padded), encoder(short))
    True
    """

    def __init__(
        self,
        n_features,
        embed_dim=64,
        *,
        body="lstm",
        n_layers=None,
        bidirectional=True,
        n_heads=4,
        pool="mean",
        dropout=0.0,
    ):
        super().__init__()
        self.steps = StepsEncoder(
            n_features,
            embed_dim,
            body=body,
            n_layers=n_layers,
            bidirectional=bidirectional,
            n_heads=n_heads,
            pool=pool,
            dropout=dropout,
        )

    def forward(self, x):
        """Embed x of shape (B, T, n_features), steps of NaN being padding; return (B, embed_dim)."""
        return self.steps(*_split(x))

    def tokens(self, x):
        """Embed each step.

        Parameters
        ----------
        x : tensor of shape (B, T, n_features)

        Returns
        -------
        tokens : tensor of shape (B, T, embed_dim)
            Zeros where there is padding.
        valid : bool tensor of shape (B, T)
        """
        steps, valid = _split(x)
        return self.steps.tokens(steps, valid), valid


def _split(x):
    valid = ~torch.isnan(x).all(dim=2)
    return torch.where(valid.unsqueeze(2), x, 0), valid
