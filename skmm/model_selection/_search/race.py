"""Score candidates fold by fold; after each fold the worse half goes no further."""

from math import ceil
from statistics import mean
from typing import NamedTuple

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from tqdm.auto import tqdm

from skmm.model_selection._folds.shared_folds import score_on_fold
from skmm.model_selection._search.budget import Budget

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
            So many at the head are scored in any case, and the best of them on all folds. If all of
            them fail, the next single modality takes their place.
        verbose : bool or int, default=False

        Returns
        -------
        outcomes : list of Outcome
        """
        runners = self.candidates
        self.guaranteed = {candidate.name for candidate in runners[:n_guaranteed]}
        bar = tqdm(desc="FusionSearchCV", unit=" fits", disable=not verbose)
        with bar, Parallel(n_jobs=self.n_jobs) as run:  # the same workers from the start to the end
            self._score(runners[:n_guaranteed], 0, run, bar)
            self._score(runners[n_guaranteed:], 0, run, bar)
            runners = self._choose(runners, 1)
            for number in range(1, len(self.folds)):
                self._score(runners, number, run, bar)
                runners = self._choose(runners, number + 1)
        return [
            Outcome(c, self.records[c.name], *self.ended.get(c.name, ("complete", "")))
            for c in self.candidates
        ]

    def _score(self, runners, number, run, bar):
        """Score runners on a fold, as many at a time as there are workers."""
        size = self.budget.n_workers
        for start in range(0, len(runners), size):
            batch = runners[start : start + size]
            if number == 0:
                batch = [candidate for candidate in batch if self._may_begin(candidate)]
            tasks = (
                delayed(_try_fold)(self.strategies[c.name], self.data, number, self.folds[number])
                for c in batch
            )
            for candidate, (record, error) in zip(batch, run(tasks), strict=True):
                bar.update()
                if error is not None:
                    self.ended[candidate.name] = "failed", error
                    continue
                self.records[candidate.name].append(record)
                self.budget.add(candidate.name, record["fit_time"] + record["score_time"])

    def _may_begin(self, candidate):
        """Whether there is time for a candidate, and after a fold of it for the best of the others."""
        if candidate.name in self.guaranteed:
            return True
        if candidate.is_single and not any(self.records.values()):
            self.guaranteed.add(candidate.name)  # in place of those that failed
            return True
        begun = [c for c in self.candidates if self.records[c.name]]
        rest = self.budget.need(self._rank(begun)[:N_FINALISTS], len(self.folds) - 1)
        need = max(
            self.budget.need([candidate], len(self.folds)), rest + self.budget.estimate(candidate)
        )
        if need <= self.budget.left:
            return True
        self._end_for_time(candidate, need)
        return False

    def _end_for_time(self, candidate, need):
        self.ended[candidate.name] = (
            "out of time",
            f"{need:.3g} s are needed, and {max(self.budget.left, 0):.3g} s were left",
        )

    def _rank(self, candidates):
        """The best first; of equals, which are in the order of their costs, the cheap one."""
        means = {c.name: mean(r["score"] for r in self.records[c.name]) for c in candidates}
        return sorted(candidates, key=lambda candidate: -means[candidate.name])

    def _choose(self, runners, n_done):
        """Those that go on: the better half, but enough for the final, and what there is time for."""
        runners = [candidate for candidate in runners if candidate.name not in self.ended]
        n_folds = len(self.folds) - n_done
        if n_folds == 0:
            return runners
        ranked = self._rank(runners)
        n_kept = max(N_FINALISTS, ceil(len(ranked) / 2))
        safe = [c for c in ranked if c.name in self.guaranteed]
        singles = [c for c in ranked if c.is_single][:N_SINGLES]
        kept = [c for c in ranked if c in ranked[:n_kept] or c in singles or c in safe[:1]]
        chosen = self.budget.select(kept, n_folds, [c for c in safe if c in kept])
        for rank, candidate in enumerate(ranked, start=1):
            if candidate not in kept:
                reason = f"rank {rank} of {len(ranked)} after {n_done} of {len(self.folds)} folds"
                self.ended[candidate.name] = "eliminated", reason
            elif candidate not in chosen:
                self._end_for_time(candidate, self.budget.need([*chosen, candidate], n_folds))
        return [candidate for candidate in runners if candidate in chosen]


def make_budget(seconds, n_jobs):
    """The budget for a race with so many workers."""
    return Budget(seconds, effective_n_jobs(n_jobs))


def _try_fold(strategy, data, number, fold):
    """The record of a fold and None, or None and what went wrong."""
    try:
        return score_on_fold(strategy, data, number, fold), None
    except ValueError as error:
        return None, str(error)
