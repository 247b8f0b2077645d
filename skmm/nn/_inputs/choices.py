"""Read which encoders a user wants."""

import math
from typing import NamedTuple

from torch import nn

from skmm._validation import Real, did_you_mean
from skmm.nn._encoders.build import ENCODERS, takes_pixels
from skmm.nn._encoders.checks import options_of
from skmm.nn._inputs.kinds import as_kind, kind_of, n_channels


class EncoderChoice(NamedTuple):
    """The encoder of one modality."""

    kind: str
    options: dict = {}
    module: nn.Module | None = None  # given by the user
    lr: float | None = None  # its own learning rate

    def argument(self, shape):
        """Return what :class:`FusionNetwork` is told, None if there is nothing to tell."""
        return (self.options or None) if self.module is None else (self.module, tuple(shape))


def choose_encoders(blocks, encoders, known=None):
    """Say for each modality how it will be encoded.

    Parameters
    ----------
    blocks : dict of str to Block
    encoders : "auto" or dict
        By modality a kind, a pair (kind, options), a module, or a pair (module, {"lr": rate});
        modalities not in the dict are left to shape and dtype.
    known : dict of str, default=None
        Kinds in an earlier fit, for a modality that is missing everywhere now and has no dtype.

    Returns
    -------
    choices : dict of str to EncoderChoice
    """
    wanted = {} if isinstance(encoders, str) else encoders
    for name in wanted:
        if name not in blocks:
            raise ValueError(
                f"encoders names {name!r}, but the modalities are {list(blocks)}"
                + did_you_mean(name, blocks)
            )

    def guess(name, **options):
        block = blocks[name]
        return kind_of(block, **options) if known is None or block.present.any() else known[name]

    return {
        name: _choose(name, wanted[name], guess) if name in wanted else EncoderChoice(guess(name))
        for name in blocks
    }


def _choose(name, value, guess):
    is_pair = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict)
    kind, options = value if is_pair else (value, {})
    if isinstance(kind, nn.Module):
        return _choose_module(name, kind, options, guess)
    if not isinstance(kind, str) or kind not in ENCODERS:
        raise ValueError(
            f"encoders[{name!r}] is {value!r:.200}; expected one of {list(ENCODERS)}, a pair of it "
            "and a dict of options, or a torch module, alone or in a pair with {'lr': 1e-4}"
            + did_you_mean(kind, ENCODERS)
        )
    options = dict(options)
    lr = _read_rate(name, options.pop("lr", None))
    _check_names(name, ENCODERS[kind], options)
    return EncoderChoice(kind, options, lr=lr)


def _choose_module(name, module, options, guess):
    if strange := sorted(set(options) - {"lr"}, key=str):
        raise ValueError(
            f"encoders[{name!r}] has the options {strange} beside a module, which knows lr only; build "
            "the module with them"
        )
    return EncoderChoice(
        guess(name, is_free=True), module=module, lr=_read_rate(name, options.get("lr"))
    )


def _read_rate(name, lr):
    is_number = isinstance(lr, Real) and not isinstance(lr, bool)
    if lr is not None and not (is_number and math.isfinite(lr) and lr > 0):
        raise ValueError(f"encoders[{name!r}] has lr={lr!r}; expected a positive number")
    return lr


def _check_names(name, encoder, options):
    known = options_of(encoder)
    for option in options:
        if option not in known:
            raise ValueError(
                f"encoders[{name!r}] has the option {option!r}, and {encoder.__name__} knows "
                f"{known}, besides lr" + did_you_mean(option, known)
            )


def as_chosen(blocks, choices):
    """Bring blocks to the axes of their kinds, and check their values.

    Parameters
    ----------
    blocks : dict of str to Block
    choices : dict of str to EncoderChoice

    Returns
    -------
    blocks : dict of str to Block
    """
    return {
        name: as_kind(blocks[name], choice.kind, pixels=takes_pixels(choice.options))
        for name, choice in choices.items()
    }


def describe_modalities(blocks, choices, rows):
    """Kind, and number of features, channels or ids in some rows, by modality."""
    return {
        name: (choice.kind, n_channels(blocks[name], choice.kind, rows))
        for name, choice in choices.items()
    }


def describe_encoders(blocks, choices):
    """What a network is told of its encoders, for those that are not all defaults."""
    arguments = {
        name: choice.argument(blocks[name].tensor.shape[1:]) for name, choice in choices.items()
    }
    return {name: value for name, value in arguments.items() if value is not None}


def rate_groups(choices):
    """Groups of parameters with learning rates of their own, as ``optimizer__param_groups`` of skorch.

    The rate of a pretrained network, or a module, is not that of the new layer on top of it.
    """
    return [
        (f"encoders.{position}.{_part_with_rate(choice)}*", {"lr": choice.lr})
        for position, choice in enumerate(choices.values())
        if choice.lr is not None
    ]


def _part_with_rate(choice):
    if choice.module is not None:
        return "module."
    return "body." if takes_pixels(choice.options) else ""
