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
        Empty if there are no modalities, but numbers without names; or if a name is there twice,
        which is for the model to refuse.

    Raises
    ------
    TypeError
        If it is something else, or a name is no string.
    ValueError
        If there are several rows, or none.
    """
    if isinstance(sample, Mapping):
        _check_names(sample)
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
    if isinstance(sample, np.ndarray) or not sample.columns.is_unique:
        return {}
    return {name: sample[name].array[0] for name in sample.columns}


def _check_names(sample):
    for name in sample:
        if not isinstance(name, str):
            raise TypeError(
                f"the sample has a cell under {name!r}, a {type(name).__name__}; the names of "
                "modalities are strings, as in {'image': pixels, 'text': None}"
            )


def as_row(sample):
    """Return a sample as the X of one row that a model takes."""
    if not isinstance(sample, Mapping):
        return sample
    return make_frame(**{name: [cell] for name, cell in sample.items()})
