"""Who is given the groups."""

from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.utils.validation import has_fit_parameter

from skmm._validation import _routing_enabled
from skmm.fusion import LateFusionClassifier, LateFusionRegressor

# Their fit takes any keywords, so that their signature tells nothing.
_TAKE_GROUPS = (LateFusionClassifier, LateFusionRegressor, GridSearchCV, RandomizedSearchCV)


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
    takes = isinstance(model, _TAKE_GROUPS) or has_fit_parameter(model, "groups")
    if groups is None or not (takes or _routing_enabled()):
        return params
    return {"groups": groups} | (params or {})
