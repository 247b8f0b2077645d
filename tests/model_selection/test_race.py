"""Candidates on the same folds."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skmm.model_selection import _race
from skmm.model_selection._candidates import Candidate
from skmm.model_selection._race import Race, make_budget
from skmm.model_selection._shared_folds import Data, Strategy

X, y = load_iris(return_X_y=True)
FOLDS = list(StratifiedKFold(4, shuffle=True, random_state=0).split(X, y))


class Right(ClassifierMixin, BaseEstimator):
    """Right in about a share of the cases, always the same ones."""

    def __init__(self, share=1.0):
        self.share = share

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.tree_ = DecisionTreeClassifier(random_state=0).fit(X, y)
        return self

    def predict(self, X):
        is_right = (X.sum(axis=1) * 97) % 1 < self.share
        return np.where(is_right, self.tree_.predict(X), -1)


def run(models, *, seconds=None, n_guaranteed=0, singles=(), **options):
    candidates = [Candidate(name, model, name in singles) for name, model in models.items()]
    strategies = [Strategy(name, model) for name, model in models.items()]
    race = Race(candidates, strategies, Data(X, y), FOLDS, make_budget(seconds, None))
    outcomes = race.run(n_guaranteed=n_guaranteed, **options)
    return {outcome.candidate.name: outcome for outcome in outcomes}


def shares(n):
    """Models of which each is better than the next."""
    return {f"m{number:02}": Right(1 - 0.05 * number) for number in range(n)}


def test_few_candidates_are_scored_on_all_folds():
    models = shares(3)
    outcomes = run(models)
    for name, model in models.items():
        assert outcomes[name].status == "complete"
        found = [record["score"] for record in outcomes[name].records]
        assert_allclose(found, cross_val_score(model, X, y, cv=FOLDS))


def test_after_each_fold_the_worse_half_goes_no_further(monkeypatch):
    monkeypatch.setattr(_race, "N_FINALISTS", 2)
    outcomes = run(shares(9))
    n_folds = [len(outcome.records) for outcome in outcomes.values()]
    assert n_folds == [4, 4, 3, 2, 2, 1, 1, 1, 1]  # 9, 5, 3, 2 take part
    assert outcomes["m00"].status == "complete"
    assert outcomes["m08"].status == "eliminated"
    assert outcomes["m08"].reason == "rank 9 of 9 after 1 of 4 folds"
    assert outcomes["m02"].reason == "rank 3 of 3 after 3 of 4 folds"


def test_the_best_single_modalities_stay_to_the_end(monkeypatch):
    monkeypatch.setattr(_race, "N_FINALISTS", 2)
    outcomes = run(shares(9), singles=("m06", "m07", "m08"))
    complete = [name for name, outcome in outcomes.items() if outcome.status == "complete"]
    assert complete == ["m00", "m01", "m02", "m06", "m07"]


def test_without_time_only_what_is_guaranteed_is_scored():
    outcomes = run(shares(9), seconds=1e-9, n_guaranteed=2)
    assert [len(outcome.records) for outcome in outcomes.values()] == [4, 4, *[0] * 7]
    assert {outcomes[f"m{number:02}"].status for number in range(2, 9)} == {"out of time"}
    assert "s were left" in outcomes["m05"].reason


def test_the_best_of_what_is_guaranteed_is_scored_on_all_folds(monkeypatch):
    monkeypatch.setattr(_race, "N_FINALISTS", 1)
    outcomes = run({"bad": Right(0.2), "worse": Right(0.1)} | shares(8), n_guaranteed=2)
    assert outcomes["bad"].status == "complete"
    assert outcomes["worse"].status == "eliminated"


def test_what_takes_too_long_is_not_begun_again():
    class Budget:
        n_workers, left = 1, 10.0

        def add(self, name, seconds):
            pass

        def need(self, candidate, n_folds):
            return 99.4 if candidate.name == "slow" and n_folds < 4 else 0.0

    candidates = [Candidate(name, Right()) for name in ("quick", "slow")]
    strategies = [Strategy(c.name, c.model) for c in candidates]
    race = Race(candidates, strategies, Data(X, y), FOLDS, Budget())
    quick, slow = race.run(n_guaranteed=0)
    assert (quick.status, len(quick.records)) == ("complete", 4)
    assert (slow.status, len(slow.records)) == ("out of time", 1)
    assert slow.reason == "needs 99.4 s, and 10 s were left"


def test_what_fails_is_told_and_the_others_go_on():
    class Sick(Right):
        def fit(self, X, y):
            raise KeyError("hay fever")

    outcomes = run({"sick": Sick(), "healthy": Right()})
    assert outcomes["sick"].status == "failed"
    assert outcomes["sick"].reason == "model 'sick', fold 0: KeyError: 'hay fever'"
    assert outcomes["healthy"].status == "complete"


def test_progress_is_shown_when_asked_for(capsys):
    run(shares(2), verbose=True)
    assert "8 fits" in capsys.readouterr().err
    run(shares(2))
    assert capsys.readouterr().err == ""
