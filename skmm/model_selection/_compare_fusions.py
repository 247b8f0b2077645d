"""Cross-validate fusion strategies on the same folds."""

from sklearn.base import is_classifier
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import indexable

from skmm._validation import Integral, StrOptions, _routing_enabled, refuse_dict, validate_params
from skmm.fusion import LateFusionClassifier, LateFusionRegressor
from skmm.model_selection._baselines import single_modalities
from skmm.model_selection._comparison import FusionComparison
from skmm.model_selection._shared_folds import score_on_folds
from skmm.model_selection._table import make_table


@validate_params(
    {
        "models": [dict],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "groups": ["array-like", None],
        "params": [dict, None],
        "n_jobs": [Integral, None],
        "baselines": ["boolean", dict],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=False,
)
def compare_fusions(
    models,
    X,
    y,
    *,
    cv=5,
    scoring=None,
    groups=None,
    params=None,
    n_jobs=None,
    baselines=True,
    verbose=False,
):
    """Compare fusion strategies with each other and with the best single modality.

    All models are cross-validated on the same folds. Beside them stands each modality alone, for a
    fusion that does not beat the best single modality is not worth its trouble; whether it does is
    told by a t-test that is corrected for the overlap of training sets.

    Parameters
    ----------
    models : dict {str: estimator}
        Classifiers or regressors by the name they have in the table. They are cloned, not fitted.
    X : DataFrame of shape (n_samples, n_modalities)
        One column per modality.
    y : array-like of shape (n_samples,)
        The target.
    cv : int, cross-validation generator or iterable, default=5
        How to split into folds, as in :func:`~sklearn.model_selection.cross_validate`. The split is
        made once.
    scoring : str, callable or None, default=None
        One score, where greater is better, as in :func:`~sklearn.model_selection.cross_validate`.
        None is accuracy for classifiers and R2 for regressors.
    groups : array-like of shape (n_samples,), default=None
        Groups, such as speakers or subjects, that `cv` keeps together, and so does the inner
        splitter of a model that is a late fusion. One inside a pipeline or a search gets them only
        with metadata routing enabled, when they reach every model that requests them.
    params : dict, default=None
        What to pass on to ``fit`` of every model and to the score, such as
        ``{"sample_weight": weights}``, as in :func:`~sklearn.model_selection.cross_validate`.
    n_jobs : int, default=None
        Number of processes; each fits one model on one fold at a time.
    baselines : bool or dict {modality: estimator}, default=True
        Whether to add each modality alone. True takes them from the first late fusion among the
        models, failing that from the first Pipeline that starts with a
        :class:`~skmm.fusion.MultimodalFusion`, in which the other modalities are dropped. A dict
        gives them.
    verbose : bool or int, default=False
        Whether to show a progress bar.

    Returns
    -------
    comparison : FusionComparison
        The figures in ``table``, the score on every fold in ``scores``, and ``plot()``.

    Raises
    ------
    ValueError
        If no single modality can be told from the models, a model and a baseline have the same
        name, classifiers and regressors are mixed, there are fewer than two folds, or a model fails
        or has a score that is not finite: the message names the model and the fold. Such a fold is
        not left out, because the models would then be compared on different data.

    See Also
    --------
    corrected_ttest : The test behind the p-values.

    Notes
    -----
    The baseline is the single modality with the best mean score *on these folds*, which favors it a
    little: the test errs on the side of "no difference". The p-values are not corrected for the
    number of models.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import LateFusionClassifier, MultimodalFusion
    >>> from skmm.model_selection import compare_fusions
    >>> X, y = make_multimodal_classification(
    ...     modalities={"image": 12, "audio": 8}, random_state=0
    ... )
    >>> early = make_pipeline(
    ...     MultimodalFusion([("image", "passthrough"), ("audio", "passthrough")]),
    ...     LogisticRegression(),
    ... )
    >>> late = LateFusionClassifier([(m, LogisticRegression()) for m in X.columns])
    >>> comparison = compare_fusions({"early": early, "late": late}, X, y)
    >>> comparison.table[["kind", "mean_score", "difference", "p_value"]].round(2)
                           kind  mean_score  difference  p_value
    model
    image       single modality        0.49       -0.12     0.05
    audio  best single modality        0.61        0.00      NaN
    early                fusion        0.68        0.07     0.15
    late                 fusion        0.68        0.06     0.13
    """
    refuse_dict(X)
    X, y, groups = indexable(X, y, groups)
    singles = _baseline_models(baselines, models)
    candidates = singles | models
    _check_models(candidates)
    folds = _make_folds(cv, X, y, groups, candidates)
    params_of_each = {
        name: _fit_params(model, params, groups) for name, model in candidates.items()
    }
    results = score_on_folds(
        candidates, X, y, folds, params_of_each, scoring=scoring, n_jobs=n_jobs, verbose=verbose
    )
    table, scores = make_table(results, singles, _test_over_train(folds))
    return FusionComparison(table, scores, score_name=_score_name(scoring, candidates))


def _baseline_models(baselines, models):
    if not models:
        raise ValueError("models is empty; give a dict {name: estimator}")
    if not isinstance(baselines, dict):
        baselines = single_modalities(models) if baselines else {}
    twice = [name for name in baselines if name in models]
    if twice:
        raise ValueError(f"{twice[0]!r} is the name of a model and of a modality; rename the model")
    return baselines


def _check_models(models):
    for name, model in models.items():
        if not hasattr(model, "fit"):
            raise TypeError(f"model {name!r} is {model!r}; expected an estimator")
    classifiers = [name for name, model in models.items() if is_classifier(model)]
    others = [name for name in models if name not in classifiers]
    if classifiers and others:
        raise ValueError(
            f"{classifiers} are classifiers and {others} are not; compare them one kind at a time"
        )


def _make_folds(cv, X, y, groups, models):
    splitter = check_cv(cv, y, classifier=all(map(is_classifier, models.values())))
    folds = list(splitter.split(X, y, groups))
    if len(folds) < 2:
        raise ValueError(f"cv={cv!r} gives {len(folds)} fold; at least 2 are needed to compare")
    return folds


def _fit_params(model, params, groups):
    """The metadata for one model, with the groups where they can be taken."""
    is_late = isinstance(model, LateFusionClassifier | LateFusionRegressor)
    if groups is None or not (is_late or _routing_enabled()):
        return params
    return {"groups": groups} | (params or {})


def _test_over_train(folds):
    return sum(len(test) for _, test in folds) / sum(len(train) for train, _ in folds)


def _score_name(scoring, models):
    if scoring is None:
        return "accuracy" if all(map(is_classifier, models.values())) else "R2"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
