"""Weights of modalities, as the user gives them."""

import numpy as np


def check_weights(weights, modalities, declared=None):
    """Bring weights to a dict with one number per modality.

    Parameters
    ----------
    weights : dict or array-like of shape (n_modalities,)
    modalities : list of str
        Those that are in use.
    declared : list of str, default=None
        Those that weights are given for, some of which may be dropped; None is `modalities`.

    Returns
    -------
    weights : dict

    Raises
    ------
    ValueError
        If a weight is missing, superfluous, negative or not finite, or all are zero.
    """
    declared = modalities if declared is None else declared
    if not isinstance(weights, dict):
        weights = np.asarray(weights, dtype=float).ravel()
        if len(weights) != len(declared):
            raise ValueError(
                f"got {len(weights)} weights for {len(declared)} modalities {declared}"
            )
        weights = dict(zip(declared, weights.tolist(), strict=True))
    if not set(modalities) <= set(weights) <= set(declared):
        raise ValueError(f"weights are for {list(weights)}, and the modalities are {declared}")
    values = np.array([weights[modality] for modality in modalities], dtype=float)
    nothing_counts = len(modalities) > 1 and not values.any()
    if not np.isfinite(values).all() or (values < 0).any() or nothing_counts:
        raise ValueError(f"weights must be finite, at least 0 and not all 0; got {weights}")
    if not values.any():  # an only modality counts whatever its weight
        values = np.ones(1)
    return dict(zip(modalities, values.tolist(), strict=True))
