"""Refuse values that an encoder cannot be built with."""

import inspect

from skmm._validation import Integral, did_you_mean


def check_choice(name, value, choices):
    """Raise if a value is not one of those there are."""
    if not isinstance(value, str) or value not in choices:
        near = did_you_mean(value, choices) if isinstance(value, str) else ""
        raise ValueError(f"{name}={value!r}; expected one of {list(choices)}{near}")


def check_count(name, value):
    """Raise unless a value is an integer from 1."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name}={value!r}; expected an integer from 1")


def check_flag(name, value):
    """Raise unless a value is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name}={value!r}; expected True or False")


def options_of(cls):
    """Names of the options that a module can be built with: its keyword-only arguments."""
    parameters = inspect.signature(cls).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
