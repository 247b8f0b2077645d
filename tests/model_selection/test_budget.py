"""Seconds of a search."""

import pytest

from skmm.model_selection import _budget
from skmm.model_selection._budget import Budget
from skmm.model_selection._candidates import Candidate

A, B = Candidate("a", None, True), Candidate("b", None, True)
PRODUCT = Candidate("product", None, parts=("a", "b"))
STACKING = Candidate("stacking", None, parts=("a", "b"), n_fits=6)
DEEP = Candidate("deep", None)


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(_budget, "perf_counter", lambda: now[0])
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


@pytest.mark.parametrize(("n_workers", "need"), [(1, 12), (2, 7), (5, 4)])
def test_folds_to_come_and_the_last_fit_are_needed(n_workers, need):
    budget = Budget(60, n_workers)
    budget.add("a", 2)
    assert budget.need(A, 5) == need
