"""Levels: one number for all modalities, or a dict with one for each."""

import math
from collections.abc import Mapping

from skmm._validation import Real


def level_of_each(levels, modalities, *, parameter, upper=math.inf):
    """Spell out one level per modality.

    Parameters
    ----------
    levels : float or dict {modality: float}
        A number counts for every modality; a modality that a dict does not name gets 0.
    modalities : sequence of str
        All modalities.
    parameter : str
        Name of the parameter, for error messages.
    upper : float, default=inf
        Largest level allowed; the smallest is 0.

    Returns
    -------
    levels : dict {modality: float}
        In the order of `modalities`.

    Raises
    ------
    ValueError
        If a dict names an unknown modality, or a level is not a number in [0, upper].
    """
    if not isinstance(levels, Mapping):
        levels = dict.fromkeys(modalities, levels)
    unknown = [name for name in levels if name not in modalities]
    if unknown:
        raise ValueError(
            f"{parameter} names the modality {unknown[0]!r}; the modalities are {list(modalities)}"
        )
    for modality, level in levels.items():
        _check_level(level, modality, parameter, upper)
    return {modality: float(levels.get(modality, 0.0)) for modality in modalities}


def noise_levels(noise, defaults):
    """Spell out how much each modality is disturbed.

    Parameters
    ----------
    noise : float or dict {modality: float}
        A number multiplies the defaults; a modality that a dict does not name keeps its own.
    defaults : dict {modality: float}

    Returns
    -------
    levels : dict {modality: float}
        In the units of `defaults`.

    Raises
    ------
    ValueError
        As :func:`level_of_each`.
    """
    if isinstance(noise, dict):
        levels = defaults | noise
    else:
        levels = {modality: noise * level for modality, level in defaults.items()}
    return level_of_each(levels, list(defaults), parameter="noise")


def _check_level(level, modality, parameter, upper):
    is_number = isinstance(level, Real) and math.isfinite(level)
    if not is_number or not 0 <= level <= upper:
        allowed = "of at least 0" if upper == math.inf else f"from 0 to {upper:g}"
        raise ValueError(
            f"{parameter} is {level!r} for modality {modality!r}; expected a number {allowed}"
        )
