"""Presence: which cells of a made data set are there, and which are missing."""

import numpy as np

from skmm._tensor import TensorArray


def draw_presence(rates, n_samples, random_state):
    """Draw which cells are present: `rates` of them go missing, but never a whole row.

    Parameters
    ----------
    rates : dict {modality: float in [0, 1]}
        Share of missing cells.
    n_samples : int
        Number of rows.
    random_state : RandomState
        What is drawn from it does not depend on `rates`.

    Returns
    -------
    presence : dict {modality: ndarray of shape (n_samples,), bool}
        A row that would lose everything keeps one modality, drawn at random, so that the share that
        is really missing can be below the rate when all rates are above 0.
    """
    modalities = list(rates)
    ranks = np.stack([random_state.permutation(n_samples) for _ in modalities], axis=1)
    present = ranks >= np.round(np.multiply(list(rates.values()), n_samples))
    kept = random_state.randint(len(modalities), size=n_samples)
    empty = np.flatnonzero(~present.any(axis=1))
    present[empty, kept[empty]] = True
    return dict(zip(modalities, present.T, strict=True))


def hide(tensor, present):
    """Make a tensor column of `tensor`, whose missing samples are gone for good."""
    tensor[~present] = 0
    return TensorArray(tensor, present)
