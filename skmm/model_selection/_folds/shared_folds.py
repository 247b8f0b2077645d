"""Score several models on the same folds."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import check_scoring
from sklearn.model_selection import cross_validate
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.parallel import delayed
from tqdm.auto import tqdm

from skmm._extraction_count import count_extractions
from skmm._parallel import run_as_they_come
from skmm.model_selection._folds.costs import counts_extractions, pickled_size
from skmm.model_selection._folds.given_folds import GivenFolds
from skmm.model_selection._folds.inner_folds import InnerFolds
from skmm.model_selection._folds.nested_search import read_scores, search_params


class Strategy(NamedTuple):
    """A model, the grid its parameters are searched in, and what else belongs to it."""

    name: str
    model: object
    grid: object = None  # as in ParameterGrid; None without a search
    params: dict | None = None  # metadata it is given
    way_out: str = ""  # what its errors end with


class Data(NamedTuple):
    """What all models are given."""

    X: object
    y: object
    scoring: object = None
    groups: object = None
    inner_folds: InnerFolds | None = None  # for grids
    memory: object = None


def score_on_folds(strategies, data, folds, *, journal=None, n_jobs=None, verbose=False):
    """Score every model on every fold.

    Parameters
    ----------
    strategies : list of Strategy
    data : Data
    folds : list of (train, test)
        Positions of rows.
    journal : Journal, default=None
        Holds results of an earlier run, and gets those of this one.
    n_jobs : int, default=None
    verbose : bool or int, default=False

    Returns
    -------
    results : DataFrame of shape (n_models * n_folds, 9)
        Model by model; the columns are those of :class:`FusionComparison` without ``params``, and
        ``candidate``, the position of the chosen parameters in the grid.

    Raises
    ------
    ValueError
        If a model fails or has no finite score; the message names the model and the fold.
    """
    done = {} if journal is None else journal.find(strategies)
    places = [(s, number) for s in strategies for number in range(len(folds))]
    tasks = [
        delayed(score_on_fold)(strategy, data, number, folds[number])
        for strategy, number in places
        if (strategy.name, number) not in done
    ]
    results = run_as_they_come(tasks, n_jobs, name="compare_fusions", ordered=False)
    options = {"total": len(places), "initial": len(done), "disable": not verbose}
    for record in tqdm(results, desc="compare_fusions", **options):
        done[record["model"], record["fold"]] = record
        if journal is not None:
            journal.add(record)
    return pd.DataFrame([done[strategy.name, number] for strategy, number in places])


def score_on_fold(strategy, data, number, fold):
    """Search, fit and score one model on one fold; this is what worker processes run.

    Returns
    -------
    record : dict
        One row of the results.
    """
    place = f"model {strategy.name!r}, fold {number}"
    with count_extractions() as count:
        try:
            found = search_params(strategy, data, fold[0])
            result = fit_and_score(found.model, strategy, data, fold)
        except Exception as error:
            # A sample that cannot be used is so in any model.
            way_out = "" if getattr(error, "row", None) is not None else strategy.way_out
            message = f"{place}: {type(error).__name__}: {error}{way_out}"
            raise ValueError(message) from error
    n_extractions = count["extractions"] if counts_extractions(found.model) else np.nan
    return {
        "model": strategy.name,
        "fold": number,
        "score": float(read_scores(result, place)[0]),
        "fit_time": float(result["fit_time"][0]),
        "score_time": float(result["score_time"][0]),
        "search_time": found.seconds,
        "n_extractions": float(n_extractions),
        "model_size": float(pickled_size(result["estimator"][0])),
        "candidate": found.candidate,
    }


def fit_on_all_rows(strategy, data):
    """Search and fit one model on all rows.

    Returns
    -------
    model : estimator
    params : dict
        What the search has chosen.
    """
    everything = np.arange(len(data.y))
    found = search_params(strategy, data, everything)
    # A fold like others, so that metadata go where they went in those.
    data = data._replace(scoring=NoScore(check_scoring(found.model, data.scoring)))
    result = fit_and_score(found.model, strategy, data, (everything, everything[:1]))
    return result["estimator"][0], found.params


class NoScore:
    """Scores nothing, and takes the metadata that a scorer requests."""

    def __init__(self, scorer):
        self.scorer = scorer

    def __call__(self, model, X, y, **metadata):
        return 0.0

    def get_metadata_routing(self):
        return get_routing_for_object(self.scorer)


def fit_and_score(model, strategy, data, fold):
    """What ``cross_validate`` gives for one fold, the fitted model among it."""
    return cross_validate(
        model,
        data.X,
        data.y,
        cv=GivenFolds([fold]),
        scoring=data.scoring,
        params=strategy.params,
        error_score="raise",
        return_estimator=True,
    )
