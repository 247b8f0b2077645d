"""One sample, as a user gives it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skmm.frame import make_frame


def read_sample(sample):
    """Return the cells of a sample by modality.

    Parameters
    ----------
    sample : Mapping, DataFrame of one row, or ndarray of shape (1, n_features)

    Returns
    -------
    cells : Mapping
        Empty if there are no modalities, but numbers without names.

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If there are several rows, or none.
    """
    if isinstance(sample, Mapping):
        return sample
    if not isinstance(sample, pd.DataFrame | np.ndarray):
        raise TypeError(
            f"the sample is a {type(sample).__name__}; give a dict with a cell per modality, such as "
            "{'image': pixels, 'text': None}, or a frame of one row"
        )
    if len(sample) != 1:
        raise ValueError(
            f"the sample has {len(sample)} rows, where one is expected; ask the model itself to "
            "predict several"
        )
    if isinstance(sample, np.ndarray):
        return {}
    return {name: sample[name].array[0] for name in sample.columns}


def as_row(sample):
    """Return a sample as the X of one row that a model takes."""
    if not isinstance(sample, Mapping):
        return sample
    return make_frame(**{name: [cell] for name, cell in sample.items()})
