"""From many frames to one row: statistics over time."""

import re

import numpy as np

_MOMENTS = ("mean", "std", "min", "max")  # in the order of measure_moments
_SHORTHANDS = {"mean_std": ("mean", "std")}


def split_pool(pool):
    """Return the names of the statistics that a parameter `pool` asks for.

    Parameters
    ----------
    pool : str, or sequence of str
        "mean", "std", "min", "max", a percentile such as "p25", several of them, or "mean_std".

    Returns
    -------
    statistics : tuple of str

    Raises
    ------
    ValueError
        If one is unknown or repeated, or there is none.
    """
    statistics = _SHORTHANDS.get(pool, (pool,)) if isinstance(pool, str) else tuple(pool)
    for name in statistics:
        if name not in _MOMENTS and _percent(name) is None:
            raise ValueError(
                f"pool={pool!r} asks for {name!r}; expected 'mean_std', or some of 'mean', 'std', "
                "'min', 'max' and percentiles from 'p0' to 'p100'; None keeps the sequence"
            )
    if not statistics or len(set(statistics)) < len(statistics):
        raise ValueError(f"pool={pool!r} must name at least one statistic, and none twice")
    return statistics


def pool_frames(frames, statistics):
    """Describe each value by its statistics over time.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_values)
    statistics : tuple of str

    Returns
    -------
    row : ndarray of shape (len(statistics) * n_values,), float64
        Statistic by statistic.
    """
    from skmm.audio._pool_kernel import measure_moments

    measured = dict(zip(_MOMENTS, measure_moments(np.ascontiguousarray(frames)), strict=True))
    percents = {name: _percent(name) for name in statistics if name not in _MOMENTS}
    if percents:
        values = np.percentile(frames.astype(np.float64), list(percents.values()), axis=0)
        measured |= zip(percents, values, strict=True)
    return np.concatenate([measured[name] for name in statistics])


def _percent(name):
    """Return 25 for "p25", and None for what is no percentile."""
    match = re.fullmatch(r"p(\d{1,3})", name) if isinstance(name, str) else None
    return int(match[1]) if match and int(match[1]) <= 100 else None
