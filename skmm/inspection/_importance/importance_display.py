"""Pictures of what modalities are worth: bars with intervals, and shares by sample."""

import numpy as np
import pandas as pd

from skmm._axes import open_axes
from skmm.inspection._importance.contributions import sample_contributions
from skmm.inspection._importance.importance import modality_importance

COLOR = "tab:blue"


class ModalityImportanceDisplay:
    """Draw the importance of modalities, or how much each sample leans on them.

    Make it with :meth:`from_estimator`, :meth:`from_importance` or :meth:`from_contributions`.

    Parameters
    ----------
    importances : Series of shape (n_modalities,), default=None
        Importance by modality.
    interval : ndarray of shape (n_modalities, 2), default=None
        Their confidence intervals.
    score_name : str, default="score"
        What the importances are shares of.
    shares : DataFrame of shape (n_samples, n_modalities), default=None
        Shares by sample, in place of importances.

    Attributes
    ----------
    importances, interval, score_name, shares
        The parameters.
    ax_ : matplotlib Axes
        The axes of the last plot.
    figure_ : matplotlib Figure
        The figure of the last plot.

    See Also
    --------
    modality_importance : The importances.
    sample_contributions : The shares.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm import LateFusionClassifier
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import ModalityImportanceDisplay
    >>> X, y = make_multimodal_classification(
    ...     200, modalities={"image": 12, "audio": 8}, random_state=0
    ... )
    >>> late = LateFusionClassifier([(m, LogisticRegression()) for m in X.columns])
    >>> late = late.fit(X[:100], y[:100])
    >>> display = ModalityImportanceDisplay.from_estimator(late, X[100:], y[100:], random_state=0)
    >>> display.ax_.get_xlabel()
    'importance (accuracy)'
    """

    def __init__(self, *, importances=None, interval=None, score_name="score", shares=None):
        self.importances = importances
        self.interval = interval
        self.score_name = score_name
        self.shares = shares

    @classmethod
    def from_estimator(cls, estimator, X, y=None, *, kind="importance", ax=None, **params):
        """Inspect a model and draw what is found.

        Parameters
        ----------
        estimator : estimator
        X : DataFrame of shape (n_samples, n_columns), or ndarray of numbers
            Samples.
        y : array-like of shape (n_samples,), default=None
            Targets; shares need none.
        kind : {"importance", "shares"}, default="importance"
            Whether to ask :func:`modality_importance` or :func:`sample_contributions`.
        ax : matplotlib Axes, default=None
            Where to draw.
        **params : dict
            What that function is given besides.

        Returns
        -------
        display : ModalityImportanceDisplay

        Raises
        ------
        ValueError
            If `kind` is none of the two.
        """
        if kind == "importance":
            found = modality_importance(estimator, X, y, **params)
            return cls.from_importance(found, ax=ax)
        if kind == "shares":
            return cls.from_contributions(sample_contributions(estimator, X, **params), ax=ax)
        raise ValueError(f'kind={kind!r} is unknown; choose "importance" or "shares"')

    @classmethod
    def from_importance(cls, importance, *, ax=None):
        """Draw one bar per modality, and its confidence interval.

        Parameters
        ----------
        importance : ModalityImportance
            From :func:`modality_importance`.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display : ModalityImportanceDisplay
        """
        means = pd.Series(importance.importances_mean, list(importance.modalities))
        display = cls(
            importances=means, interval=importance.interval, score_name=importance.score_name
        )
        return display.plot(ax)

    @classmethod
    def from_contributions(cls, contributions, *, ax=None):
        """Draw one column per sample, cut into the shares of the modalities.

        Parameters
        ----------
        contributions : SampleContributions
            From :func:`sample_contributions`.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display : ModalityImportanceDisplay
        """
        return cls(shares=contributions.shares).plot(ax)

    def plot(self, ax=None):
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting size.

        Returns
        -------
        self : ModalityImportanceDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        height = 1.2 + 0.4 * len(self.importances) if self.shares is None else 3.2
        ax = open_axes(ax, purpose="plotting importances", figsize=(6.4, height))
        if self.shares is None:
            _draw_bars(ax, self.importances, self.interval)
            ax.set_xlabel(f"importance ({self.score_name})")
        else:
            _draw_shares(ax, self.shares)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self


def _draw_bars(ax, importances, interval):
    """The first modality on top; an interval that is not known is not drawn."""
    positions = np.arange(len(importances))
    ax.barh(positions, importances, height=0.6, color=COLOR, alpha=0.6)
    if interval is not None and np.isfinite(interval).all():
        sides = np.abs(np.transpose(interval) - importances.to_numpy())
        ax.errorbar(importances, positions, xerr=sides, fmt="none", color="0.2", capsize=3)
    ax.axvline(0, color="0.2", linewidth=0.8)
    ax.set_yticks(positions, importances.index)
    ax.set_ylim(len(importances) - 0.5, -0.5)


def _draw_shares(ax, shares):
    """Samples in the order of the share of the first modality, so that the picture can be read."""
    ordered = shares.sort_values(list(shares.columns), ascending=False, kind="stable")
    positions = np.arange(len(ordered))
    bottom = np.zeros(len(ordered))
    for name, share in ordered.items():
        label = f"{name}, mean {share.mean():.2f}"
        ax.bar(positions, share, width=1.0, bottom=bottom, label=label, linewidth=0)
        bottom += share.to_numpy()
    ax.set(xlim=(-0.5, len(ordered) - 0.5), ylim=(0, 1))
    ax.set(xlabel=f"samples, by share of {shares.columns[0]}", ylabel="share of contributions")
    # From above, as the parts of a column are.
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), reverse=True, frameon=False)
