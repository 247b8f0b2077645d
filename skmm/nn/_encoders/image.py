"""Encode images."""

import torch
from torch import nn

from skmm._validation import Integral, did_you_mean
from skmm.image._backbones import is_backbone_name
from skmm.nn._encoders.checks import check_flag
from skmm.nn._encoders.cnn import ConvolutionalBody
from skmm.nn._encoders.pretrained import PretrainedBody
from skmm.nn._encoders.resnet import ResidualBody

_BODIES = {"cnn": ConvolutionalBody, "resnet": ResidualBody}


class ImageEncoder(nn.Module):
    """Embed images: a convolutional body, average over the image, dropout, linear map.

    Parameters
    ----------
    n_channels : int
        Number of channels of the images; 1 or 3 for pretrained networks.
    embed_dim : int, default=64
        Width p of the embedding.
    body : str, default="cnn"
        - "cnn": three 3 x 3 convolutions with stride 2, of 16, 32 and 64 channels, each followed by
          group normalization [1]_ and a ReLU.
        - "resnet": a convolution with stride 2, then residual blocks [2]_ of 16, 32 and 64 channels.
        - "efficientnet_lite0": a network trained on ImageNet; the extra ``pretrained`` brings it
          with its weights.
        - "torchvision/NAME", "timm/NAME": a network of that package, which downloads its weights
          once.
    trainable : "head", "all" or int, default="head"
        How much of a pretrained network is trained with the linear map: nothing, everything, or so
        many of its last stages, which are its children with weights, where containers count by
        their own children. Statistics of batch normalization stay as they are in any case.
    weights : str or path-like, default=None
        Weights of a pretrained network: the name of a published set, or a file in safetensors
        format. None takes the set that its package recommends.
    pretrained : bool, default=True
        Whether to load weights at all; without, a pretrained network waits for a ``state_dict``.
    dropout : float, default=0.0
        Share of the averaged channels that is dropped in training.

    Raises
    ------
    ValueError
        If a value is not one of those above, or a pretrained network cannot take the channels.
    ImportError
        If the package of a pretrained network does not import.

    See Also
    --------
    skmm.image.CNNExtractor : Features of a pretrained network, computed once.

    Notes
    -----
    A pretrained network takes pixels of type uint8, or floats in [0, 1], which it standardizes as in
    its training; gray images become three equal channels, and sides of less than 32 pixels are
    enlarged.

    References
    ----------
    .. [1] Y. Wu and K. He, "Group normalization", ECCV 2018.
    .. [2] K. He et al., "Deep residual learning for image recognition", CVPR 2016.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import ImageEncoder
    >>> encoder = ImageEncoder(3, embed_dim=4, body="resnet")
    >>> encoder(torch.zeros(2, 3, 32, 24)).shape
    torch.Size([2, 4])
    >>> tokens, valid = encoder.tokens(torch.zeros(2, 3, 32, 24))
    >>> tokens.shape
    torch.Size([2, 12, 4])
    """

    def __init__(
        self,
        n_channels,
        embed_dim=64,
        *,
        body="cnn",
        trainable="head",
        weights=None,
        pretrained=True,
        dropout=0.0,
    ):
        super().__init__()
        check_flag("pretrained", pretrained)
        _check_trainable(trainable)
        if is_pretrained(body):
            _check_channels(body, n_channels)
            self.body = PretrainedBody(
                body, weights=weights, pretrained=pretrained, trainable=trainable
            )
        else:
            _check_plain(body, trainable, weights)
            self.body = _BODIES[body](n_channels)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(self.body.width, embed_dim)

    def forward(self, x):
        """Embed x of shape (B, n_channels, H, W); return shape (B, embed_dim)."""
        if isinstance(self.body, PretrainedBody):
            vectors = self.body(self._as_pixels(x))
        else:
            vectors = self.body(x).mean(dim=(2, 3))
        return self.linear(self.dropout(vectors))

    def tokens(self, x):
        """Embed each position of the last feature map, row by row.

        Parameters
        ----------
        x : tensor of shape (B, n_channels, H, W)

        Returns
        -------
        tokens : tensor of shape (B, h * w, embed_dim)
        valid : bool tensor of shape (B, h * w)
            True everywhere.
        """
        is_pretrained = isinstance(self.body, PretrainedBody)
        maps = self.body.maps(self._as_pixels(x)) if is_pretrained else self.body(x)
        tokens = self.linear(self.dropout(maps.flatten(2).transpose(1, 2)))
        return tokens, torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)

    def _as_pixels(self, x):
        pixels = x.to(self.linear.weight.dtype)
        return pixels / 255 if x.dtype == torch.uint8 else pixels


def is_pretrained(body):
    """Tell whether this body of an image encoder is a pretrained network."""
    return isinstance(body, str) and is_backbone_name(body)


def _check_trainable(trainable):
    is_count = isinstance(trainable, Integral) and not isinstance(trainable, bool)
    if not (trainable in ("head", "all") if isinstance(trainable, str) else is_count):
        raise ValueError(f"trainable={trainable!r}; expected 'head', 'all' or an integer from 1")
    if is_count and trainable < 1:
        raise ValueError(f"trainable={trainable}; expected 'head', 'all' or an integer from 1")


def _check_channels(body, n_channels):
    if n_channels not in (1, 3):
        raise ValueError(
            f"body={body!r} takes images of 1 or 3 channels, and these have {n_channels}; use "
            "PixelExtractor(color='rgb'), or body='resnet'"
        )


def _check_plain(body, trainable, weights):
    if not isinstance(body, str) or body not in _BODIES:
        raise ValueError(
            f"body={body!r}; expected 'cnn', 'resnet', 'efficientnet_lite0', 'torchvision/NAME' or "
            f"'timm/NAME'{did_you_mean(body, [*_BODIES, 'efficientnet_lite0'])}"
        )
    if trainable != "head" or weights is not None:
        raise ValueError(
            f"trainable={trainable!r} and weights={weights!r} are for pretrained networks; "
            f"body={body!r} starts at random and is trained as a whole"
        )
