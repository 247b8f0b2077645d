"""Folds that are made already, as a splitter."""

from sklearn.model_selection import BaseCrossValidator


class GivenFolds(BaseCrossValidator):
    """Given folds, which take groups and have no use for them.

    Metadata routing refuses groups that nobody takes; so they can be given to every model, whether
    there is a splitter inside or not.
    """

    __metadata_request__split = {"groups": True}

    def __init__(self, folds):
        self.folds = folds

    def split(self, X, y=None, groups=None):
        """Yield the folds as they are."""
        yield from self.folds

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of folds."""
        return len(self.folds)
