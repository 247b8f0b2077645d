"""What each modality is worth to a model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skmm._shown import ShownAsTable
from skmm._validation import Integral, Interval, StrOptions, draw_seed, validate_params
from skmm.inspection._coalitions.arguments import CONSTRAINTS, name_scores, score_modalities
from skmm.inspection._coalitions.coalitions import plan_ablation, plan_permutation, plan_shapley
from skmm.inspection._coalitions.intervals import estimate


@dataclass(frozen=True, eq=False, repr=False)
class ModalityImportance(ShownAsTable):
    """What :func:`modality_importance` found.

    Parameters
    ----------
    modalities : list of str
        Names of the modalities, the order of everything below.
    importances : ndarray of shape (n_modalities, n_trials)
        By repeat of the permutation, or by fold of `cv`; one column where nothing is repeated.
    interval : ndarray of shape (n_modalities, 2)
        Confidence interval of each importance; NaN with ``confidence_level=None``.
    scores : dict {tuple of str: float}
        Score with only the modalities in the key, mean over the trials, of the sets that the method
        needs; ``scores[()]`` is that of none.
    score_name : str
        What the scores are.

    Attributes
    ----------
    importances_mean, importances_std : ndarray of shape (n_modalities,)
        Mean and standard deviation over the trials, as in
        :func:`~sklearn.inspection.permutation_importance`.
    table : DataFrame of shape (n_modalities, 4 or 5)
        Columns ``importance``, ``std``, ``low`` and ``high``, one row per modality; where it was
        scored also ``alone``, the score of this modality by itself.

    See Also
    --------
    modality_importance : Makes it.
    ModalityImportanceDisplay : Draws it.

    Examples
    --------
    >>> from skmm.inspection import ModalityImportance
    >>> result = ModalityImportance(
    ...     modalities=["image", "text"],
    ...     importances=[[0.3, 0.4], [0.1, 0.1]],
    ...     interval=[[0.2, 0.5], [0.0, 0.2]],
    ...     scores={(): 0.1, ("image", "text"): 0.55},
    ...     score_name="accuracy",
    ... )
    >>> result.table
           importance   std  low  high
    image        0.35  0.05  0.2   0.5
    text         0.10  0.00  0.0   0.2
    """

    modalities: list
    importances: np.ndarray
    interval: np.ndarray
    scores: dict
    score_name: str

    @property
    def importances_mean(self):
        """Mean over the trials."""
        return np.mean(self.importances, axis=1)

    @property
    def importances_std(self):
        """Standard deviation over the trials."""
        return np.std(self.importances, axis=1)

    @property
    def table(self):
        """All of it, one row per modality."""
        low, high = np.transpose(self.interval)
        columns = {
            "importance": self.importances_mean,
            "std": self.importances_std,
            "low": low,
            "high": high,
        }
        if all((name,) in self.scores for name in self.modalities):
            columns["alone"] = [self.scores[(name,)] for name in self.modalities]
        return pd.DataFrame(columns, index=list(self.modalities))


@validate_params(
    CONSTRAINTS
    | {
        "method": [StrOptions({"shapley", "permutation", "ablation"})],
        "n_orders": [Interval(Integral, 4, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def modality_importance(
    estimator,
    X,
    y,
    *,
    modalities=None,
    method="shapley",
    scoring=None,
    removal="mask",
    n_repeats=5,
    n_orders=None,
    cv=None,
    groups=None,
    sample_weight=None,
    params=None,
    confidence_level=0.95,
    n_jobs=None,
    random_state=None,
):
    r"""Tell how much of its score a model owes to each modality.

    The model is scored with every set of modalities, the others being taken away. By default a
    modality is worth its Shapley value [1]_: what the score gains when it joins, averaged over all
    orders in which modalities can join. The values of all modalities sum to the score with all of
    them minus that with none.

    Parameters
    ----------
    estimator : estimator
        Any classifier or regressor; fitted, unless it is fitted here (`cv`, ``removal="refit"``).
        Of a Pipeline that starts with a :class:`~skmm.fusion.MultimodalFusion` every sample is
        turned into features once, and in a late fusion every member predicts it once, however many
        sets there are. A search, such as :class:`~sklearn.model_selection.GridSearchCV`, is looked
        into for either.
    X : DataFrame of shape (n_samples, n_columns), or ndarray of numbers
        Samples to score on: without `cv` those that the estimator was not fitted on.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    modalities : dict {name: column or columns}, list of columns, or None, default=None
        What is taken away as one. Other columns always stay. None takes the members of the fusion
        that reads X, where members with a column in common are one; and the columns of X, if no
        fusion does. An integer is the name of a column where names are integers, else a position.
    method : {"shapley", "permutation", "ablation"}, default="shapley"
        - ``"shapley"``: as above; 2 ** n_modalities sets up to 8 modalities, and beyond that the
          sets that some random orders pass;
        - ``"permutation"``: the score minus that with the modality permuted among the samples, as in
          :func:`~sklearn.inspection.permutation_importance`, but all its columns in one go;
        - ``"ablation"``: the score minus that without the modality. The table also has the score of
          each modality alone.
    scoring : str, callable or None, default=None
        One score, where greater is better; None is the method ``score`` of the estimator, of a search
        the score it chose by. A function ``scoring(estimator, X, y)`` is given samples, so that nothing
        is computed once for all sets.
    removal : {"mask", "permute", "mean", "refit"}, default="mask"
        How modalities are taken away:

        - ``"mask"``: their cells become null, for estimators that take missing modalities;
        - ``"permute"``: their cells come from another sample, all from the same one;
        - ``"mean"``: their cells become the mean of the column in X, for numbers and columns of
          tensors; texts, files and token ids have none;
        - ``"refit"``: a model is fitted without them on the training folds of `cv`: members of a
          fusion are dropped, a ColumnTransformer gets fewer columns, and any other estimator gets X
          without them; without any modality the class shares or the mean are predicted.

        ``method="permutation"`` permutes, so this may be left alone then.
    n_repeats : int, default=5
        How often to permute. The other ways have nothing to repeat.
    n_orders : int, default=None
        Number of random orders for ``method="shapley"``, at least 4, drawn in pairs: an order and
        its reverse.
        None takes all sets of up to 8 modalities, and 32 orders of more.
    cv : int, splitter, iterable of splits or None, default=None
        Folds. Clones of the estimator are fitted on the training folds, and scored on the test folds.
        A number of folds keeps groups whole where groups are given. None scores the fitted estimator
        on all of X; with ``removal="refit"`` it is 5 folds.
    groups : array-like of shape (n_samples,), default=None
        Samples that belong together, such as those of one speaker: `cv` keeps them in one fold, and
        the intervals count them as one. A late or deep fusion or a search that is fitted here
        gets them, and any other estimator with metadata routing enabled.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples in the score.
    params : dict, default=None
        What ``fit`` is given besides, such as ``{"sample_weight": weights}``, where clones are
        fitted.
    confidence_level : float in (0, 1) or None, default=0.95
        Level of the intervals; None does without.
    n_jobs : int, default=None
        Number of processes for the sets, or for the folds. Results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides the permutations, the orders, and which samples the intervals leave out together.

    Returns
    -------
    importance : ModalityImportance
        With ``table``, ``importances_mean``, ``importances_std``, ``interval`` and ``scores``.

    Raises
    ------
    ValueError
        If the estimator cannot take null cells and ``removal="mask"``; a score is not finite; a column
        belongs to two modalities; ``method="permutation"`` is to remove by ``"mean"`` or
        ``"refit"``; or there is only one fold, sample or group.
    ModalityError
        If a modality has no mean and ``removal="mean"``.

    See Also
    --------
    modality_interactions : Which modalities need each other.
    sample_contributions : The same for every sample.
    ModalityImportanceDisplay : Draw it.

    Notes
    -----
    What the intervals mean:

    - Without `cv`, they are about *this model* on other samples like those in X, and say nothing
      about models trained on other data. The standard error is that of the jackknife [2]_: the
      samples are dealt at random into 20 blocks (or as many as there are samples, or groups), and
      the importance is computed without each block in turn, from the same predictions. Of permuted
      modalities it is that of the mean over the repeats. The error of sampled orders is added.
    - With `cv`, they are about *models that are trained in the same way*, on training sets of this
      size. The standard error is that of the mean over the folds, corrected for the overlap of
      training sets [3]_.

    Both are intervals of Student's t, each for one modality: they are not corrected for the number
    of modalities.

    A modality that the model ignores is worth exactly 0. One that is worth nothing *to the model*
    may know as much as another that the model prefers: ``removal="refit"`` asks what can be done
    without it. Masks ask of a model what it was perhaps never trained for; train with missing
    modalities, or permute, if that is in doubt. Permuted modalities contradict each other, as
    happens in no real sample.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II, 1953.
    .. [2] B. Efron and C. Stein, "The jackknife estimate of variance", Annals of Statistics 9(3),
       1981.
    .. [3] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
       52(3), 2003.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import MultimodalFusion
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import modality_importance
    >>> X, y = make_multimodal_classification(
    ...     600, modalities={"image": 12, "audio": 8}, unique={"image": 2}, random_state=0
    ... )
    >>> fusion = MultimodalFusion(
    ...     [("image", "passthrough"), ("audio", "passthrough")], missing="mean"
    ... )
    >>> model = make_pipeline(fusion, LogisticRegression()).fit(X[:300], y[:300])
    >>> importance = modality_importance(model, X[300:], y[300:], random_state=0)
    >>> importance.table.round(2)
           importance  std   low  high  alone
    image        0.32  0.0  0.25  0.39    0.7
    audio        0.03  0.0 -0.02  0.08    0.4
    >>> total = model.score(X[300:], y[300:]) - importance.scores[()]
    >>> bool(abs(importance.importances_mean.sum() - total) < 1e-12)
    True
    """
    if method == "permutation":
        if removal not in ("mask", "permute"):
            raise ValueError(
                f'method="permutation" permutes, and removal={removal!r} does not; set '
                f'method="ablation" to score without each modality'
            )
        removal = "permute"
    seed = draw_seed(random_state)
    make_plan = {
        "shapley": lambda n: plan_shapley(n, n_orders, check_random_state(seed)),
        "permutation": plan_permutation,
        "ablation": plan_ablation,
    }[method]
    rules, plan, scores, name = score_modalities(
        make_plan,
        estimator,
        X,
        y,
        modalities=modalities,
        scoring=scoring,
        removal=removal,
        n_repeats=n_repeats,
        cv=cv,
        groups=groups,
        sample_weight=sample_weight,
        params=params,
        with_intervals=confidence_level is not None,
        n_jobs=n_jobs,
        seed=seed,
    )
    found = estimate(plan, scores, confidence_level)
    names = list(rules.modalities)
    return ModalityImportance(names, found.trials, found.interval, name_scores(rules, scores), name)
