"""Ask a fitted model with every coalition of modalities, from samples that were read once."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skmm.inspection._coalitions.modalities import searched
from skmm.inspection._coalitions.removal import explain_nulls, make_removals
from skmm.inspection._coalitions.views import make_view


class Readings:
    """What a model has read of the samples, and of what stands in for modalities that are removed.

    Parameters
    ----------
    estimator : fitted estimator
    X : DataFrame or ndarray
    modalities : dict {name: ndarray of int}
    removal : {"mask", "permute", "mean"}
    n_repeats : int
    seed : int
        Of the permutations.
    of_samples : bool, default=False
        Whether the estimator must see samples, and not what was read of them.
    """

    def __init__(self, estimator, X, modalities, removal, *, n_repeats, seed, of_samples=False):
        if not of_samples:
            estimator = searched(estimator)
        self.estimator = estimator
        self.names = list(modalities)
        self.is_masked = removal == "mask"
        removals = make_removals(removal, X, modalities, n_repeats, check_random_state(seed))
        self.view = make_view(estimator, X, modalities, of_samples=of_samples)
        self.whole = self.view.read(X)
        with explain_nulls(estimator, self.is_masked):
            self.removed = [
                (self.whole if table is None else self.view.read(table), rows)
                for table, rows in removals
            ]

    def over(self, coalitions, function, n_jobs=None):
        """Call ``function(estimator, X, is_masked=...)`` for every coalition and every repeat.

        Parameters
        ----------
        coalitions : ndarray of shape (n_coalitions, n_modalities), bool
        function : callable
            Returns an array, of one shape in all calls.
        n_jobs : int or None, default=None

        Returns
        -------
        results : ndarray of shape (n_coalitions, n_repeats, ...)
        """
        # First, and by itself: if this fails, it is not for what is removed.
        whole = [self._call(function, c, self.removed[0]) for c in coalitions if c.all()]
        others = iter(
            Parallel(n_jobs=n_jobs)(
                delayed(self._call)(function, coalition, removed)
                for coalition in coalitions
                if not coalition.all()
                for removed in self.removed
            )
        )
        trials = [
            whole * len(self.removed) if c.all() else [next(others) for _ in self.removed]
            for c in coalitions
        ]
        return np.array(trials)

    def _call(self, function, coalition, removed):
        absent = [name for name, kept in zip(self.names, coalition, strict=True) if not kept]
        X = self.view.mix(self.whole, *removed, absent)
        return function(self.estimator, X, is_masked=self.is_masked and bool(absent))
