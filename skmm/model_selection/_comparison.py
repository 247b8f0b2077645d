"""The result of a comparison: its table and its picture."""

import numpy as np

from skmm._optional import import_optional
from skmm.model_selection._table import BEST_SINGLE, FUSION, SINGLE

COLORS = {FUSION: "tab:blue", SINGLE: "0.65", BEST_SINGLE: "0.25"}


class FusionComparison:
    """Scores of fusion strategies beside those of single modalities.

    Made by :func:`~skmm.model_selection.compare_fusions`.

    Parameters
    ----------
    table : DataFrame of shape (n_models, 7)
        One row per model; see Attributes.
    scores : DataFrame of shape (n_folds, n_models)
        Score of every model on every fold.
    score_name : str, default="score"
        What the score is called in the plot.

    Attributes
    ----------
    table : DataFrame of shape (n_models, 7)
        One row per model, single modalities first, with the columns

        - ``kind``: ``"fusion"``, ``"single modality"`` or ``"best single modality"``, which is the
          one with the best mean score;
        - ``mean_score``, ``std_score``: over the folds (``ddof=1``);
        - ``difference``: mean score minus that of the best single modality;
        - ``p_value``: two-sided, of this difference, by
          :func:`~skmm.model_selection.corrected_ttest`;
        - ``fit_time``, ``score_time``: mean seconds per fold.

        Without single modalities ``difference`` and ``p_value`` are NaN; so is the ``p_value`` of
        the best single modality.
    scores : DataFrame of shape (n_folds, n_models)
        The scores by fold.
    score_name : str
        The parameter.
    ax_ : matplotlib Axes
        The axes of the last plot.
    figure_ : matplotlib Figure
        The figure of the last plot.

    See Also
    --------
    compare_fusions : Make a comparison.

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
    >>> comparison.plot().ax_.get_xlabel()
    'accuracy'
    """

    def __init__(self, table, scores, *, score_name="score"):
        self.table = table
        self.scores = scores
        self.score_name = score_name

    def plot(self, ax=None):
        """Draw the score on every fold, and mean and standard deviation, one line per model.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting height.

        Returns
        -------
        self : FusionComparison
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        pyplot = import_optional(
            "matplotlib.pyplot", extra="plots", purpose="plotting a comparison"
        )
        if ax is None:
            size = (6.4, 1.2 + 0.4 * len(self.table))
            _, ax = pyplot.subplots(figsize=size, layout="constrained")
        _draw_models(ax, self.table, self.scores)
        _draw_reference(ax, self.table)
        ax.set_xlabel(self.score_name)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self


def _draw_models(ax, table, scores):
    """One line per model, in the order of the table from above."""
    explained = set()
    for position, (name, row) in enumerate(table.iterrows()):
        color = COLORS[row["kind"]]
        heights = np.full(len(scores), position + 0.22)  # below the mean, which they would hide
        ax.scatter(scores[name], heights, s=12, color=color, alpha=0.6, linewidths=0)
        ax.errorbar(
            row["mean_score"],
            position,
            xerr=row["std_score"],
            fmt="o" if row["kind"] == FUSION else "s",
            color=color,
            capsize=3,
            label="_" if row["kind"] in explained else row["kind"],
        )
        explained.add(row["kind"])
    ax.set_yticks(range(len(table)), table.index)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)


def _draw_reference(ax, table):
    """A line at what a fusion has to beat."""
    for score in table.loc[table["kind"] == BEST_SINGLE, "mean_score"]:
        ax.axvline(score, color=COLORS[BEST_SINGLE], linestyle=":", zorder=0)
