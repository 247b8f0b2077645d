"""One classifier per modality, and a rule that combines their probabilities."""

from functools import partial

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.multioutput import MultiOutputClassifier

from skmm._validation import StrOptions, _routing_enabled
from skmm.fusion._late import greedy
from skmm.fusion._late.calibration import (
    METHODS,
    calibrate,
    calibrate_out_of_fold,
    fit_calibrators,
)
from skmm.fusion._late.final_estimator import FinalLogisticRegression
from skmm.fusion._late.late import LateFusion
from skmm.fusion._late.probabilities import has_scores, predict_probabilities
from skmm.fusion._late.rules import CLASSIFIER_RULES, SMALLEST
from skmm.fusion._late.targets import read_targets

MOST_RELIABLE = 0.999  # a member that was never wrong may still be


class LateFusionClassifier(ClassifierMixin, LateFusion):
    """Fit one classifier per modality and combine their probabilities.

    Each member is fitted on the rows that have its modality, and gets the column of that modality
    only. A missing modality simply does not vote.

    Parameters
    ----------
    estimators : list of (modality, classifier) or (modality, classifier, columns)
        As in :class:`MultimodalFusion`: `modality` names the column unless `columns` does. A
        classifier that starts from raw samples is a pipeline,
        ``make_pipeline(HOGExtractor(), LogisticRegression())``. ``"drop"`` leaves a modality out.
    rule : str, default="stacking"
        How the members' probabilities become one row, which is scaled to sum 1:

        - ``"mean"``, ``"product"``: weighted arithmetic mean, weighted product [1]_;
        - ``"max"``, ``"min"``, ``"median"``: of the probabilities of each class [1]_;
        - ``"vote"``: weighted share of the members that find a class most probable [1]_;
        - ``"borda"``: weighted mean of the ranks that members give to the classes [2]_. The mean of
          the probabilities decides ties of votes and ranks;
        - ``"bayes"``: weighted product in which the class shares count once, and not once per
          member: right for modalities that are independent given the class;
        - ``"evidence"``: Dempster's rule [3]_, members being believed as far as they are reliable;
        - ``"confidence"``: weighted mean in which a member counts less in a sample where its
          probabilities are nearly equal;
        - ``"stacking"``: a final estimator learns from out-of-fold predictions [4]_;
        - ``"greedy"``: the mean of a multiset of members, chosen one by one to make the fewest
          out-of-fold errors, then the least log loss [5]_; but the best single modality, unless the
          mixture makes fewer errors by more than two standard errors of the difference.
    weights : dict or array-like of shape (n_members,), default=None
        Weights by modality, which are exponents for ``"product"`` and ``"bayes"``, and for
        ``"evidence"`` reliabilities, at least 0 and below 1. None is 1 for each, and for
        ``"evidence"`` the out-of-fold accuracy. Other rules do not use them.
    final_estimator : classifier, default=None
        For ``"stacking"``: learns from the probabilities (of two classes, the second only). None is
        ``LogisticRegression(max_iter=1000)``.
    cv : int, splitter or iterable of splits, default=None
        Folds of the out-of-fold predictions; None is 5 of shuffled samples, or fewer where no class has
        five samples, or there are fewer groups. A number of folds is stratified, not shuffled, and
        keeps groups whole where groups are given. Rows that no fold tests, as with
        ``TimeSeriesSplit``, teach the members but not the rule.
    calibration : {"sigmoid", "isotonic", "temperature"} or None, default=None
        How the probabilities of each member are calibrated before the rule, on out-of-fold
        predictions, with the calibrators of :class:`sklearn.calibration.CalibratedClassifierCV`. They
        see probabilities out of fold, for ``"sigmoid"`` as log-odds, where scikit-learn's may see
        decision functions. A rule that learns does so from predictions that were calibrated by all
        other folds, later ones included.
    prior : array-like of shape (n_classes,) or dict, default=None
        Class shares where predictions are made, if they are not those of the training rows.
        Probabilities are corrected for it, with any rule. As with ``"bayes"``, members are taken to
        know the shares of the training rows, and so to have no class weights.
    missing : {"skip", "error"} or imputer, default="skip"
        Whether a row is decided by the modalities it has, or a null cell is an error. An imputer is
        a transformer that returns X without gaps; it is fitted on the training rows.
    n_jobs : int, default=None
        Number of members to fit at the same time. Results do not depend on it.
    verbose : bool, default=False
        Whether to print the time that each member takes.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), or list of them
        One array per target where y has several, as the next.
    class_prior_ : ndarray of shape (n_classes,), or list of them
        Class shares of the training rows, predicted for a row without any modality.
    estimators_ : list of tuple
        The fitted members, in the form of `estimators`, without those that are dropped.
    named_estimators_ : Bunch
        Fitted classifiers by modality.
    weights_ : dict
        Weights by modality: as given, or as the greedy selection or the accuracies have them. Not there
        with ``"stacking"``, ``"max"``, ``"min"`` and ``"median"``, which have none.
    member_scores_ : dict
        Out-of-fold accuracy by modality, of those rows that have it; only where out-of-fold
        predictions are made, as for the next two.
    final_estimator_ : classifier
        Only with ``rule="stacking"``.
    calibrators_ : dict
        Calibrators by modality; only with `calibration`.
    imputer_ : transformer
        Only where `missing` is one.
    n_features_in_, feature_names_in_
        Number and names of the columns that are used.

    See Also
    --------
    MultimodalFusion : Fuse features instead of decisions.
    sklearn.ensemble.VotingClassifier : All members see all columns.
    sklearn.ensemble.StackingClassifier : All members see all columns, and groups do not reach it.

    Notes
    -----
    A `rule`, `weights`, `calibration`, `prior` or `missing` that is set after `fit` waits for the next
    fit.

    A member without ``predict_proba`` is asked for its ``decision_function``, which a logistic
    function, or a softmax, brings to [0, 1]: set `calibration` then. With ``rule="vote"`` its decision
    is enough.

    y may have several targets, labels of 0 and 1 or classes, if the members take several. Every rule
    then combines the probabilities of each target by itself. A fold in whose training rows a target has
    one class is left out for a member that cannot be fitted there.

    ``"evidence"`` without weights, ``"stacking"``, ``"greedy"`` and `calibration` fit each member once
    more per fold. Sample weights reach members and final estimator; class shares, calibration and the
    greedy selection count rows. A modality with missing rows in training adds a column to the input of
    the final estimator that says whether it is present.

    References
    ----------
    .. [1] J. Kittler et al., "On combining classifiers", IEEE Trans. PAMI 20(3), 1998.
    .. [2] T. Ho, J. Hull and S. Srihari, "Decision combination in multiple classifier systems",
       IEEE Trans. PAMI 16(1), 1994.
    .. [3] Z. Han et al., "Trusted multi-view classification", ICLR 2021.
    .. [4] D. Wolpert, "Stacked generalization", Neural Networks 5(2), 1992.
    .. [5] R. Caruana et al., "Ensemble selection from libraries of models", ICML 2004.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import LateFusionClassifier
    >>> from skmm.audio import MFCCExtractor
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X, y = make_keypad_digits(120, random_state=0)
    >>> late = LateFusionClassifier([
    ...     ("audio", make_pipeline(MFCCExtractor(sampling_rate=8000), LogisticRegression(max_iter=2000))),
    ...     ("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression())),
    ... ])
    >>> late.fit(X, y).predict_proba(X).shape
    (120, 10)
    >>> late.set_params(rule="confidence").fit(X, y).modality_weights(X[:2]).sum(axis=1).round(6)
    0    1.0
    1    1.0
    dtype: float64
    """

    _rules = CLASSIFIER_RULES
    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "rule": [StrOptions({*CLASSIFIER_RULES, "stacking", "greedy"})],
        "calibration": [StrOptions(set(METHODS)), None],
        "prior": ["array-like", dict, None],
    }

    def __init__(
        self,
        estimators,
        *,
        rule="stacking",
        weights=None,
        final_estimator=None,
        cv=None,
        calibration=None,
        prior=None,
        missing="skip",
        n_jobs=None,
        verbose=False,
    ):
        super().__init__(
            estimators,
            rule=rule,
            weights=weights,
            final_estimator=final_estimator,
            cv=cv,
            missing=missing,
            n_jobs=n_jobs,
            verbose=verbose,
        )
        self.calibration = calibration
        self.prior = prior

    def predict_proba(self, X):
        """Combine the probabilities of the members.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or list of them
            One array per target where y has several. Rows sum to 1; a row without any modality gets
            the class shares of the training rows, or `prior`.
        """
        probabilities = self._combine(X)
        if not self._targets.are_several:
            return probabilities
        return [probabilities[:, part] for part in self._slices]

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        probabilities = self._combine(X)
        return self._targets.decide(probabilities)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = tags.classifier_tags.multi_label = self._take_several()
        return tags

    def _combine(self, X):
        # Sums of certain members round to a little above 1, which metrics refuse.
        probabilities = np.minimum(super()._combine(X), 1)
        if self._new_prior is None:
            return probabilities
        # A member that is certain of a class which does not occur any more says nothing.
        likelihoods = np.maximum(probabilities, SMALLEST) / self._prior
        shifted = likelihoods * self._new_prior
        return shifted / shifted.sum(axis=1, keepdims=True)

    def _learn_targets(self, y):
        y, self._targets = read_targets(y, self)
        classes, shares = self._targets.classes, self._targets.shares
        several = self._targets.are_several
        self.classes_ = classes if several else classes[0]
        self.class_prior_ = shares if several else shares[0]
        self._new_prior = None if self.prior is None else self._read_prior()
        return y

    def _read_prior(self):
        if self._targets.are_several:
            raise ValueError("prior is for one target, and y has several; set prior=None")
        prior, classes = self.prior, self.classes_.tolist()
        if isinstance(prior, dict):
            if set(prior) != set(classes):
                raise ValueError(f"prior is for the classes {list(prior)}, and y has {classes}")
            prior = [prior[label] for label in classes]
        prior = np.asarray(prior, dtype=np.float64)
        is_right = prior.shape == (len(classes),) and np.isfinite(prior).all()
        if not (is_right and (prior >= 0).all() and prior.any()):
            raise ValueError(
                f"prior={self.prior!r}, where one share per class is expected, at least 0 and not all "
                f"0, in the order of the classes {classes}, or a dict"
            )
        return prior / prior.sum()

    def _check_kind(self, members):
        final = self.final_estimator
        if self.rule == "stacking" and final is not None and not hasattr(final, "predict_proba"):
            raise ValueError(
                f"final_estimator={final!r} has no predict_proba; give a classifier that has it"
            )
        for modality, estimator, _ in members:
            if _kind_of(estimator) not in ("classifier", None):
                raise ValueError(
                    f"modality {modality!r}: {type(estimator).__name__} is a {_kind_of(estimator)}, and a "
                    "classifier is expected; for numbers use LateFusionRegressor"
                )
            if self.rule != "vote" and not has_scores(estimator):
                raise ValueError(
                    f"modality {modality!r}: {type(estimator).__name__} has neither predict_proba nor "
                    f'decision_function, which rule={self.rule!r} needs; use rule="vote", or a '
                    "classifier that has one of them"
                )

    @property
    def _prior(self):
        return self._targets.prior

    @property
    def _slices(self):
        return self._targets.slices

    @property
    def _predict(self):
        return partial(predict_probabilities, targets=self._targets)

    def _given_weights(self):
        weights = super()._given_weights()
        if self.rule == "evidence" and self.weights is not None and max(weights.values()) >= 1:
            raise ValueError(
                f'weights={self.weights!r}: with rule="evidence" they are reliabilities, at least 0 '
                "and below 1; give others, or None to use out-of-fold accuracies"
            )
        return weights

    def _learns_out_of_fold(self):
        weighs_evidence = self.rule == "evidence" and self.weights is None
        return super()._learns_out_of_fold() or weighs_evidence or self.calibration is not None

    def _learn_rule(self, learned, y, final_params):
        super()._learn_rule(learned, y, final_params)
        if self.rule == "evidence" and self.weights is None:
            self._weights = {
                name: min(score, MOST_RELIABLE) for name, score in self.member_scores_.items()
            }

    def _calibrate(self, learned, y):
        """Fit a calibrator per member; the rule learns from predictions calibrated without their row."""
        if self.calibration is None:
            return learned
        codes, slices, method = self._targets.encode(y), self._slices, self.calibration
        predictions, self.calibrators_ = learned.predictions.copy(), {}
        for number, member in enumerate(self.estimators_):
            known = learned.known[:, number]
            given = learned.predictions[number, known]
            self.calibrators_[member.modality] = fit_calibrators(
                given, codes[known], slices, method
            )
            predictions[number, known] = calibrate_out_of_fold(
                given, codes[known], slices, method, learned.folds[known]
            )
        return learned._replace(predictions=predictions)

    def _gather(self, values, present):
        predictions = super()._gather(values, present)
        if hasattr(
            self, "calibrators_"
        ):  # and if not, a calibration set after fit waits for the next
            for number, member in enumerate(self.estimators_):
                rows, calibrators = present[:, number], self.calibrators_[member.modality]
                if rows.any():
                    given = predictions[number, rows]
                    predictions[number, rows] = calibrate(calibrators, given, self._slices)
        return predictions

    def _as_features(self, probabilities):
        """Probabilities, of two classes those of the second: the two columns are collinear."""
        parts = [probabilities[:, part] for part in self._slices]
        return np.hstack([p[:, 1:] if p.shape[1] == 2 else p for p in parts])

    def _make_objective(self, y):
        return greedy.ClassificationLoss(self._targets.encode(y), self._slices)

    def _score(self, probabilities, y):
        """Accuracy; of several targets the mean."""
        return float(np.mean(self._targets.decide(probabilities) == y))

    def _default_final_estimator(self):
        model = FinalLogisticRegression(max_iter=1000)
        if _routing_enabled():
            model.set_fit_request(sample_weight=True)
        targets = getattr(self, "_targets", None)
        return MultiOutputClassifier(model) if targets and targets.are_several else model


def _kind_of(estimator):
    """What its tags say that an estimator is: a classifier, a regressor, ...; None if nothing."""
    tags = getattr(estimator, "__sklearn_tags__", None)
    return None if tags is None else tags().estimator_type
