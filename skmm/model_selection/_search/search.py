"""A search from features to the chosen model."""

import os
import tempfile
import warnings
from contextlib import contextmanager
from typing import NamedTuple

import pandas as pd
from sklearn.base import clone, is_classifier
from sklearn.exceptions import FitFailedWarning

from skmm._validation import did_you_mean, draw_seed
from skmm.fusion._folds import measure_test_over_train
from skmm.fusion._groups import add_groups
from skmm.model_selection._comparison.result import FusionComparison
from skmm.model_selection._folds.extractors import set_memory
from skmm.model_selection._folds.inner_folds import make_late_cv, set_late_cv
from skmm.model_selection._folds.outer_folds import (
    make_outer_folds,
    name_score,
    read_scoring,
)
from skmm.model_selection._folds.shared_folds import Data, Strategy, fit_on_all_rows
from skmm.model_selection._search.candidates import KINDS, make_candidates
from skmm.model_selection._search.choice import choose
from skmm.model_selection._search.features import has_gaps, look_at_features
from skmm.model_selection._search.learners import check_learners, make_learners
from skmm.model_selection._search.race import Race, make_budget
from skmm.model_selection._search.results import compare_complete, tabulate
from skmm.model_selection._search.seeds import set_seeds


class Found(NamedTuple):
    """What a search found."""

    name: str
    model: object  # fitted on all rows
    comparison: FusionComparison
    results: pd.DataFrame


def search_strategies(search, members, X, y, groups):
    """Try what a FusionSearchCV asks for.

    Parameters
    ----------
    search : FusionSearchCV
        Has the parameters.
    members : list of Member
        The features.
    X : DataFrame, ndarray or sparse matrix
    y : ndarray of shape (n_samples,)
    groups : array-like of shape (n_samples,) or None

    Returns
    -------
    found : Found
    """
    budget = make_budget(search.time_budget, search.n_jobs)
    kinds = _read_strategies(search.strategies)
    learners = make_learners(search.task, len(y)) if search.learners is None else search.learners
    check_learners(learners, search.task)
    folds = make_outer_folds(search.cv, X, y, groups, classifier=is_classifier(search))
    with _open_memory(search.memory) as memory:
        features = look_at_features(members, X, y, memory)
        candidates = make_candidates(
            features,
            learners,
            kinds,
            deep_features=search.deep_features,
            gaps=has_gaps(X),
            n_samples=len(y),
        )
        late_cv = make_late_cv(search.cv, folds)
        seed = draw_seed(search.random_state)
        strategies = [_make_strategy(candidate, seed, late_cv, groups) for candidate in candidates]
        data = Data(X, y, read_scoring(search.scoring, [search]), groups, memory=memory)
        race = Race(candidates, strategies, data, folds, budget, n_jobs=search.n_jobs)
        outcomes = race.run(n_guaranteed=len(features), verbose=search.verbose)
        _warn_of_failures(outcomes)
        ratio = measure_test_over_train(folds)
        comparison = compare_complete(
            outcomes,
            test_over_train=ratio,
            rope=search.rope,
            score_name=name_score(search.scoring, is_classifier(search)),
        )
        name = choose(comparison.scores, comparison.singles, ratio)
        chosen = next(strategy for strategy in strategies if strategy.name == name)
        model, _ = fit_on_all_rows(chosen, data)
        if search.memory is None:
            set_memory(model, None, old=memory)
    return Found(name, model, comparison, tabulate(outcomes, len(folds)))


def _read_strategies(strategies):
    """The kinds of fusions to try, or the fusions."""
    if isinstance(strategies, dict):
        for name, model in strategies.items():
            if not hasattr(model, "fit"):
                raise ValueError(f"strategy {name!r} is {model!r}; expected an estimator")
        return strategies
    kinds = KINDS if isinstance(strategies, str) else strategies
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(
                f"strategies holds {kind!r}; expected some of {list(KINDS)}"
                + did_you_mean(kind, KINDS)
            )
    return kinds


def _make_strategy(candidate, seed, late_cv, groups):
    model = set_late_cv(set_seeds(clone(candidate.model), seed), late_cv)
    return Strategy(candidate.name, model, params=add_groups(None, model, groups))


@contextmanager
def _open_memory(memory):
    """The cache that is given, or a folder that is there inside the scope only."""
    if memory is not None:
        yield memory
        return
    with tempfile.TemporaryDirectory(prefix="skmm-") as folder:
        yield os.path.join(folder, "rows")


def _warn_of_failures(outcomes):
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if failed and len(failed) < len(outcomes):
        warnings.warn(
            f"{len(failed)} of {len(outcomes)} strategies failed: "
            f"{[outcome.candidate.name for outcome in failed]}; cv_results_ has the reasons. The "
            f"first is {failed[0].reason}",
            FitFailedWarning,
            stacklevel=4,
        )
