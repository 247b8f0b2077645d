"""Encoders that users bring."""

from copy import deepcopy

import torch
from torch import nn


def wrap_module(module, sample, embed_dim):
    """Make an encoder of a copy of a module.

    Parameters
    ----------
    module : nn.Module
        Takes a batch and returns vectors of any width, (B, w); may have ``tokens(x)``, which returns
        tokens of any width, (B, T, v), and which are valid, (B, T). Lazy layers are fine.
    sample : tensor of shape (1, ...)
        What it is tried on, in evaluation mode.
    embed_dim : int
        Width to which vectors and tokens are mapped linearly, unless they have it.

    Returns
    -------
    encoder : GivenEncoder or GivenTokensEncoder

    Raises
    ------
    ValueError
        If the module fails on the sample, or returns something else.
    """
    module = deepcopy(module).float()
    output = _run(module, module, sample)
    width = _width_of(output, n_axes=2)
    if width is None:
        raise ValueError(
            f"{_describe(module, sample)} gives {_describe_output(output)}; expected floats of shape "
            "(1, width), such as nn.Flatten gives at the end"
        )
    if not callable(getattr(module, "tokens", None)):
        return GivenEncoder(module, width, embed_dim)
    output = _run(module, module.tokens, sample)
    tokens, valid = output if isinstance(output, tuple) and len(output) == 2 else (output, None)
    token_width = _width_of(tokens, n_axes=3)
    if token_width is None or not _is_mask(valid, tokens):
        raise ValueError(
            f"{_describe(module, sample)} has a method tokens, which gives "
            f"{_describe_output(tokens)} and {_describe_output(valid)}; expected floats of shape "
            "(1, steps, width) and a bool tensor of shape (1, steps)"
        )
    return GivenTokensEncoder(module, width, token_width, embed_dim)


class GivenEncoder(nn.Module):
    """A module, and a linear map where its width is not that of the embeddings."""

    def __init__(self, module, width, embed_dim):
        super().__init__()
        self.module = module
        self.linear = nn.Identity() if width == embed_dim else nn.Linear(width, embed_dim)

    def forward(self, x):
        """Embed a batch; return shape (B, embed_dim)."""
        return self.linear(self.module(as_tried(x)))


class GivenTokensEncoder(GivenEncoder):
    """The same for a module that also gives tokens; equal widths share their linear map."""

    def __init__(self, module, width, token_width, embed_dim):
        super().__init__(module, width, embed_dim)
        self.token_linear = self.linear
        if token_width != width:
            is_wide = token_width == embed_dim
            self.token_linear = nn.Identity() if is_wide else nn.Linear(token_width, embed_dim)

    def tokens(self, x):
        """Embed tokens; return shape (B, T, embed_dim), and (B, T), whether they are valid."""
        tokens, valid = self.module.tokens(as_tried(x))
        return self.token_linear(tokens), valid


def as_tried(x):
    """Ids as int64, the dtype that a module was tried on; not all of torch takes others."""
    return x if x.is_floating_point() else x.long()


def _run(module, call, sample):
    """Call a module in evaluation mode, and leave the mode of its parts as it was."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            return call(sample)
    # Modules of users raise anything, and the message must say which of them did.
    except Exception as error:
        raise ValueError(f"{_describe(module, sample)} fails: {error}") from error
    finally:
        for part, mode in modes.items():
            part.training = mode


def _width_of(output, n_axes):
    """Width of vectors or tokens, None if the output is something else."""
    fits = (
        isinstance(output, torch.Tensor)
        and output.is_floating_point()
        and output.ndim == n_axes
        and len(output) == 1
        and output.shape[-1] > 0
    )
    return output.shape[-1] if fits else None


def _is_mask(valid, tokens):
    is_bool = isinstance(valid, torch.Tensor) and valid.dtype == torch.bool
    return is_bool and valid.shape == tokens.shape[:2]


def _describe(module, sample):
    shape, dtype = tuple(sample.shape), sample.dtype
    return f"{type(module).__name__}, tried on a batch of shape {shape} and dtype {dtype},"


def _describe_output(output):
    if isinstance(output, torch.Tensor):
        return f"a tensor of shape {tuple(output.shape)} and dtype {output.dtype}"
    return f"a {type(output).__name__}"
