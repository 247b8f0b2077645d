"""The folds that all models are scored on."""

from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import get_scorer

from skmm._validation import _routing_enabled
from skmm.fusion._folds import split_rows


def make_outer_folds(cv, X, y, groups, *, classifier):
    """Split once, for all models.

    Parameters
    ----------
    cv : int, splitter, iterable of splits or None
        A number of folds keeps groups whole, and None is at most five, shuffled.
    X, y, groups : as in :func:`~skmm.model_selection.compare_fusions`
    classifier : bool
        Whether a number of folds is stratified.

    Returns
    -------
    folds : list of (train, test)
        Positions of rows.

    Raises
    ------
    ValueError
        If there are fewer than two, or cannot be as many.
    """
    folds = split_rows(cv, X, y, groups, stratified=classifier, way_out="give more samples")
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed to compare")
    return folds


def read_scoring(scoring, models):
    """The scoring for all models; their own ``score`` may be of another kind in a search.

    Parameters
    ----------
    scoring : str, callable or None
    models : iterable of estimator

    Returns
    -------
    scoring : str, callable or None
        None only where models are neither all classifiers nor all regressors.
    """
    if scoring is not None:
        return scoring
    models = list(models)
    kinds = {"accuracy": is_classifier, "r2": is_regressor}
    name = next((name for name, is_kind in kinds.items() if all(map(is_kind, models))), None)
    if name is None or not _routing_enabled():
        return name
    return get_scorer(name).set_score_request(sample_weight=False)


def name_score(scoring, classifier):
    """What the score is called in plots."""
    if scoring is None:
        return "accuracy" if classifier else "R2"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
