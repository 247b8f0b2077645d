"""Try strategies of fusion, and keep the best."""

import os

import numpy as np
import pandas as pd
from sklearn.base import MetaEstimatorMixin
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.utils import ClassifierTags, RegressorTags, check_consistent_length, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skmm._targets import check_targets
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    Real,
    StrOptions,
    _check_y,
    all_or_nothing,
)
from skmm.cache import FeatureCache
from skmm.fusion._columns import read_column
from skmm.fusion._late.targets import read_targets
from skmm.fusion._members import MemberComposition
from skmm.model_selection._search.search import search_strategies


def _may_give_probabilities(search):
    """Before fit all classifications do; afterwards what was chosen does or does not."""
    if hasattr(search, "best_estimator_"):
        return hasattr(search.best_estimator_, "predict_proba")
    return search.task == "classification"


class FusionSearchCV(MetaEstimatorMixin, MemberComposition):
    """Try early, late and deep fusions of given features, and keep the best.

    Each modality alone, and every strategy of fusion with every learner, is cross-validated on the
    same folds, the cheap ones first. After each fold the worse half goes no further. A fusion is chosen
    only if it is better than the best single modality by more than the standard error of the difference;
    what was chosen is fitted on all rows.

    Parameters
    ----------
    features : list of (modality, transformer) or (modality, transformer, columns)
        How each modality becomes numbers, as in :class:`~skmm.fusion.MultimodalFusion`.
    strategies : "auto", list of {"early", "late", "deep"} or dict {str: estimator}, default="auto"
        What to try beside the single modalities. ``"auto"`` is all three:

        - early: the blocks side by side, scaled in three ways (``"standard"``, ``"sqrt_dim"``,
          ``"mfa"`` of :class:`~skmm.fusion.ConcatFusion`);
        - late: a learner per modality, combined by their product (for numbers, mean), by stacking, and
          by stacking all learners of all modalities;
        - deep: ``"gated"`` and ``"low_rank"`` networks of :class:`~skmm.nn.DeepFusionClassifier`.

        A dict has the fusions themselves: estimators that take X.
    task : {"classification", "regression"}, default="classification"
        What is learned from y.
    learners : list of (name, estimator), default=None
        What learns from the features, for early and late fusions. None is a linear model (logistic
        regression, or ridge regression), a support vector machine with radial kernel, unless there
        are more than 10,000 samples, and a random forest.
    deep_features : list of (modality, transformer) or (modality, transformer, columns), default=None
        What networks are given instead of `features`, such as pixels and sequences. None is
        `features`, of which sparse ones are reduced to at most 100 components.
    cv : int, splitter or iterable of splits, default=None
        Folds of the comparison. None is 5 of shuffled samples, or fewer where there are few; a number
        is not shuffled. Both keep groups whole, where groups are given, and are stratified for
        classification. Where all folds are tested on rows that come after those they are trained on,
        so are the inner folds of late fusions.
    scoring : str, callable or None, default=None
        One score, where greater is better. None is accuracy, or R2.
    time_budget : float, default=None
        Seconds that `fit` may take. A candidate is begun if it can be expected to be done on all folds
        in time, beside the best so far; after each fold the best that there is time for go on. What
        there was no time for is told in ``cv_results_``. A fit that was begun is not interrupted, and
        the single modalities are scored with the first learner in any case. None is without end.
    rope : float, default=0.01
        Largest difference that is of no consequence, for the probabilities in ``comparison_``.
    memory : str, path-like or FeatureCache, default=None
        A cache for those extractors that have none of their own. None keeps features in a temporary
        folder as long as `fit` takes: each sample is extracted once.
    n_jobs : int, default=None
        Number of models to fit at the same time. Without `time_budget` results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        For everything that draws at random and has no ``random_state`` of its own.
    verbose : bool or int, default=False
        Whether to show a progress bar.

    Attributes
    ----------
    best_strategy_ : str
        Name of what was chosen.
    best_estimator_ : estimator
        The chosen model, fitted on all rows.
    best_score_ : float
        Its mean score over the folds; that of the best of many, which is a little too good.
    comparison_ : FusionComparison
        The candidates that were scored on all folds.
    cv_results_ : DataFrame
        One row per candidate, in the order in which they were begun: ``strategy``; ``status``, which is
        ``"complete"``, ``"eliminated"``, ``"out of time"`` or ``"failed"``; ``reason``; ``n_folds``
        that it was scored on; ``mean_test_score``, ``std_test_score``, ``mean_fit_time`` and
        ``mean_score_time`` over these; ``rank_test_score`` among the complete ones; and
        ``split0_test_score`` and so on.
    features_ : list of tuple
        The features, in the form of `features`, without those that are dropped.
    scorer_ : callable
        What `score` calls.
    classes_ : ndarray of shape (n_classes,)
        Only for classification.
    n_features_in_, feature_names_in_
        Number and names of the columns that are used.

    See Also
    --------
    compare_fusions : Compare models of your own, with parameters searched in each fold.
    FusionComparisonDisplay : Draw what was compared.

    Notes
    -----
    A row without a modality is filled with training means in early fusion, decided by the others in late
    fusion, and masked in deep fusion. A learner without probabilities gives a softmax of its decision
    function. Learners are not tuned; give several of the same kind, or
    :class:`~sklearn.model_selection.GridSearchCV` around one, to have them so.

    ``best_score_`` and ``comparison_`` are of the data that the choice was made by. For an honest
    estimate cross-validate the search as a whole. Groups reach it in ``fit(X, y, groups=groups)``; with
    metadata routing they are requested by default.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.model_selection import FusionSearchCV
    >>> X, y = make_multimodal_classification(
    ...     modalities={"image": 12, "audio": 8}, random_state=0
    ... )
    >>> search = FusionSearchCV(
    ...     [("image", "passthrough"), ("audio", "passthrough")],
    ...     strategies=["early", "late"],
    ...     learners=[("linear", LogisticRegression())],
    ...     random_state=0,
    ... ).fit(X, y)
    >>> search.best_strategy_
    'late product'
    >>> search.predict_proba(X[:5]).shape
    (5, 3)
    """

    _members_parameter = "features"
    # Whoever forgets to ask for groups would choose by folds that tear them apart.
    __metadata_request__fit = {"groups": True}
    _parameter_constraints = {
        "features": [list],
        "strategies": [StrOptions({"auto"}), list, tuple, dict],
        "task": [StrOptions({"classification", "regression"})],
        "learners": [list, None],
        "deep_features": [list, None],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "time_budget": [Interval(Real, 0, None, closed="neither"), None],
        "rope": [Interval(Real, 0, None, closed="left")],
        "memory": [str, os.PathLike, FeatureCache, None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        features,
        *,
        strategies="auto",
        task="classification",
        learners=None,
        deep_features=None,
        cv=None,
        scoring=None,
        time_budget=None,
        rope=0.01,
        memory=None,
        n_jobs=None,
        random_state=None,
        verbose=False,
    ):
        self.features = features
        self.strategies = strategies
        self.task = task
        self.learners = learners
        self.deep_features = deep_features
        self.cv = cv
        self.scoring = scoring
        self.time_budget = time_budget
        self.rope = rope
        self.memory = memory
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y, groups=None):
        """Search, and fit what was chosen on all rows.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers
        y : array-like of shape (n_samples,)
            Classes or numbers.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers, that the folds keep together, those within late fusions too.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, or a sample cannot be used.
        ValueError
            If no candidate can be fitted.
        """
        self._validate_params()
        with all_or_nothing(self):
            members = self._check_members(("drop", "passthrough"))
            X = self._read_complete(X, members, reset=True)
            y = self._read_y(y)
            check_consistent_length(X, y, groups)
            found = search_strategies(self, members, X, y, groups)
            self.features_ = members
            self.comparison_ = found.comparison
            self.cv_results_ = found.results
            self.best_strategy_ = found.name
            self.best_score_ = float(found.comparison.table.loc[found.name, "mean_score"])
            self.best_estimator_ = found.model
            self.scorer_ = check_scoring(found.model, self.scoring)
        return self

    def predict(self, X):
        """Predict with the chosen model.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        return self._ask("predict", X)

    @available_if(_may_give_probabilities)
    def predict_proba(self, X):
        """Give the probabilities of the classes.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
        """
        return self._ask("predict_proba", X)

    def score(self, X, y):
        """Score the chosen model by `scoring`.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers
        y : array-like of shape (n_samples,)

        Returns
        -------
        score : float
            Accuracy or R2 if `scoring` is None.
        """
        check_is_fitted(self)
        return self.scorer_(self.best_estimator_, self._read_new(X), y)

    @property
    def classes_(self):
        """The classes."""
        if not hasattr(self, "best_estimator_"):
            raise AttributeError(f"this {type(self).__name__} is not fitted yet")
        return self.best_estimator_.classes_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.sparse = self._all_members_accept("sparse")
        if self.task == "regression":
            tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        else:
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        return tags

    def __getstate__(self):
        # Plain values, which outlive versions of pandas.
        state = super().__getstate__()
        if "cv_results_" in state:
            state = state | {"cv_results_": state["cv_results_"].to_dict("tight")}
        return state

    def __setstate__(self, state):
        if "cv_results_" in state:
            results = pd.DataFrame.from_dict(state["cv_results_"], orient="tight")
            state = state | {"cv_results_": results}
        super().__setstate__(state)

    def _ask(self, method, X):
        check_is_fitted(self)
        return getattr(self.best_estimator_, method)(self._read_new(X))

    def _read_new(self, X):
        return self._read_complete(X, self.features_, reset=False)

    def _read_complete(self, X, members, *, reset):
        """Read X, and refuse a NaN among numbers of a modality, if its transformer does not take it.

        It may go unnoticed otherwise, where the modality is not used. NaN throughout is a modality that
        is missing.
        """
        X = self._read_X(X, members, reset=reset, allow_nan=True)
        for member in members:
            column = read_column(X, member, len(members))
            partly = column.present & ~column.complete
            if partly.any() and not _takes_nan(member.estimator):
                row = np.flatnonzero(partly)[0]
                raise ModalityError(
                    "some of its numbers are NaN; fill them in, by a transformer that takes NaN or "
                    "before, or make all of them NaN if the modality is missing",
                    modality=member.modality,
                    row=row,
                    index=X.index[row] if isinstance(X, pd.DataFrame) else None,
                )
        return X

    def _read_y(self, y):
        """Check y, which has one target."""
        if self.task == "regression":
            y = check_targets(y, numeric=True, estimator=self)
            return _check_y(y, y_numeric=True, estimator=self)
        y, targets = read_targets(y, self)
        if targets.are_several:
            raise ValueError(
                f"y has {len(targets.classes)} targets, and {type(self).__name__} takes one"
            )
        return y


def _takes_nan(transformer):
    return not isinstance(transformer, str) and get_tags(transformer).input_tags.allow_nan
