"""Score several models on the same folds."""

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator, cross_validate
from sklearn.utils.parallel import Parallel, delayed
from tqdm.auto import tqdm


def score_on_folds(models, X, y, folds, params, *, scoring, n_jobs, verbose):
    """Cross-validate every model on every fold.

    Parameters
    ----------
    models : dict {str: estimator}
    X, y : as in :func:`~skmm.model_selection.compare_fusions`
    folds : list of (train, test)
    params : dict {str: dict or None}
        Metadata by model.
    scoring, n_jobs, verbose : as in :func:`~skmm.model_selection.compare_fusions`

    Returns
    -------
    results : DataFrame of shape (n_models * n_folds, 5)
        Columns ``model``, ``fold``, ``score``, ``fit_time`` and ``score_time`` in seconds; model by
        model.

    Raises
    ------
    ValueError
        If a model fails or has no finite score; the message names the model and the fold.
    """
    tasks = [
        delayed(_score_on_fold)(
            model, X, y, fold, params[name], scoring, f"model {name!r}, fold {number}"
        )
        for name, model in models.items()
        for number, fold in enumerate(folds)
    ]
    results = Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
    bar = tqdm(results, total=len(tasks), desc="compare_fusions", disable=not verbose)
    index = pd.MultiIndex.from_product([models, range(len(folds))], names=["model", "fold"])
    return pd.DataFrame(list(bar), index=index).reset_index()


def _score_on_fold(model, X, y, fold, params, scoring, place):
    try:
        result = cross_validate(
            model, X, y, cv=_OneFold(*fold), scoring=scoring, params=params, error_score="raise"
        )
    except Exception as error:
        raise ValueError(f"{place}: {type(error).__name__}: {error}") from error
    times = {name: float(result[name][0]) for name in ("fit_time", "score_time")}
    return {"score": _single_score(result, place), **times}


def _single_score(result, place):
    if "test_score" not in result:
        several = [name.removeprefix("test_") for name in result if name.startswith("test_")]
        raise ValueError(f"{place}: scoring gives {several}; expected a single score")
    score = float(result["test_score"][0])
    if not np.isfinite(score):
        raise ValueError(
            f"{place}: the score is {score}; expected a finite number. Perhaps a class is absent "
            "from the fold: take fewer folds, or stratify them"
        )
    return score


class _OneFold(BaseCrossValidator):
    """One given fold, which takes groups and has no use for them.

    Metadata routing refuses groups that nobody takes; so they can be given to every model, whether
    there is a splitter inside or not.
    """

    __metadata_request__split = {"groups": True}

    def __init__(self, train, test):
        self.train = train
        self.test = test

    def split(self, X, y=None, groups=None):
        yield self.train, self.test

    def get_n_splits(self, X=None, y=None, groups=None):
        return 1
