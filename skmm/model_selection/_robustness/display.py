"""The picture of scores on data that is damaged more and more."""

import numpy as np

from skmm._axes import open_axes
from skmm._validation import StrOptions, validate_params
from skmm.model_selection._robustness.missing_curve import missing_modality_curve
from skmm.model_selection._robustness.noise_curve import noise_curve

CURVES = {"missing": missing_modality_curve, "noise": noise_curve}


class RobustnessCurveDisplay:
    """Lines that show how scores fall when data is damaged, with bands over the repeats.

    Use ``from_estimator`` or ``from_curve`` to make one.

    Parameters
    ----------
    levels : array-like of shape (n_levels,)
        Levels of damage, ascending.
    scores : dict {str: array-like of shape (n_levels, n_repeats)}
        Scores by estimator.
    score_name : str, default="score"
        Label of the vertical axis.
    level_name : str, default="level"
        Label of the horizontal axis.
    baseline : str, default=None
        The estimator that the others are compared with, drawn in gray and dashed.
    chance_level : float, default=None
        Score of knowing nothing, drawn as a line.

    Attributes
    ----------
    lines_ : dict {str: Line2D}
        The line of the means of each estimator.
    bands_ : dict {str: FillBetweenPolyCollection}
        The band of one standard deviation to either side of each line.
    ax_ : matplotlib Axes
        The axes of the last plot.
    figure_ : matplotlib Figure
        The figure of the last plot.

    See Also
    --------
    missing_modality_curve : Scores with modalities taken away.
    noise_curve : Scores with noise added.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import LateFusionClassifier
    >>> from skmm.model_selection import RobustnessCurveDisplay
    >>> X, y = make_multimodal_classification(300, modalities={"a": 9, "b": 5}, random_state=0)
    >>> members = [("a", LogisticRegression()), ("b", LogisticRegression())]
    >>> models = {
    ...     rule: LateFusionClassifier(members, rule=rule).fit(X[:200], y[:200])
    ...     for rule in ("mean", "product")
    ... }
    >>> display = RobustnessCurveDisplay.from_estimator(
    ...     models, X[200:], y[200:], damage="noise", random_state=0
    ... )
    >>> display.ax_.get_xlabel()
    'noise in a (gaussian) and b (gaussian)'
    """

    def __init__(
        self,
        *,
        levels,
        scores,
        score_name="score",
        level_name="level",
        baseline=None,
        chance_level=None,
    ):
        self.levels = levels
        self.scores = scores
        self.score_name = score_name
        self.level_name = level_name
        self.baseline = baseline
        self.chance_level = chance_level

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, damage="missing", chance_level=None, ax=None, **options
    ):
        """Score fitted models on damaged data, and draw the scores.

        Parameters
        ----------
        estimator : estimator or dict {str: estimator}
            Fitted models.
        X : DataFrame of shape (n_samples, n_modalities)
            Data that they were not fitted on.
        y : array-like of shape (n_samples,)
            The target.
        damage : {"missing", "noise"}, default="missing"
            What is done to X.
        chance_level : float, default=None
            Score of knowing nothing.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        **options : dict
            Keywords of :func:`~skmm.model_selection.missing_modality_curve` or
            :func:`~skmm.model_selection.noise_curve`.

        Returns
        -------
        display : RobustnessCurveDisplay
        """
        curve = _make_curve(damage)(estimator, X, y, **options)
        return cls.from_curve(curve, chance_level=chance_level, ax=ax)

    @classmethod
    def from_curve(cls, curve, *, chance_level=None, ax=None):
        """Draw scores on damaged data.

        Parameters
        ----------
        curve : RobustnessCurve
            What :func:`~skmm.model_selection.missing_modality_curve` or
            :func:`~skmm.model_selection.noise_curve` returns.
        chance_level : float, default=None
            Score of knowing nothing.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        display : RobustnessCurveDisplay
        """
        n_levels = len(curve.levels)
        return cls(
            levels=curve.levels,
            scores={
                name: column.to_numpy().reshape(n_levels, -1)
                for name, column in curve.scores.items()
            },
            score_name=curve.score_name,
            level_name=curve.level_name,
            baseline=curve.baseline,
            chance_level=chance_level,
        ).plot(ax)

    def plot(self, ax=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        self : RobustnessCurveDisplay
            With ``lines_``, ``bands_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = open_axes(ax, purpose="plotting a robustness curve")
        self.lines_, self.bands_ = {}, {}
        for name, scores in self.scores.items():
            mean, deviation = np.mean(scores, axis=1), np.std(scores, axis=1)
            style = {"color": "0.4", "linestyle": "--"} if name == self.baseline else {}
            label = f"{name} (baseline)" if name == self.baseline else name
            (line,) = ax.plot(self.levels, mean, marker="o", markersize=4, label=label, **style)
            self.lines_[name] = line
            self.bands_[name] = ax.fill_between(
                self.levels,
                mean - deviation,
                mean + deviation,
                color=line.get_color(),
                alpha=0.2,
                lw=0,
            )
        if self.chance_level is not None:
            ax.axhline(self.chance_level, color="k", linestyle=":", label="chance", zorder=0)
        ax.set(xlabel=self.level_name, ylabel=self.score_name)
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self


@validate_params({"damage": [StrOptions(set(CURVES))]}, prefer_skip_nested_validation=True)
def _make_curve(damage):
    return CURVES[damage]
