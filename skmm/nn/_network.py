"""The network of deep fusion: encoders, a fusion module, a head."""

from copy import deepcopy
from itertools import pairwise

import torch
from torch import nn

from skmm._validation import did_you_mean
from skmm.nn._balancing.unimodal_heads import UnimodalOutputs
from skmm.nn._encoders.build import ENCODERS, build_encoder, build_scalers
from skmm.nn._encoders.checks import options_of
from skmm.nn._fusions import FUSIONS, ConcatModule
from skmm.nn._inputs.standardize import prepare
from skmm.nn._layers.masked_mean import masked_mean


class FusionNetwork(nn.Module):
    """Encode each modality, fuse the embeddings of those present, and predict.

    All arguments but modules that are given are plain values, so that a network is rebuilt from them
    and its ``state_dict``. Numbers are standardized per channel with statistics that are part of
    that state; pixels for pretrained networks are not.

    Parameters
    ----------
    modalities : dict of str to (str, int)
        For each modality the kind of its samples, ``"vector"``, ``"image"``, ``"sequence"`` or
        ``"tokens"``, and their number of features, channels, or ids. Other samples, for a module,
        are ``("array", 1)``.
    n_outputs : int
        Number of scores per sample.
    fusion : str or nn.Module, default="gated"
        Which fusion module to use: ``"concat"``, ``"sum"``, ``"gated"``, ``"attention"``,
        ``"tensor"``, ``"low_rank"``, ``"film"``, ``"embrace"``, ``"cross_attention"`` or
        ``"bottleneck"``. Of a module, a copy is used: it gets a list of embeddings (B, `embed_dim`)
        and a mask of those present, (B, M), and returns (B, `embed_dim`). With an attribute
        ``reads_tokens`` that is true it gets tokens (B, T, `embed_dim`) instead, such as steps or
        words, and a third argument, a list of masks (B, T) of those that are no padding.
    embed_dim : int, default=64
        Width of the embeddings.
    hidden_dims : tuple of int, default=(64,)
        Widths of the hidden layers between the fusion and the scores.
    dropout : float, default=0.3
        Share of every embedding and hidden layer that is dropped in training.
    modality_dropout : float, default=0.0
        Probability with which a modality that is present is hidden in training.
    encoders : dict of str to dict or (nn.Module, tuple), default=None
        By modality, options of its encoder, such as ``{"body": "gru"}``; or a module of which a copy
        is used instead, with the shape of a sample. It is given standardized numbers, and steps of
        NaN that pad a sequence as they are. None is all defaults.
    auxiliary_weight : float, default=0.0
        Weight of the mean loss of heads that predict from one modality each, beside the fused
        prediction. Above 0 the network has such heads, linear maps of the embeddings, and returns
        their scores, too, in training: the training loss is of all heads, that of a held-out part of
        the fused prediction alone.
    **options : dict
        Further arguments of the fusion module, such as ``gate="sigmoid"``.

    Raises
    ------
    ValueError
        If there is no such fusion or kind, an encoder cannot be built, the fusion does not know an
        option, or a given fusion module is to get further arguments or returns another shape.

    See Also
    --------
    DeepFusionClassifier : Builds and trains such a network.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import FusionNetwork
    >>> network = FusionNetwork({"image": ("image", 3), "text": ("tokens", 100)}, n_outputs=2)
    >>> blocks = {"image": torch.zeros(5, 3, 8, 8), "text": torch.ones(5, 7, dtype=int)}
    >>> network(blocks).shape
    torch.Size([5, 2])
    """

    def __init__(
        self,
        modalities,
        n_outputs,
        *,
        fusion="gated",
        embed_dim=64,
        hidden_dims=(64,),
        dropout=0.3,
        modality_dropout=0.0,
        encoders=None,
        auxiliary_weight=0.0,
        **options,
    ):
        super().__init__()
        self.names = list(modalities)
        self.modality_dropout = modality_dropout
        choices = encoders or {}
        self.scalers = build_scalers(modalities, choices)
        self.encoders = nn.ModuleList(
            _build_encoder(name, kind, size, embed_dim, dropout, choices.get(name))
            for name, (kind, size) in modalities.items()
        )
        self._fusion_is_given = isinstance(fusion, nn.Module)
        self.fusion = _make_fusion(fusion, len(modalities), embed_dim, dropout, options)
        self.head = _make_head(embed_dim, hidden_dims, n_outputs, dropout)
        self.unimodal_heads = None
        if auxiliary_weight > 0:
            n_modalities = len(modalities)
            self.unimodal_heads = nn.ModuleList(
                nn.Linear(embed_dim, n_outputs) for _ in range(n_modalities)
            )
            weights = torch.tensor([1.0] + [auxiliary_weight / n_modalities] * n_modalities)
            self.register_buffer("loss_weights", weights, persistent=False)

    def forward(self, blocks, present=None):
        """Compute the scores of a batch.

        Parameters
        ----------
        blocks : dict of str to tensor of shape (B, ...)
            The samples by modality; what is absent may hold anything.
        present : bool tensor of shape (B, M), default=None
            Which modalities each sample has; None means all.

        Returns
        -------
        scores : tensor of shape (B, n_outputs)
        """
        if self.training and self.modality_dropout > 0:
            present = hide_modalities(self._mask(blocks, present), self.modality_dropout)
        if self._fusion_is_given:
            present = self._mask(blocks, present)  # only ours know that None is all
        if self.training and self.unimodal_heads is not None:
            return self.compute_all_scores(blocks, present)
        return self.head(self._fuse(self._embed_all(blocks, present), present))

    def compute_all_scores(self, blocks, present=None):
        """Scores of the fusion and of the heads of single modalities, in :class:`UnimodalOutputs`."""
        present = self._mask(blocks, present)
        embedded = self._embed_all(blocks, present)
        scores = self.head(self._fuse(embedded, present))
        if self._reads_tokens:  # a modality alone is described by its average token
            embedded = [masked_mean(*tokens) for tokens in embedded]
        alone = [head(h) for head, h in zip(self.unimodal_heads, embedded, strict=True)]
        return UnimodalOutputs(scores, alone, present)

    def modality_weights(self, blocks, present=None):
        """How much each modality counts in each sample, (B, M), if the fusion module has ``weights``."""
        present = self._mask(blocks, present)
        return self.fusion.weights(*self._arrange(self._embed_all(blocks, present), present))

    @property
    def _reads_tokens(self):
        return getattr(self.fusion, "reads_tokens", False)

    def _arrange(self, embedded, present):
        """The arguments of the fusion module."""
        if not self._reads_tokens:
            return embedded, present
        streams, valid = zip(*embedded, strict=True)
        return streams, present, valid

    def _fuse(self, embedded, present):
        fused = self.fusion(*self._arrange(embedded, present))
        if self._fusion_is_given:
            self._check_fused(fused, (present.shape[0], self.head[0].in_features))
        return fused

    def _check_fused(self, fused, shape):
        if fused.shape != shape:
            raise ValueError(
                f"{type(self.fusion).__name__}, given as fusion, returns the shape "
                f"{tuple(fused.shape)}, and {shape} is expected: a row per sample, as wide as embed_dim"
            )

    def _embed_all(self, blocks, present):
        """What the encoders make of each modality: an embedding, or tokens and which are valid."""
        embed = self._embed_tokens if self._reads_tokens else self._embed
        return [
            embed(position, blocks[name], None if present is None else present[:, position])
            for position, name in enumerate(self.names)
        ]

    def _mask(self, blocks, present):
        """The mask of presence, made explicit."""
        if present is not None:
            return present
        some = blocks[self.names[0]]
        return torch.ones(len(some), len(self.names), dtype=torch.bool, device=some.device)

    def _embed(self, position, x, here):
        return self.encoders[position](self._prepare(position, x, here))

    def _embed_tokens(self, position, x, here):
        """Tokens (B, T, p) and which are valid, (B, T); one where the encoder has no tokens."""
        encoder = self.encoders[position]
        x = self._prepare(position, x, here)
        if hasattr(encoder, "tokens"):
            return encoder.tokens(x)
        token = encoder(x).unsqueeze(1)
        return token, torch.ones(token.shape[:2], dtype=torch.bool, device=token.device)

    def _prepare(self, position, x, here):
        """Standardize, and put zeros where nothing is."""
        return prepare(self.scalers[position], x, here, self.head[-1].weight.dtype)


def _make_fusion(fusion, n_modalities, embed_dim, dropout, options):
    if isinstance(fusion, nn.Module):
        if options:
            raise ValueError(
                f"fusion is a module, and {sorted(options)} are arguments of a fusion that is named; "
                "build the module with them"
            )
        return deepcopy(fusion).float()
    module = _choose(FUSIONS, fusion, "fusion")
    _check_options(fusion, module, options)
    if module is ConcatModule:
        options = {"dropout": dropout, **options}
    return module(n_modalities, embed_dim, **options)


def _check_options(fusion, module, options):
    known = options_of(module)
    for option in options:
        if option not in known:
            raise ValueError(
                f"fusion={fusion!r} has no option {option!r}; {module.__name__} knows {known}"
                + did_you_mean(option, known)
            )


def _build_encoder(name, kind, size, embed_dim, dropout, choice):
    if kind != "array" or not isinstance(choice, tuple):  # only modules take arrays
        _choose(ENCODERS, kind, f"the kind of {name!r}")
    try:
        return build_encoder(kind, size, embed_dim, dropout, choice)
    except ValueError as error:
        raise ValueError(f"encoders[{name!r}]: {error}") from error


def _choose(classes, name, what):
    if not isinstance(name, str) or name not in classes:
        raise ValueError(f"{what} is {name!r}; expected one of {list(classes)}")
    return classes[name]


def _make_head(embed_dim, hidden_dims, n_outputs, dropout):
    widths = [embed_dim, *hidden_dims]
    hidden = [
        layer
        for n_in, n_out in pairwise(widths)
        for layer in (nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(dropout))
    ]
    return nn.Sequential(*hidden, nn.Linear(widths[-1], n_outputs))


def hide_modalities(present, rate):
    """Hide each modality with probability `rate`, but never all that a sample has [1]_.

    With M modalities present each is hidden with probability ``rate - rate**M / M``.

    Parameters
    ----------
    present : bool tensor of shape (B, M)
    rate : float

    Returns
    -------
    kept : bool tensor of shape (B, M)

    References
    ----------
    .. [1] N. Neverova et al., "ModDrop: adaptive multi-modal gesture recognition", IEEE TPAMI 38(8),
       2016.
    """
    draw = torch.rand(present.shape, device=present.device).masked_fill(~present, -1.0)
    largest = draw == draw.amax(dim=1, keepdim=True)
    return present & ((draw >= rate) | largest)
