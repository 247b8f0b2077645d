"""Build the encoder of a modality from plain values, or from a module that a user gave."""

import torch
from torch import nn

from skmm.nn._encoders.given import wrap_module
from skmm.nn._encoders.image import ImageEncoder, is_pretrained
from skmm.nn._encoders.sequence import SequenceEncoder
from skmm.nn._encoders.tokens import TokenEncoder
from skmm.nn._encoders.vector import VectorEncoder
from skmm.nn._inputs.standardize import Standardize

ENCODERS = {
    "vector": VectorEncoder,
    "image": ImageEncoder,
    "sequence": SequenceEncoder,
    "tokens": TokenEncoder,
}


def build_encoder(kind, size, embed_dim, dropout, choice=None):
    """Build an encoder.

    Parameters
    ----------
    kind : str
        A key of ``ENCODERS``; with a module also "array".
    size : int
        Number of features, channels, or ids.
    embed_dim : int
    dropout : float
        Unless options say otherwise; a module of a user has its own.
    choice : dict or (nn.Module, tuple), default=None
        Options of the encoder, or a module to use a copy of with the shape of a sample.

    Returns
    -------
    encoder : nn.Module
    """
    if isinstance(choice, tuple):
        module, shape = choice
        # Ids of words rather than of padding: a module may count words.
        sample = torch.ones(1, *shape, dtype=int) if kind == "tokens" else torch.zeros(1, *shape)
        return wrap_module(module, sample, embed_dim)
    return ENCODERS[kind](size, embed_dim, **{"dropout": dropout, **(choice or {})})


def build_scalers(modalities, choices):
    """Build what stands before the encoders: ids, and pixels for pretrained networks, stay as they are.

    Parameters
    ----------
    modalities : dict of str to (str, int)
        Kind and size.
    choices : dict of str to dict or (nn.Module, tuple)
        As `choice` of :func:`build_encoder`, for those that are not all defaults.

    Returns
    -------
    scalers : nn.ModuleList
    """
    return nn.ModuleList(
        nn.Identity()
        if kind == "tokens" or takes_pixels(choices.get(name))
        else Standardize(size, kind)
        for name, (kind, size) in modalities.items()
    )


def takes_pixels(choice):
    """Tell whether an encoder with these options wants pixels as they are, and not standardized."""
    return isinstance(choice, dict) and is_pretrained(choice.get("body"))


def without_loading(choices):
    """Return choices by modality that build the same encoders to load a state into."""
    return {
        name: {**choice, "pretrained": False, "weights": None} if takes_pixels(choice) else choice
        for name, choice in choices.items()
    }
