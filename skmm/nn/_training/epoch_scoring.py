"""Scores of every epoch, by scikit-learn's scorers, on labels and predictions as users know them."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from skorch.callbacks import Callback, EpochScoring

from skmm.nn._targets import Classes, Labels, Numbers


class TargetScoring(EpochScoring):
    """skorch's callback where the net is trained on codes and gives scores, with weights beside.

    What is scored is a view of the net that predicts as the estimator does. Predictions are computed
    anew after an epoch, so that no batch need be listened to.

    Parameters
    ----------
    targets : list of Classes, Labels or Numbers
        What the net is trained on; there can be only one to score.
    **kwargs : dict
        Those of ``skorch.callbacks.EpochScoring``.
    """

    on_batch_end = Callback.on_batch_end

    def __init__(self, targets, **kwargs):
        super().__init__(**kwargs)
        self.targets = targets

    def get_test_data(self, dataset_train, dataset_valid, use_caching):
        """Return the part to score, and its labels."""
        dataset = dataset_train if self.on_train else dataset_valid
        if dataset is None:
            return None, None, []
        codes = dataset.target[0][0]
        codes = codes if dataset.rows is None else codes[dataset.rows]
        y = decode(self.targets[0], codes.cpu().numpy())
        return dataset, self.target_extractor(y), []

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Refuse several targets."""
        if len(self.targets) != 1:
            raise ValueError(
                f"EpochScoring scores one target, and the net is trained on {len(self.targets)} tasks; "
                "leave it out of callbacks, and watch the losses in history_"
            )
        super().on_train_begin(net, X, y, **kwargs)

    def on_epoch_end(self, net, dataset_train, dataset_valid, **kwargs):
        """Score the part that was held out, or the one that was trained on."""
        kind = NumbersView if isinstance(self.targets[0], Numbers) else ClassesView
        view = kind(net, self.targets[0])
        super().on_epoch_end(view, dataset_train=dataset_train, dataset_valid=dataset_valid)


class NetView(BaseEstimator):
    """A net as scorers take it: an estimator that predicts labels or numbers of a dataset.

    Parameters
    ----------
    net : LeanNet
        That is being trained.
    target : Classes, Labels or Numbers
    """

    use_caching = False  # of the outputs of batches, which are scores

    def __init__(self, net, target):
        self.net = net
        self.target = target

    @property
    def history(self):
        """Where scores are recorded."""
        return self.net.history

    def fit(self, X, y=None):
        """Leave the net as it is: scorers want an estimator that could be fitted."""
        return self

    def predict(self, X):
        """Predict labels or numbers of a BlockDataset."""
        return self.target.predict(*self._compute_scores(X))

    def _compute_scores(self, dataset):
        # Samples without any modality are not in it.
        return self.net.compute_scores(dataset), np.ones(len(dataset), dtype=bool)


class ClassesView(ClassifierMixin, NetView):
    """The same with probabilities."""

    @property
    def classes_(self):
        """The classes; of labels both values, in a row for each label."""
        target = self.target
        return (
            np.tile([0, 1], (target.n_outputs, 1)) if isinstance(target, Labels) else target.classes
        )

    def predict_proba(self, X):
        """Predict probabilities of a BlockDataset."""
        return self.target.predict_proba(*self._compute_scores(X))


class NumbersView(RegressorMixin, NetView):
    """The same as a regressor."""


def decode(target, codes):
    """Return y as it was given, from how a target encodes it."""
    if isinstance(target, Classes):
        return target.classes[codes]
    if isinstance(target, Labels):
        return codes.astype(target.dtype)
    return target.predict(codes.astype(np.float64), np.ones(len(codes), dtype=bool))


def adapt_scoring(callback, targets):
    """Put a :class:`TargetScoring` in place of skorch's callback; others stay what they are.

    Parameters
    ----------
    callback : Callback, type, or tuple of (str, Callback)
    targets : list of Classes, Labels or Numbers

    Returns
    -------
    callback : Callback, type, or tuple of (str, Callback)
    """
    if isinstance(callback, tuple):
        return callback[0], adapt_scoring(callback[1], targets)
    if type(callback) is not EpochScoring:  # who wrote a class of their own knows what it is given
        return callback
    return TargetScoring(targets, **callback.get_params(deep=False))
