"""The result of a comparison: its tables, its tests, its picture, and the best model."""

import pandas as pd

from skmm._shown import ShownAsTable
from skmm._validation import did_you_mean
from skmm.model_selection._comparison.display import FusionComparisonDisplay
from skmm.model_selection._comparison.table import make_table, pivot_scores
from skmm.model_selection._statistics.pairs import compare_all_pairs, compare_pair


class FusionComparison(ShownAsTable):
    """Scores of fusion strategies beside those of single modalities.

    Made by :func:`~skmm.model_selection.compare_fusions`, and by :class:`FusionSearchCV`.

    Parameters
    ----------
    results : DataFrame of shape (n_models * n_folds, n_columns)
        One row per model and fold, model by model; see Attributes.
    singles : collection of str
        The models that use a single modality.
    test_over_train : float
        Size of the test folds over the size of their training sets.
    rope : float, default=0.01
        Largest difference that is of no consequence.
    score_name : str, default="score"
        What the score is called in plots.

    Attributes
    ----------
    table : DataFrame of shape (n_models, 13)
        One row per model, single modalities first, with the columns

        - ``kind``: ``"fusion"``, ``"single modality"`` or ``"best single modality"``, which is the
          one with the best mean score;
        - ``mean_score``, ``std_score``: over the folds (``ddof=1``);
        - ``difference``: mean score minus that of the best single modality;
        - ``p_value``: two-sided, of this difference, by
          :func:`~skmm.model_selection.corrected_ttest`;
        - ``p_worse``, ``p_equivalent``, ``p_better``: how probable it is that the difference lies
          below, in, or above what is of no consequence, by
          :func:`~skmm.model_selection.bayesian_ttest`;
        - ``fit_time``, ``score_time``, ``search_time``: mean seconds per fold, of fitting the chosen
          parameters, scoring, and choosing them; the first fit ever on a machine compiles kernels, too;
        - ``n_extractions``: mean number per fold of samples that extractors of skmm read and
          described, search and scoring included; NaN where a model that holds some fits its members
          in processes of their own (``n_jobs``);
        - ``model_size``: mean bytes of the pickled model; NaN if it cannot be pickled.

        Without single modalities ``difference`` and all probabilities are NaN; so are the
        probabilities of the best single modality.
    scores : DataFrame of shape (n_folds, n_models)
        The scores by fold.
    results : DataFrame of shape (n_models * n_folds, 9)
        Columns ``model``, ``fold``, ``score``, the costs of the table, and ``params``, a dict of what
        a search has chosen in this fold.
    singles, test_over_train, rope, score_name
        The parameters.
    best_name_ : str
        The model with the best mean score.
    best_estimator_ : estimator
        The model that was asked for, or the best, fitted on all rows; only with ``refit``.
    best_params_ : dict
        What a search on all rows has chosen for it; only with ``refit``.

    See Also
    --------
    compare_fusions : Make a comparison.
    FusionComparisonDisplay : Its pictures.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import LateFusionClassifier
    >>> from skmm.model_selection import compare_fusions
    >>> X, y = make_multimodal_classification(100, modalities={"a": 9, "b": 5}, random_state=0)
    >>> late = LateFusionClassifier([("a", LogisticRegression()), ("b", LogisticRegression())])
    >>> comparison = compare_fusions({"late": late}, X, y, cv=3)
    >>> comparison.scores.shape
    (3, 3)
    >>> comparison.best_name_
    'late'
    >>> comparison.compare("late", "a")[["difference", "p_value"]].round(2).to_dict()
    {'difference': 0.06, 'p_value': 0.34}
    >>> comparison.plot().ax_.get_xlabel()
    'accuracy'
    """

    def __init__(self, results, singles, *, test_over_train, rope=0.01, score_name="score"):
        self.results = results
        self.singles = list(singles)
        self.scores = pivot_scores(results)
        self.table = make_table(results, singles, test_over_train, rope)
        self.test_over_train = test_over_train
        self.rope = rope
        self.score_name = score_name
        self._refitted = None

    @property
    def best_name_(self):
        """The model with the best mean score."""
        return self.table["mean_score"].idxmax()

    @property
    def best_estimator_(self):
        """The model that was fitted on all rows."""
        return self._get_refitted()[0]

    @property
    def best_params_(self):
        """What a search on all rows has chosen for it."""
        return self._get_refitted()[1]

    def compare(self, model, other):
        """Test whether one model is better than another.

        Parameters
        ----------
        model, other : str
            Names in the table.

        Returns
        -------
        result : Series
            ``difference`` (of the mean scores, `model` minus `other`), ``p_value``, ``p_worse``,
            ``p_equivalent`` and ``p_better``, as in the table.

        Raises
        ------
        KeyError
            If there is no model of that name.
        """
        scores = self.scores
        for name in (model, other):
            if name not in scores:
                raise KeyError(
                    f"no model is called {name!r}; there are {list(scores)}"
                    + did_you_mean(name, scores)
                )
        pair = compare_pair(scores[model], scores[other], self.test_over_train, self.rope)
        return pd.Series(pair, name=f"{model} - {other}")

    def pairwise(self):
        """Test all models against each other.

        Returns
        -------
        table : DataFrame of shape (n_pairs, 6)
            Indexed by ``model`` and ``other``; the columns are those of :meth:`compare`, and
            ``p_holm``, the p-value adjusted for the number of pairs [1]_.

        References
        ----------
        .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
           Journal of Statistics 6(2), 1979.
        """
        return compare_all_pairs(self.scores, self.test_over_train, self.rope)

    def plot(self, ax=None, *, kind="scores"):
        """Draw the comparison.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure.
        kind : {"scores", "cost"}, default="scores"
            What to draw, see :class:`FusionComparisonDisplay`.

        Returns
        -------
        display : FusionComparisonDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        return FusionComparisonDisplay.from_comparison(self, ax=ax, kind=kind)

    def _get_refitted(self):
        if self._refitted is None:
            raise AttributeError(
                "no model was fitted on all rows; call compare_fusions(..., refit=True)"
            )
        return self._refitted

    def __getstate__(self):
        # Plain values, which outlive versions of pandas; the rest is computed from them.
        return {
            "results": self.results.to_dict("tight"),
            "singles": self.singles,
            "test_over_train": self.test_over_train,
            "rope": self.rope,
            "score_name": self.score_name,
            "refitted": self._refitted,
        }

    def __setstate__(self, state):
        state = dict(state)
        refitted = state.pop("refitted")
        results = pd.DataFrame.from_dict(state.pop("results"), orient="tight")
        self.__init__(results, state.pop("singles"), **state)
        self._refitted = refitted
