"""Pictures of a comparison: the scores of all models, and what they cost."""

import numpy as np

from skmm._axes import open_axes
from skmm._optional import import_optional
from skmm.model_selection._comparison.labels import label_points
from skmm.model_selection._comparison.table import BEST_SINGLE, FUSION, SINGLE

COLORS = {FUSION: "tab:blue", SINGLE: "0.65", BEST_SINGLE: "0.25"}
_KINDS = ("scores", "cost")

_PURPOSE = "plotting a comparison"


class FusionComparisonDisplay:
    """Draw the scores of fusion strategies beside those of single modalities.

    Make it with :meth:`from_comparison` or :meth:`from_estimator`.

    Parameters
    ----------
    table : DataFrame of shape (n_models, n_columns)
        As of :class:`FusionComparison`: ``kind``, ``mean_score``, ``std_score``, and for
        ``kind="cost"`` ``fit_time`` in seconds.
    scores : DataFrame of shape (n_folds, n_models)
        Scores by fold; the columns are the rows of the table.
    score_name : str, default="score"
        What the score is called on its axis.

    Attributes
    ----------
    table, scores, score_name
        The parameters.
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
    >>> import pandas as pd
    >>> from skmm.model_selection import FusionComparisonDisplay
    >>> scores = pd.DataFrame({"image": [0.5, 0.6], "late": [0.7, 0.75]})
    >>> table = pd.DataFrame({
    ...     "kind": ["best single modality", "fusion"],
    ...     "mean_score": scores.mean(),
    ...     "std_score": scores.std(),
    ... })
    >>> display = FusionComparisonDisplay(table=table, scores=scores, score_name="accuracy").plot()
    >>> display.ax_.get_xlabel()
    'accuracy'
    """

    def __init__(self, *, table, scores, score_name="score"):
        self.table = table
        self.scores = scores
        self.score_name = score_name

    @classmethod
    def from_comparison(cls, comparison, *, ax=None, kind="scores"):
        """Draw a comparison.

        Parameters
        ----------
        comparison : FusionComparison
        ax, kind : as in :meth:`plot`

        Returns
        -------
        display : FusionComparisonDisplay
        """
        display = cls(
            table=comparison.table, scores=comparison.scores, score_name=comparison.score_name
        )
        return display.plot(ax, kind=kind)

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, kind="scores"):
        """Draw what a fitted search has compared.

        Parameters
        ----------
        estimator : FusionSearchCV
            Fitted.
        ax, kind : as in :meth:`plot`

        Returns
        -------
        display : FusionComparisonDisplay
        """
        return cls.from_comparison(estimator.comparison_, ax=ax, kind=kind)

    def plot(self, ax=None, *, kind="scores"):
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure.
        kind : {"scores", "cost"}, default="scores"
            ``"scores"`` draws the score on every fold, mean and standard deviation, one line per
            model; ``"cost"`` draws the mean score over the seconds that a fit takes, and a line
            through the models of which none is both faster and better.

        Returns
        -------
        self : FusionComparisonDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `kind` is none of these.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind={kind!r}; expected one of {_KINDS}")
        height = 1.2 + 0.4 * len(self.table) if kind == "scores" else 4.8
        ax = open_axes(ax, purpose=_PURPOSE, figsize=(6.4, height))
        draw = _draw_scores if kind == "scores" else _draw_cost
        draw(ax, self.table, self.scores, self.score_name)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self


def _draw_scores(ax, table, scores, score_name):
    """One line per model, in the order of the table from above."""
    for position, (name, row) in enumerate(table.iterrows()):
        color = COLORS[row["kind"]]
        heights = np.full(len(scores), position + 0.22)  # below the mean, which they would hide
        ax.scatter(scores[name], heights, s=12, color=color, alpha=0.6, linewidths=0)
        _draw_mean(ax, row, row["mean_score"], position, {"xerr": row["std_score"]})
    ax.set_yticks(range(len(table)), table.index)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlabel(score_name)
    for score in table.loc[table["kind"] == BEST_SINGLE, "mean_score"]:
        ax.axvline(score, color=COLORS[BEST_SINGLE], linestyle=":", zorder=0)
    _add_legend(ax)


def _draw_cost(ax, table, scores, score_name):
    """One point per model, and the line of those that are worth their time."""
    times, means = table["fit_time"].to_numpy(), table["mean_score"].to_numpy()
    ticker = import_optional("matplotlib.ticker", extra="plots", purpose=_PURPOSE)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())
    for _, row in table.iterrows():
        _draw_mean(ax, row, row["fit_time"], row["mean_score"], {"yerr": row["std_score"]})
    front = _find_front(times, means)
    ax.step(times[front], means[front], where="post", color="0.8", zorder=0)
    ax.set_xlabel("seconds to fit")
    ax.set_ylabel(score_name)
    ax.margins(x=0.15, y=0.1)
    _add_legend(ax)
    label_points(ax, times, means, table.index, bars=table["std_score"].to_numpy())


def _find_front(times, means):
    """Positions, by time, of the models than which none is faster and as good."""
    order = np.lexsort((-means, times))
    best_before = np.maximum.accumulate(np.r_[-np.inf, means[order][:-1]])
    return order[means[order] > best_before]


def _draw_mean(ax, row, x, y, error):
    known = ax.get_legend_handles_labels()[1]
    ax.errorbar(
        x,
        y,
        **error,
        fmt="o" if row["kind"] == FUSION else "s",
        color=COLORS[row["kind"]],
        capsize=3,
        label="_" if row["kind"] in known else row["kind"],
    )


def _add_legend(ax):
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
