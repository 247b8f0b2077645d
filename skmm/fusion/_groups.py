"""Who is given the groups."""

from sklearn.model_selection import TimeSeriesSplit
from sklearn.utils.validation import has_fit_parameter

from skmm._validation import _BaseSearchCV, _routing_enabled
from skmm.fusion._late.classifier import LateFusionClassifier
from skmm.fusion._late.regressor import LateFusionRegressor

LATE = (LateFusionClassifier, LateFusionRegressor)


def add_groups(params, model, groups):
    """The metadata for one model, with the groups where they can be taken.

    Parameters
    ----------
    params : dict or None
    model : estimator
    groups : array-like of shape (n_samples,) or None

    Returns
    -------
    params : dict or None
    """
    if groups is None or not (_routing_enabled() or _takes_groups(model)):
        return params
    return {"groups": groups} | (params or {})


def _takes_groups(model):
    if isinstance(model, (*LATE, _BaseSearchCV)):
        # Their fit takes any keywords, for a splitter, and this one warns of groups.
        return not isinstance(model.cv, TimeSeriesSplit)
    return has_fit_parameter(model, "groups")
