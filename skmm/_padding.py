"""How a sequence is padded in a block: by steps of NaN at its end."""

import numpy as np


def padding_steps(sequences):
    """Tell which steps of sequences are padding.

    Parameters
    ----------
    sequences : ndarray of shape (n_samples, n_steps, n_features), float

    Returns
    -------
    padding : ndarray of shape (n_samples, n_steps), bool
        True from the first step after which all are NaN throughout.
    """
    is_nan = np.isnan(sequences).all(axis=2)
    return np.logical_and.accumulate(is_nan[:, ::-1], axis=1)[:, ::-1]
