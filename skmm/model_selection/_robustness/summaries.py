"""How robust a model is, summed up from its scores at growing levels of damage."""

import numpy as np


def relative_robustness(scores, levels):
    r"""Sum up how well a model does over all levels of damage.

    The area under the curve [1]_: :math:`\sum_i (f_i + f_{i+1}) (l_{i+1} - l_i) / 2` for scores
    :math:`f_i` at levels :math:`l_i`. Over levels from 0 to 1 it is the mean score.

    Parameters
    ----------
    scores : array-like of shape (n_levels,) or (n_levels, n_repeats)
        Scores at the levels, greater is better.
    levels : array-like of shape (n_levels,)
        Levels of damage, ascending.

    Returns
    -------
    robustness : float or ndarray of shape (n_repeats,)

    Raises
    ------
    ValueError
        If there is not one score, or row of scores, for each level.

    See Also
    --------
    effective_robustness : Compared with another model, however good both are undamaged.

    Notes
    -----
    The figures of different models can be compared if the levels are the same. They are not scaled to
    the best and worst of some models, as in [1]_, because that could not be compared between runs.

    References
    ----------
    .. [1] P. P. Liang et al., "MultiBench: multiscale benchmarks for multimodal representation
       learning", NeurIPS datasets and benchmarks 2021.

    Examples
    --------
    >>> from skmm.model_selection import relative_robustness
    >>> round(relative_robustness([0.8, 0.7, 0.6], levels=[0, 0.1, 0.2]), 2)
    0.14
    """
    scores, levels = np.asarray(scores, dtype=float), np.asarray(levels, dtype=float)
    if len(scores) != len(levels):
        raise ValueError(
            f"there are {len(scores)} scores for {len(levels)} levels; expected one for each level"
        )
    area = np.trapezoid(scores, levels, axis=0)
    return float(area) if area.ndim == 0 else area


def effective_robustness(scores, baseline):
    r"""Sum up how much less a model loses by damage than another one.

    Both curves are moved to the same score without damage [1]_: :math:`\sum_i (f_i - (b_i + f_0 - b_0))`
    for scores :math:`f_i` of the model and :math:`b_i` of the other one. Above 0 it loses less.

    Parameters
    ----------
    scores, baseline : array-like of shape (n_levels,) or (n_levels, n_repeats)
        Scores of the model and of the other one, such as a late fusion, at the same levels. The first
        level is without damage.

    Returns
    -------
    robustness : float or ndarray of shape (n_repeats,)

    Raises
    ------
    ValueError
        If the shapes differ.

    See Also
    --------
    relative_robustness : Without another model to compare with.

    Notes
    -----
    It is a sum, and grows with the number of levels.

    References
    ----------
    .. [1] P. P. Liang et al., "MultiBench: multiscale benchmarks for multimodal representation
       learning", NeurIPS datasets and benchmarks 2021.

    Examples
    --------
    >>> from skmm.model_selection import effective_robustness
    >>> round(effective_robustness([0.8, 0.7, 0.6], baseline=[0.75, 0.6, 0.5]), 2)
    0.1
    """
    scores, baseline = np.asarray(scores, dtype=float), np.asarray(baseline, dtype=float)
    if scores.shape != baseline.shape:
        raise ValueError(
            f"the scores have the shape {scores.shape} and those of the baseline {baseline.shape}; "
            "expected scores at the same levels"
        )
    total = ((scores - scores[0]) - (baseline - baseline[0])).sum(axis=0)
    return float(total) if total.ndim == 0 else total
