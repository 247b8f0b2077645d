"""The extractors inside a model, and one cache for all of them."""

from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator

from skmm._extractor import Extractor


def parts_of(model, *, frozen=True):
    """Yield an estimator and all estimators it holds, fitted or not, in whatever lists they stand.

    Parameters
    ----------
    model : object
    frozen : bool, default=True
        Whether to look into a FrozenEstimator. A clone of it holds the very estimator of the user,
        which is not to be changed.

    Yields
    ------
    part : BaseEstimator
    """
    if isinstance(model, BaseEstimator):
        yield model
        if isinstance(model, FrozenEstimator) and not frozen:
            return
        model = vars(model)
    if isinstance(model, dict):
        model = list(model.values())
    if isinstance(model, list | tuple):
        for value in model:
            yield from parts_of(value, frozen=frozen)


def set_memory(model, memory, *, old=None):
    """Give one cache to those extractors inside `model` that have none of their own.

    Frozen ones are left as they are.

    Parameters
    ----------
    model : estimator
        Is changed, also where it is fitted.
    memory : str, path-like, FeatureCache or None
        As in the extractors.
    old : object, default=None
        Extractors whose ``memory`` equals this get the cache.

    Returns
    -------
    model : estimator
    """
    for part in parts_of(model, frozen=False):
        if isinstance(part, Extractor) and "memory" in vars(part) and part.memory == old:
            part.memory = memory
    return model
