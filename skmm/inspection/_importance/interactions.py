"""Which modalities need each other, and which repeat each other."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from skmm._shown import ShownAsTable
from skmm._validation import draw_seed, validate_params
from skmm.inspection._coalitions.arguments import CONSTRAINTS, name_scores, score_modalities
from skmm.inspection._coalitions.coalitions import MAX_EXACT, plan_interactions
from skmm.inspection._coalitions.intervals import estimate


@dataclass(frozen=True, eq=False, repr=False)
class ModalityInteractions(ShownAsTable):
    """What :func:`modality_interactions` found.

    Parameters
    ----------
    modalities : list of str
        Names of the modalities. Their pairs are in the order ``(0, 1), (0, 2), ..., (1, 2), ...``.
    interactions : ndarray of shape (n_pairs, n_trials)
        By repeat of the permutation, or by fold of `cv`; one column where nothing is repeated.
    interval : ndarray of shape (n_pairs, 2)
        Confidence interval of each interaction; NaN with ``confidence_level=None``.
    scores : dict {tuple of str: float}
        Score with the modalities in the key alone, mean over the trials.
    score_name : str
        What the scores are.

    Attributes
    ----------
    interactions_mean, interactions_std : ndarray of shape (n_pairs,)
        Mean and standard deviation over the trials.
    matrix : DataFrame of shape (n_modalities, n_modalities)
        The means, symmetric; NaN on the diagonal.
    table : DataFrame of shape (n_pairs, 4)
        Columns ``interaction``, ``std``, ``low`` and ``high``, one row per pair.

    See Also
    --------
    modality_interactions : Makes it.
    ModalityInteractionDisplay : Draws it.

    Examples
    --------
    >>> from skmm.inspection import ModalityInteractions
    >>> result = ModalityInteractions(
    ...     modalities=["image", "text"],
    ...     interactions=[[0.3]],
    ...     interval=[[0.2, 0.4]],
    ...     scores={},
    ...     score_name="accuracy",
    ... )
    >>> result.table
                interaction  std  low  high
    image text          0.3  0.0  0.2   0.4
    >>> result.matrix
           image  text
    image    NaN   0.3
    text     0.3   NaN
    """

    modalities: list
    interactions: np.ndarray
    interval: np.ndarray
    scores: dict
    score_name: str

    @property
    def interactions_mean(self):
        """Mean over the trials."""
        return np.mean(self.interactions, axis=1)

    @property
    def interactions_std(self):
        """Standard deviation over the trials."""
        return np.std(self.interactions, axis=1)

    @property
    def matrix(self):
        """The means as a symmetric matrix."""
        n_modalities = len(self.modalities)
        values = np.full((n_modalities, n_modalities), np.nan)
        rows, columns = np.triu_indices(n_modalities, k=1)
        values[rows, columns] = values[columns, rows] = self.interactions_mean
        return pd.DataFrame(values, index=self.modalities, columns=self.modalities)

    @property
    def table(self):
        """All of it, one row per pair."""
        low, high = np.transpose(self.interval)
        columns = {
            "interaction": self.interactions_mean,
            "std": self.interactions_std,
            "low": low,
            "high": high,
        }
        pairs = pd.MultiIndex.from_tuples(combinations(self.modalities, 2))
        return pd.DataFrame(columns, index=pairs)


@validate_params(CONSTRAINTS, prefer_skip_nested_validation=True)
def modality_interactions(
    estimator,
    X,
    y,
    *,
    modalities=None,
    scoring=None,
    removal="mask",
    n_repeats=5,
    cv=None,
    groups=None,
    sample_weight=None,
    params=None,
    confidence_level=0.95,
    n_jobs=None,
    random_state=None,
):
    r"""Tell which pairs of modalities gain more together than each by itself.

    The Shapley interaction index [1]_ of two modalities i and j: the score that both gain when they
    join, minus what each gains when it joins alone, averaged over what the others do. Above 0 they
    need each other (synergy), below 0 one makes up for the other (redundancy), at 0 they add up.

    Parameters
    ----------
    estimator : estimator
        As in :func:`modality_importance`, and so are all other parameters.
    X : DataFrame of shape (n_samples, n_columns), or ndarray of numbers
        Samples to score on.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    modalities : dict {name: column or columns}, list of columns, or None, default=None
        What is taken away as one; 2 to 8 of them.
    scoring : str, callable or None, default=None
        One score, where greater is better; None is the method ``score`` of the estimator.
    removal : {"mask", "permute", "mean", "refit"}, default="mask"
        How modalities are taken away.
    n_repeats : int, default=5
        How often to permute.
    cv : int, splitter, iterable of splits or None, default=None
        Folds to fit and score clones of the estimator on. None scores the fitted estimator.
    groups : array-like of shape (n_samples,), default=None
        Samples that belong together.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples in the score.
    params : dict, default=None
        What ``fit`` is given besides, where clones are fitted.
    confidence_level : float in (0, 1) or None, default=0.95
        Level of the intervals; None does without. What they mean is in the notes of
        :func:`modality_importance`.
    n_jobs : int, default=None
        Number of processes for the sets, or for the folds. Results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides the permutations, and which samples the intervals leave out together.

    Returns
    -------
    interactions : ModalityInteractions
        With ``matrix``, ``table``, ``interactions_mean``, ``interval`` and ``scores``.

    Raises
    ------
    ValueError
        If there are fewer than two modalities or more than 8, and as in
        :func:`modality_importance`.
    ModalityError
        If a modality has no mean and ``removal="mean"``.

    See Also
    --------
    modality_importance : What each modality is worth.
    ModalityInteractionDisplay : Draw it.

    Notes
    -----
    Signs are about the model and its score. Two modalities that tell the same raise accuracy less
    together than in sum, and so do any that come near to an accuracy of 1.

    References
    ----------
    .. [1] M. Grabisch and M. Roubens, "An axiomatic approach to the concept of interaction among
       players in cooperative games", International Journal of Game Theory 28(4), 1999.

    Examples
    --------
    Exclusive or: either modality alone tells nothing.

    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skmm.inspection import modality_interactions
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    >>> y = X[:, 0] ^ X[:, 1]
    >>> tree = DecisionTreeClassifier(random_state=0).fit(X, y)
    >>> found = modality_interactions(tree, X, y, removal="mean", random_state=0)
    >>> found.matrix
         x0   x1
    x0  NaN  0.5
    x1  0.5  NaN
    """
    rules, plan, scores, name = score_modalities(
        _make_plan,
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
        seed=draw_seed(random_state),
    )
    found = estimate(plan, scores, confidence_level)
    names = list(rules.modalities)
    return ModalityInteractions(
        names, found.trials, found.interval, name_scores(rules, scores), name
    )


def _make_plan(n_modalities):
    if not 2 <= n_modalities <= MAX_EXACT:
        raise ValueError(
            f"there are {n_modalities} modalities, and interactions are found of 2 to {MAX_EXACT}; say "
            "which columns are one modality: modalities={name: columns}"
        )
    return plan_interactions(n_modalities)
