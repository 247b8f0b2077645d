"""Score candidates fold by fold; after each fold the worse half goes no further."""

from math import ceil
from typing import NamedTuple

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from tqdm.auto import tqdm

from skmm.model_selection._budget import Budget
from skmm.model_selection._shared_folds import score_on_fold

N_FINALISTS = 6
N_SINGLES = 2  # what a fusion has to beat stays to the end


class Outcome(NamedTuple):
    """What became of a candidate."""

    candidate: object
    records: list  # of dict: what there is of every fold, in their order
    status: str  # "complete", "eliminated", "out of time" or "failed"
    reason: str


class Race:
    """Candidates on the same folds.

    Parameters
    ----------
    candidates : list of Candidate
        The cheap ones first.
    strategies : list of Strategy
        Their models, and what these are given.
    data : Data
    folds : list of (train, test)
    budget : Budget
    n_jobs : int or None
    """

    def __init__(self, candidates, strategies, data, folds, budget, *, n_jobs=None):
        self.candidates = candidates
        self.strategies = {strategy.name: strategy for strategy in strategies}
        self.data = data
        self.folds = folds
        self.budget = budget
        self.n_jobs = n_jobs
        self.records = {candidate.name: [] for candidate in candidates}
        self.ended = {}  # (status, reason) of those that go no further

    def run(self, *, n_guaranteed, verbose=False):
        """Score the candidates.

        Parameters
        ----------
        n_guaranteed : int
            So many at the head are scored in any case, and the best of them on all folds.
        verbose : bool or int, default=False

        Returns
        -------
        outcomes : list of Outcome
        """
        runners = self.candidates
        self.guaranteed = {candidate.name for candidate in runners[:n_guaranteed]}
        with tqdm(desc="FusionSearchCV", unit=" fits", disable=not verbose) as bar:
            for number in range(len(self.folds)):
                self._score(runners, number, bar)
                runners = self._eliminate(runners, number + 1)
        return [
            Outcome(c, self.records[c.name], *self.ended.get(c.name, ("complete", "")))
            for c in self.candidates
        ]

    def _score(self, runners, number, bar):
        """Score runners on a fold, as many at a time as there are workers."""
        waiting = [c for c in runners if c.name not in self.ended]
        while waiting:
            batch, waiting = waiting[: self.budget.n_workers], waiting[self.budget.n_workers :]
            batch = [candidate for candidate in batch if self._is_in_time(candidate, number)]
            tasks = (
                delayed(_try_fold)(self.strategies[c.name], self.data, number, self.folds[number])
                for c in batch
            )
            for candidate, (record, error) in zip(
                batch, Parallel(n_jobs=self.n_jobs)(tasks), strict=True
            ):
                bar.update()
                if error is not None:
                    self.ended[candidate.name] = "failed", error
                    continue
                self.records[candidate.name].append(record)
                self.budget.add(candidate.name, record["fit_time"] + record["score_time"])

    def _is_in_time(self, candidate, number):
        need = self.budget.need(candidate, len(self.folds) - number)
        if need <= self.budget.left or candidate.name in self.guaranteed:
            return True
        left = max(self.budget.left, 0)
        self.ended[candidate.name] = (
            "out of time",
            f"needs {need:.3g} s, and {left:.3g} s were left",
        )
        return False

    def _eliminate(self, runners, n_folds):
        """Those that go on: the better half, but enough for the final, and the best modalities."""
        runners = [candidate for candidate in runners if candidate.name not in self.ended]
        if n_folds == len(self.folds):
            return runners
        means = {c.name: sum(r["score"] for r in self.records[c.name]) / n_folds for c in runners}
        ranked = sorted(runners, key=lambda c: -means[c.name])  # stable: of equals the cheap one
        n_kept = max(N_FINALISTS, ceil(len(ranked) / 2))
        singles = [c for c in ranked if c.is_single]
        safe = [c for c in ranked if c.name in self.guaranteed]
        kept = {c.name for c in [*ranked[:n_kept], *singles[:N_SINGLES], *safe[:1]]}
        for rank, candidate in enumerate(ranked, start=1):
            if candidate.name not in kept:
                self.ended[candidate.name] = (
                    "eliminated",
                    f"rank {rank} of {len(ranked)} after {n_folds} of {len(self.folds)} folds",
                )
        return [candidate for candidate in runners if candidate.name in kept]


def make_budget(seconds, n_jobs):
    """The budget for a race with so many workers."""
    return Budget(seconds, effective_n_jobs(n_jobs))


def _try_fold(strategy, data, number, fold):
    """The record of a fold and None, or None and what went wrong."""
    try:
        return score_on_fold(strategy, data, number, fold), None
    except ValueError as error:
        return None, str(error)
