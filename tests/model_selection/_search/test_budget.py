"""Seconds of a search."""

import pytest

from skmm.model_selection._search.budget import Budget
from skmm.model_selection._search.candidates import Candidate

A, B = Candidate("a", None, True), Candidate("b", None, True)
PRODUCT = Candidate("product", None, parts=("a", "b"))
STACKING = Candidate("stacking", None, parts=("a", "b"), n_fits=6)
DEEP = Candidate("deep", None)


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("skmm.model_selection._search.budget.perf_counter", lambda: now[0])
    return now


def test_time_passes(clock):
    budget = Budget(60)
    clock[0] += 25
    assert budget.left == 35


def test_without_a_limit_time_is_endless(clock):
    assert Budget(None).left == float("inf")


def test_what_was_tried_takes_what_it_took():
    budget = Budget(60)
    assert budget.estimate(A) == 0  # nothing is known
    budget.add("a", 2)
    budget.add("a", 4)
    assert budget.estimate(A) == 3


def test_what_consists_of_others_takes_as_often_what_they_take():
    budget = Budget(60)
    budget.add("a", 2)
    budget.add("b", 3)
    assert budget.estimate(PRODUCT) == 5
    assert budget.estimate(STACKING) == 30


def test_what_is_not_known_takes_as_long_as_the_longest():
    budget = Budget(60)
    budget.add("a", 2)
    budget.add("stacking", 9)
    assert budget.estimate(DEEP) == 9
    assert budget.estimate(PRODUCT) == 9  # b was not tried


def test_a_guess_counts_where_nothing_longer_was_seen():
    budget = Budget(60)
    budget.add("a", 2)
    assert budget.estimate(DEEP._replace(seconds=5.0)) == 5
    assert budget.estimate(DEEP._replace(seconds=1.0)) == 2


@pytest.mark.parametrize(("n_workers", "need"), [(1, 28), (2, 15.5), (5, 8)])
def test_all_folds_of_all_and_one_fit_on_all_rows_are_needed(n_workers, need):
    budget = Budget(60, n_workers)
    budget.add("a", 2)
    budget.add("b", 3)
    assert budget.need([A, B], 5) == need
    assert budget.need([], 5) == 0


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [(97, ["b", "slow", "a"]), (92, ["b", "a"]), (1, ["b"]), (None, ["b", "slow", "a"])],
)
def test_the_best_that_there_is_time_for_are_chosen(clock, seconds, chosen):
    slow = Candidate("slow", None)
    budget = Budget(seconds)
    for name, took in (("a", 1), ("b", 2), ("slow", 17)):
        budget.add(name, took)
    # In four folds all of them take 80 s, b and slow 76 s, and slow on all rows 17 s.
    found = budget.select([slow, A, B], 4, [B])
    assert [candidate.name for candidate in found] == chosen


def test_who_is_worse_gives_way():
    budget = Budget(1e9)
    budget.add("a", 2)
    budget.add("b", 3)
    budget.seconds = -1e9
    assert budget.select([A, B], 2, []) == []
