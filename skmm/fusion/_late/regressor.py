"""One regressor per modality, and a rule that combines their predictions."""

from functools import partial

import numpy as np
from sklearn.base import RegressorMixin, is_regressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score

from skmm._targets import check_targets
from skmm._validation import StrOptions, _check_y, _routing_enabled
from skmm.fusion._late import greedy
from skmm.fusion._late.late import LateFusion
from skmm.fusion._late.rules import REGRESSOR_RULES


class LateFusionRegressor(RegressorMixin, LateFusion):
    """Fit one regressor per modality and combine their predictions.

    Each member is fitted on the rows that have its modality, and gets the column of that modality
    only.

    Parameters
    ----------
    estimators : list of (modality, regressor) or (modality, regressor, columns)
        As in :class:`LateFusionClassifier`.
    rule : {"mean", "median", "stacking", "greedy"}, default="stacking"
        How the members' predictions become one: their weighted mean, their median, a final estimator
        that learns from out-of-fold predictions, or the mean of a multiset of members chosen one by
        one for the least squared error of out-of-fold predictions, if it is less than that of the
        best member by more than two standard errors of the difference.
    weights : dict or array-like of shape (n_members,), default=None
        Weights by modality for ``"mean"``; None is 1 for each.
    final_estimator : regressor, default=None
        For ``"stacking"``; None is ``RidgeCV()``.
    cv : int, splitter or iterable of splits, default=None
        Folds of the out-of-fold predictions; None is 5 of shuffled samples, or fewer where there are
        fewer groups. A number of folds is not shuffled, and keeps groups whole where groups are given.
        Rows that no fold tests teach the members but not the rule.
    missing : {"skip", "error"} or imputer, default="skip"
        Whether a row is decided by the modalities it has, or a null cell is an error. An imputer is
        a transformer that returns X without gaps; it is fitted on the training rows.
    n_jobs : int, default=None
        Number of members to fit at the same time. Results do not depend on it.
    verbose : bool, default=False
        Whether to print the time that each member takes.

    Attributes
    ----------
    target_mean_ : float, or ndarray of shape (n_targets,)
        Mean of the training targets, predicted for a row without any modality.
    estimators_ : list of tuple
        The fitted members, in the form of `estimators`, without those that are dropped.
    named_estimators_ : Bunch
        Fitted regressors by modality.
    weights_ : dict
        Weights by modality: as given, or as the greedy selection found them. Not there with
        ``"stacking"`` and ``"median"``, which have none.
    member_scores_ : dict
        Out-of-fold R2 by modality, of those rows that have it; only with ``"stacking"`` and
        ``"greedy"``.
    final_estimator_ : regressor
        Only with ``rule="stacking"``.
    imputer_ : transformer
        Only where `missing` is one.
    n_features_in_, feature_names_in_
        Number and names of the columns that are used.

    See Also
    --------
    LateFusionClassifier : The same for classes, with references.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skmm import LateFusionRegressor
    >>> from skmm.datasets import make_multimodal_regression
    >>> X, y = make_multimodal_regression(80, modalities={"image": 12, "audio": 8}, random_state=0)
    >>> late = LateFusionRegressor([(name, Ridge()) for name in X.columns], rule="greedy")
    >>> late.fit(X, y).predict(X).shape
    (80,)
    """

    _rules = REGRESSOR_RULES
    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "rule": [StrOptions({*REGRESSOR_RULES, "stacking", "greedy"})],
    }
    _slices = [slice(None)]

    def predict(self, X):
        """Combine the predictions of the members.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            A row without any modality gets the mean of the training targets.
        """
        combined = self._combine(X)
        return combined if np.ndim(self.target_mean_) else combined[:, 0]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = self._take_several()
        return tags

    def _learn_targets(self, y):
        y = np.asarray(check_targets(y, numeric=True, estimator=self))
        if y.ndim == 2 and y.shape[1] == 1:
            y = _check_y(y, y_numeric=True, estimator=self)
        mean = y.mean(axis=0, dtype=np.float64)
        self.target_mean_ = mean if y.ndim == 2 else float(mean)
        return y

    def _check_kind(self, members):
        final = self.final_estimator
        if self.rule == "stacking" and final is not None and not is_regressor(final):
            raise ValueError(f"final_estimator={final!r} is not a regressor")
        for modality, estimator, _ in members:
            if not is_regressor(estimator):
                raise ValueError(
                    f"modality {modality!r}: {type(estimator).__name__} is not a regressor; for classes "
                    "use LateFusionClassifier"
                )

    @property
    def _prior(self):
        return np.atleast_1d(self.target_mean_)

    @property
    def _predict(self):
        return partial(predict_columns, n_targets=len(self._prior))

    def _as_features(self, predictions):
        return predictions

    def _make_objective(self, y):
        return greedy.SquaredError(y.reshape(len(y), -1))

    def _score(self, predictions, y):
        """Share of the variance that is explained; of several targets the mean."""
        return float(r2_score(y, predictions)) if len(y) > 1 else np.nan

    def _default_final_estimator(self):
        model = RidgeCV()
        return model.set_fit_request(sample_weight=True) if _routing_enabled() else model


def predict_columns(estimator, rows, n_targets):
    """Return what an estimator predicts, (n_samples, n_targets)."""
    predictions = np.asarray(estimator.predict(rows), dtype=np.float64)
    predictions = predictions.reshape(len(predictions), -1)
    if predictions.shape[1] != n_targets:
        raise ValueError(
            f"{type(estimator).__name__} predicts {predictions.shape[1]} target(s), and y has "
            f"{n_targets}; wrap it: MultiOutputRegressor(estimator)"
        )
    return predictions
