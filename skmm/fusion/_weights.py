"""Weights of modalities, as the user gives them."""

import warnings

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


def share_gains(gains, nothing_gained="no modality gains anything"):
    """Divide what each modality gains by the sum; what is below 0 counts as 0.

    Parameters
    ----------
    gains : dict of float
    nothing_gained : str
        What to warn of if no gain is above 0; all weights are equal then.

    Returns
    -------
    weights : dict
        With sum 1.
    """
    gains = {modality: max(0.0, float(gain)) for modality, gain in gains.items()}
    total = sum(gains.values())
    if total == 0:
        warnings.warn(f"{nothing_gained}; all weights are equal", stacklevel=2)
        return dict.fromkeys(gains, 1 / len(gains))
    return {modality: gain / total for modality, gain in gains.items()}
