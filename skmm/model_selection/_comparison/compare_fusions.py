"""Cross-validate fusion strategies on the same folds."""

import os

from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import ParameterGrid
from sklearn.utils import indexable

from skmm._targets import refuse_unusable_targets
from skmm._validation import (
    HasMethods,
    Integral,
    Interval,
    Real,
    StrOptions,
    refuse_dict,
    validate_params,
)
from skmm.cache import FeatureCache
from skmm.fusion._folds import N_FOLDS, measure_test_over_train
from skmm.fusion._groups import add_groups
from skmm.model_selection._comparison.baselines import OTHER_BASELINES, single_modalities
from skmm.model_selection._comparison.grids import check_name, make_grids
from skmm.model_selection._comparison.journal import open_journal
from skmm.model_selection._comparison.result import FusionComparison
from skmm.model_selection._folds.inner_folds import InnerFolds, make_late_cv, set_late_cv
from skmm.model_selection._folds.outer_folds import (
    make_outer_folds,
    name_score,
    read_scoring,
)
from skmm.model_selection._folds.shared_folds import Data, Strategy, fit_on_all_rows, score_on_folds


@validate_params(
    {
        "models": [dict],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "groups": ["array-like", None],
        "params": [dict, None],
        "search": [dict, None],
        "inner_cv": [Integral, HasMethods(["split", "get_n_splits"]), None],
        "rope": [Interval(Real, 0, None, closed="left")],
        "n_jobs": [Integral, None],
        "baselines": ["boolean", dict],
        "memory": [str, os.PathLike, FeatureCache, None],
        "resume": [str, os.PathLike, None],
        "refit": ["boolean", str],
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
    search=None,
    inner_cv=None,
    rope=0.01,
    n_jobs=None,
    baselines=True,
    memory=None,
    resume=None,
    refit=False,
    verbose=False,
):
    """Compare fusion strategies with each other and with the best single modality.

    All models are cross-validated on the same folds. Beside them stands each modality alone, for a
    fusion that does not beat the best single modality is not worth its trouble; whether it does is
    told by a t-test that is corrected for the overlap of training sets, and by the probability that
    the difference matters.

    Parameters
    ----------
    models : dict {str: estimator}
        Classifiers or regressors by the name they have in the table. They are cloned, not fitted.
    X : DataFrame of shape (n_samples, n_modalities)
        One column per modality.
    y : array-like of shape (n_samples,)
        The target.
    cv : int, cross-validation generator or iterable, default=5
        How to split into folds, as in :func:`~sklearn.model_selection.cross_validate`; with `groups`
        a number of folds keeps them whole. The split is made once. Where every fold is tested on rows
        after those it is trained on, late fusions without a `cv` of their own keep the order of time
        in their inner folds, too.
    scoring : str, callable or None, default=None
        One score, where greater is better, as in :func:`~sklearn.model_selection.cross_validate`.
        None is accuracy for classifiers and R2 for regressors, whatever their own ``score`` is.
    groups : array-like of shape (n_samples,), default=None
        Groups, such as speakers or subjects, that `cv` keeps together, and so do the inner folds of
        a search, of a late or deep fusion and of a :class:`FusionSearchCV`. A model inside a pipeline
        gets them only with metadata routing enabled, when they reach every model that requests them.
    params : dict, default=None
        What to pass on to ``fit`` of every model, such as ``{"sample_weight": weights}``, as in
        :func:`~sklearn.model_selection.cross_validate`. Every model has to take it, which a Pipeline
        does only with metadata routing enabled, and what its steps request. Without metadata routing
        the score is not given any; with it, a scorer is given what it requests, and None requests
        nothing.
    search : dict {str: dict or list of dict}, default=None
        Parameter grids by model, as in :class:`~sklearn.model_selection.GridSearchCV`. In every fold
        parameters are chosen within the training rows, by `scoring`. Single modalities that are made
        of a model are searched over what concerns them in its grid, unless they have a grid here.
    inner_cv : int or splitter, default=None
        Folds of the search. None is five, or fewer where there are few samples or groups. They lie in
        the order of time where every fold of `cv` is tested on rows after those it is trained on;
        they keep groups together, if there are any, and are stratified for classifiers; else samples
        are shuffled. A number of folds is not shuffled.
    rope : float, default=0.01
        Largest difference of scores that is of no consequence, for the probabilities in the table.
    n_jobs : int, default=None
        Number of processes; each fits one model on one fold at a time.
    baselines : bool or dict {modality: estimator}, default=True
        Whether to add each modality alone. True takes them from the first late fusion among the
        models, failing that from the first Pipeline that starts with a
        :class:`~skmm.fusion.MultimodalFusion`, in which the other modalities are dropped. A dict
        gives them.
    memory : str, path-like or FeatureCache, default=None
        A cache for all extractors in the models that have none of their own, so that each sample is
        extracted once over all models, folds and candidates. Extractors inside a
        :class:`~sklearn.frozen.FrozenEstimator` are left as they are.
    resume : str or path-like, default=None
        A file that results are written to as they come. If it is there already, what it holds is not
        computed again: call the same once more after an interruption, or with more models. It is
        refused where data, folds or a model of the same name are others; a single modality that is
        made of another model than before is computed anew.
    refit : bool or str, default=False
        Whether to search and fit the model with the best mean score on all rows, for
        ``best_estimator_``; a name asks for that model.
    verbose : bool or int, default=False
        Whether to show a progress bar.

    Returns
    -------
    comparison : FusionComparison
        The figures in ``table``, the score on every fold in ``scores``, what each fold took and chose
        in ``results``; ``pairwise()`` and ``plot()``.

    Raises
    ------
    ValueError
        If no single modality can be told from the models, a model and a baseline have the same
        name, classifiers and regressors are mixed, there are fewer than two folds, a grid or `refit`
        names no model, `resume` holds something else, or a model fails or has a score that is not
        finite: the message names the model and the fold. Such a fold is not left out, because the
        models would then be compared on different data.

    See Also
    --------
    FusionSearchCV : Make the strategies, too, and keep the best.
    corrected_ttest : The test behind the p-values.
    bayesian_ttest : The probabilities of a difference that matters.

    Notes
    -----
    The baseline is the single modality with the best mean score *on these folds*, which favors it a
    little: the test errs on the side of "no difference". The p-values are not corrected for the
    number of models; ``pairwise()`` has some that are.

    With `resume`, files count by path, size and time of modification, estimators by class and
    parameters, frozen ones by what they have learned, too, and functions by name. The
    file is read as JSON, and nothing in it is executed.

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
    >>> comparison.table[["kind", "mean_score", "difference", "p_value", "p_better"]].round(3)
                           kind  mean_score  difference  p_value  p_better
    model
    image       single modality       0.490      -0.120    0.051     0.020
    audio  best single modality       0.610       0.000      NaN       NaN
    early                fusion       0.685       0.075    0.154     0.898
    late                 fusion       0.675       0.065    0.135     0.906

    The regularization is chosen anew within the training rows of each fold:

    >>> grid = {"early": {"logisticregression__C": [0.01, 1]}}
    >>> comparison = compare_fusions({"early": early}, X, y, search=grid, refit=True)
    >>> comparison.best_params_
    {'logisticregression__C': 0.01}
    """
    refuse_dict(X)
    X, y, groups = indexable(X, y, groups)
    singles = _baseline_models(baselines, models)
    _check_models(singles | models)
    if any(map(_needs_all_labels, (singles | models).values())):
        refuse_unusable_targets(y)
    if isinstance(refit, str):
        check_name(refit, singles | models, "refit")
    grids = make_grids(search, models, singles, made_of_models=baselines is True)
    classifier = all(map(is_classifier, (singles | models).values()))
    cv = N_FOLDS if cv is None else cv
    folds = make_outer_folds(cv, X, y, groups, classifier=classifier)
    late_cv = make_late_cv(cv, folds)
    candidates = {
        name: set_late_cv(clone(model), late_cv) for name, model in (singles | models).items()
    }
    strategies = [
        Strategy(
            name,
            model,
            grids.get(name),
            add_groups(params, model, groups),
            way_out=OTHER_BASELINES if baselines is True and name in singles else "",
        )
        for name, model in candidates.items()
    ]
    inner_folds = InnerFolds(cv, inner_cv, folds, stratified=classifier)
    data = Data(X, y, read_scoring(scoring, candidates.values()), groups, inner_folds, memory)
    made = singles if baselines is True else {}
    journal = None
    if resume is not None:
        journal = open_journal(resume, strategies, data, folds, params, may_change=made)
    results = score_on_folds(
        strategies, data, folds, journal=journal, n_jobs=n_jobs, verbose=verbose
    )
    comparison = FusionComparison(
        _name_params(results, grids),
        list(singles),
        test_over_train=measure_test_over_train(folds),
        rope=rope,
        score_name=name_score(scoring, classifier),
    )
    if refit is not False:
        name = comparison.best_name_ if refit is True else refit
        chosen = next(strategy for strategy in strategies if strategy.name == name)
        comparison._refitted = fit_on_all_rows(chosen, data)
    return comparison


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


def _needs_all_labels(model):
    # Tasks may have gaps, and who learns them is neither.
    return is_classifier(model) or is_regressor(model)


def _name_params(results, grids):
    """The results with what was chosen from the grids, in place of its position there."""
    candidates = {name: list(ParameterGrid(grid)) for name, grid in grids.items()}
    chosen = [
        candidates[name][int(candidate)] if name in candidates else {}
        for name, candidate in zip(results["model"], results["candidate"], strict=True)
    ]
    return results.drop(columns="candidate").assign(params=chosen)
