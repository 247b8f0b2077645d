"""Weights of modalities, as the user gives them."""

import numpy as np


def check_weights(weights, modalities):
    """Bring weights to a dict with one number per modality.

    Parameters
    ----------
    weights : dict or array-like of shape (n_modalities,)
    modalities : list of str

    Returns
    -------
    weights : dict

    Raises
    ------
    ValueError
        If a weight is missing, superfluous, negative or not finite, or all are zero.
    """
    if not isinstance(weights, dict):
        weights = np.asarray(weights, dtype=float).ravel()
        if len(weights) != len(modalities):
            raise ValueError(
                f"got {len(weights)} weights for {len(modalities)} modalities {modalities}"
            )
        weights = dict(zip(modalities, weights.tolist(), strict=True))
    if set(weights) != set(modalities):
        raise ValueError(f"weights are for {list(weights)}, and the modalities are {modalities}")
    values = np.array([weights[modality] for modality in modalities], dtype=float)
    if not np.isfinite(values).all() or (values < 0).any() or not values.any():
        raise ValueError(f"weights must be finite, at least 0 and not all 0; got {weights}")
    return dict(zip(modalities, values.tolist(), strict=True))
