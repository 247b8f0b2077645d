"""Seconds that a search may take."""

from statistics import mean
from time import perf_counter


class Budget:
    """Tells what can still be done, by what was measured so far.

    Parameters
    ----------
    seconds : float or None
        None is without end.
    n_workers : int, default=1
        How many models are fitted at the same time.
    """

    def __init__(self, seconds, n_workers=1):
        self.seconds = seconds
        self.n_workers = n_workers
        self.start = perf_counter()
        self.times = {}  # lists of seconds by name of the candidate

    def add(self, name, seconds):
        """Note what a candidate took for a fold."""
        self.times.setdefault(name, []).append(seconds)

    @property
    def left(self):
        """Seconds that are left."""
        return float("inf") if self.seconds is None else self.start + self.seconds - perf_counter()

    def estimate(self, candidate):
        """Seconds that a candidate will take for a fold.

        By the folds it was tried on, or by its parts; failing that, as the longest one so far, for
        candidates come in the order of their costs.
        """
        if candidate.name in self.times:
            return mean(self.times[candidate.name])
        longest = max((mean(seconds) for seconds in self.times.values()), default=0.0)
        if not candidate.parts or not all(part in self.times for part in candidate.parts):
            return max(longest, candidate.seconds)
        return candidate.n_fits * sum(mean(self.times[part]) for part in candidate.parts)

    def need(self, candidates, n_folds):
        """Seconds that candidates need for the folds to come, and one of them for all rows."""
        seconds = [self.estimate(candidate) for candidate in candidates]
        return sum(seconds) * n_folds / self.n_workers + max(seconds, default=0.0)

    def select(self, ranked, n_folds, safe):
        """Choose those that can be done in time, the best ones first.

        Parameters
        ----------
        ranked : list of Candidate
            The best first.
        n_folds : int
            Folds to come.
        safe : list of Candidate
            Who is chosen in any case.

        Returns
        -------
        chosen : list of Candidate
        """
        chosen = list(safe)
        for candidate in ranked:
            if candidate not in chosen and self.need([*chosen, candidate], n_folds) <= self.left:
                chosen.append(candidate)
        return chosen
