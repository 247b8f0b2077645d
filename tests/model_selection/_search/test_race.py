"""Candidates on the same folds."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skmm.model_selection._folds.shared_folds import Data, Strategy
from skmm.model_selection._search.budget import Budget
from skmm.model_selection._search.candidates import Candidate
from skmm.model_selection._search.race import Race, make_budget

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
    monkeypatch.setattr("skmm.model_selection._search.race.N_FINALISTS", 2)
    outcomes = run(shares(9))
    n_folds = [len(outcome.records) for outcome in outcomes.values()]
    assert n_folds == [4, 4, 3, 2, 2, 1, 1, 1, 1]  # 9, 5, 3, 2 take part
    assert outcomes["m00"].status == "complete"
    assert outcomes["m08"].status == "eliminated"
    assert outcomes["m08"].reason == "rank 9 of 9 after 1 of 4 folds"
    assert outcomes["m02"].reason == "rank 3 of 3 after 3 of 4 folds"


def test_the_best_single_modalities_stay_to_the_end(monkeypatch):
    monkeypatch.setattr("skmm.model_selection._search.race.N_FINALISTS", 2)
    outcomes = run(shares(9), singles=("m06", "m07", "m08"))
    complete = [name for name, outcome in outcomes.items() if outcome.status == "complete"]
    assert complete == ["m00", "m01", "m02", "m06", "m07"]


def test_without_time_only_what_is_guaranteed_is_scored():
    outcomes = run(shares(9), seconds=1e-9, n_guaranteed=2)
    assert [len(outcome.records) for outcome in outcomes.values()] == [4, 4, *[0] * 7]
    assert {outcomes[f"m{number:02}"].status for number in range(2, 9)} == {"out of time"}
    assert "s were left" in outcomes["m05"].reason


def test_the_best_of_what_is_guaranteed_is_scored_on_all_folds(monkeypatch):
    monkeypatch.setattr("skmm.model_selection._search.race.N_FINALISTS", 1)
    outcomes = run({"bad": Right(0.2), "worse": Right(0.1)} | shares(8), n_guaranteed=2)
    assert outcomes["bad"].status == "complete"
    assert outcomes["worse"].status == "eliminated"


class Scripted(Budget):
    """Believes that time does not pass, and that candidates take what it is told."""

    script = {"quick": 1.0, "slow": 10.0, "slower": 30.0}
    left = 0.0

    def add(self, name, seconds):
        super().add(name, self.script[name])


def race(left, shares, folds=FOLDS):
    candidates = [Candidate(name, Right(share)) for name, share in shares.items()]
    strategies = [Strategy(c.name, c.model) for c in candidates]
    budget = Scripted(None)
    budget.left = left
    outcomes = Race(candidates, strategies, Data(X, y), folds, budget).run(n_guaranteed=1)
    return {o.candidate.name: (o.status, len(o.records)) for o in outcomes}


def test_a_candidate_is_begun_only_if_there_is_time_for_the_best_so_far():
    # Quick needs 3 more folds and a fit on all rows, 4 s, and slow is taken to be as quick at first.
    assert race(4.9, {"quick": 1.0, "slow": 1.0})["slow"] == ("out of time", 0)
    assert race(5.1, {"quick": 1.0, "slow": 1.0})["slow"] != ("out of time", 0)


def test_the_better_one_goes_on_if_there_is_no_time_for_both():
    # In 3 folds and on all rows: quick 4 s, slow 40 s, slower 120 s.
    shares = {"quick": 0.5, "slow": 0.9, "slower": 0.7}
    assert race(200.0, shares) == dict.fromkeys(shares, ("complete", 4))
    found = race(130.0, shares)
    assert found == {
        "quick": ("complete", 4),
        "slow": ("complete", 4),
        "slower": ("out of time", 1),
    }
    found = race(130.0, shares | {"slower": 1.0})
    assert found == {
        "quick": ("complete", 4),
        "slow": ("out of time", 1),
        "slower": ("complete", 4),
    }


def test_what_was_out_of_time_says_what_it_needs():
    candidates = [Candidate("quick", Right()), Candidate("slow", Right(0.9))]
    strategies = [Strategy(c.name, c.model) for c in candidates]
    budget = Scripted(None)
    budget.left = 20.0
    outcomes = Race(candidates, strategies, Data(X, y), FOLDS, budget).run(n_guaranteed=1)
    # Both in 3 folds, and slow on all rows.
    assert outcomes[1].reason == "43 s are needed, and 20 s were left"


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


def test_if_all_that_is_guaranteed_fails_the_next_single_modality_takes_its_place():
    class Sick(Right):
        def fit(self, X, y):
            raise ValueError("hay fever")

    models = {"sick": Sick(), "fusion": Right(), "next": Right(0.5), "last": Right()}
    singles = ("sick", "next", "last")
    outcomes = run(models, seconds=1e-9, n_guaranteed=1, singles=singles)
    assert [(o.status, len(o.records)) for o in outcomes.values()] == [
        ("failed", 0),
        ("out of time", 0),
        ("complete", 4),
        ("out of time", 0),
    ]
