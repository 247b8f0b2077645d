"""One classifier per modality, and a rule that combines their probabilities."""

from functools import partial

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets

from skmm._validation import StrOptions, _check_y
from skmm.fusion import _greedy
from skmm.fusion._late import LateFusion
from skmm.fusion._rules import CLASSIFIER_RULES


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
    rule : {"mean", "product", "stacking", "greedy"}, default="mean"
        How the members' probabilities become one row:

        - ``"mean"``: weighted arithmetic mean [1]_;
        - ``"product"``: weighted product, scaled to sum 1;
        - ``"stacking"``: a final estimator learns from out-of-fold predictions [2]_;
        - ``"greedy"``: the mean of a multiset of members, chosen one by one to make the fewest
          out-of-fold errors, then the least log loss [3]_. On those predictions it is never worse
          than the best single modality.
    weights : dict or array-like of shape (n_members,), default=None
        Weights by modality for ``"mean"``, exponents for ``"product"``; None is 1 for each.
    final_estimator : classifier, default=None
        For ``"stacking"``. A given one gets the probabilities (of two classes, the second only). None
        is ``LogisticRegression(C=0.1)`` on log probabilities, or log-odds of two classes.
    cv : int, splitter or iterable of splits, default=None
        Folds of the out-of-fold predictions; None is 5 stratified ones, which keep groups whole
        where groups are given.
    missing : {"skip", "error"}, default="skip"
        Whether a row is decided by the modalities it has, or a null cell is an error.
    n_jobs : int, default=None
        Number of members to fit at the same time. Results do not depend on it.
    verbose : bool, default=False
        Whether to print the time that each member takes.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
        Class shares of the training rows, predicted for a row without any modality.
    estimators_ : list of tuple
        The fitted members, in the form of `estimators`, without those that are dropped.
    named_estimators_ : Bunch
        Fitted classifiers by modality.
    weights_ : dict
        Weights by modality: as given, or as the greedy selection found them.
    final_estimator_ : classifier
        Only with ``rule="stacking"``.
    n_features_in_, feature_names_in_
        Number and names of the columns that are used.

    See Also
    --------
    MultimodalFusion : Fuse features instead of decisions.
    sklearn.ensemble.VotingClassifier : All members see all columns.
    sklearn.ensemble.StackingClassifier : All members see all columns, and groups do not reach it.

    Notes
    -----
    Sample weights reach members and final estimator; class shares and the greedy selection count
    rows. A modality with missing rows in training adds a column to the input of the final estimator that
    says whether it is present.

    References
    ----------
    .. [1] J. Kittler et al., "On combining classifiers", IEEE Trans. PAMI 20(3), 1998.
    .. [2] D. Wolpert, "Stacked generalization", Neural Networks 5(2), 1992.
    .. [3] R. Caruana et al., "Ensemble selection from libraries of models", ICML 2004.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import LateFusionClassifier
    >>> from skmm.audio import MFCCExtractor
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X, y = make_keypad_digits(60, random_state=0)
    >>> late = LateFusionClassifier([
    ...     ("audio", make_pipeline(MFCCExtractor(sampling_rate=8000), LogisticRegression(max_iter=2000))),
    ...     ("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression())),
    ... ])
    >>> late.fit(X, y).predict_proba(X).shape
    (60, 10)
    """

    _rules = CLASSIFIER_RULES
    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "rule": [StrOptions({*CLASSIFIER_RULES, "stacking", "greedy"})],
    }

    def predict_proba(self, X):
        """Combine the probabilities of the members.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Rows sum to 1; a row without any modality gets the class shares of the training rows.
        """
        return self._combine(X)

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        codes = self._combine(X).argmax(axis=1)
        return self.classes_[codes]

    def _learn_targets(self, y):
        y = _check_y(y, estimator=self)
        check_classification_targets(y)
        self.classes_, counts = np.unique(y, return_counts=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes, but y holds 1 class: "
                f"{self.classes_.tolist()[0]!r}"
            )
        self.class_prior_ = counts / counts.sum()
        return y

    def _check_kind(self, members):
        final = self.final_estimator
        if self.rule == "stacking" and final is not None and not hasattr(final, "predict_proba"):
            raise ValueError(
                f"final_estimator={final!r} has no predict_proba; give a classifier that has it"
            )
        for modality, estimator, _ in members:
            if not hasattr(estimator, "predict_proba"):
                raise ValueError(
                    f"modality {modality!r}: {type(estimator).__name__} has no predict_proba, which "
                    f"rule={self.rule!r} needs; wrap it: CalibratedClassifierCV(estimator)"
                )

    @property
    def _prior(self):
        return self.class_prior_

    @property
    def _n_outputs(self):
        return len(self.classes_)

    @property
    def _predict(self):
        return partial(aligned_probabilities, classes=self.classes_)

    def _as_features(self, probabilities):
        """Probabilities for a given final estimator, their logarithms for the default one."""
        if self.final_estimator is None:
            logs = np.log(np.clip(probabilities, 1e-3, 1))
            return logs[:, 1:] - logs[:, :1] if logs.shape[1] == 2 else logs
        # The two columns of a binary problem are collinear.
        return probabilities[:, 1:] if probabilities.shape[1] == 2 else probabilities

    def _make_objective(self, y):
        return _greedy.classification_loss(np.searchsorted(self.classes_, y))

    def _default_final_estimator(self):
        return LogisticRegression(C=0.1, max_iter=1000)


def aligned_probabilities(estimator, rows, classes):
    """What an estimator predicts, in columns for all `classes`: zero for those it never saw."""
    probabilities = estimator.predict_proba(rows)
    if len(estimator.classes_) == len(classes):
        return probabilities
    aligned = np.zeros((len(probabilities), len(classes)))
    aligned[:, np.searchsorted(classes, estimator.classes_)] = probabilities
    return aligned
