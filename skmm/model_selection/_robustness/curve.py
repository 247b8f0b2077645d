"""The result of damaging data more and more: scores, their summary and their picture."""

import pandas as pd

from skmm._shown import ShownAsTable
from skmm.model_selection._robustness.summaries import effective_robustness, relative_robustness


class RobustnessCurve(ShownAsTable):
    """Scores of fitted models on data that is damaged more and more.

    Made by :func:`~skmm.model_selection.missing_modality_curve` and
    :func:`~skmm.model_selection.noise_curve`.

    Parameters
    ----------
    scores : DataFrame of shape (n_levels * n_repeats, n_estimators)
        Indexed by ``level`` and ``repeat``, levels ascending.
    score_name : str, default="score"
        What the score is called in the plot.
    level_name : str, default="level"
        What the level is called in the plot.
    baseline : str, default=None
        The estimator that effective robustness is compared with.

    Attributes
    ----------
    scores : DataFrame of shape (n_levels * n_repeats, n_estimators)
        The parameter.
    mean_scores : DataFrame of shape (n_levels, n_estimators)
        Means over the repeats.
    table : DataFrame of shape (n_estimators, 4)
        One row per estimator, with the columns ``first_score`` and ``last_score``, the means at the
        first and the last level, ``relative_robustness`` and ``effective_robustness``, which is NaN
        without a baseline.
    levels : ndarray of shape (n_levels,)
        The levels.
    score_name, level_name, baseline
        The parameters.

    See Also
    --------
    missing_modality_curve : Damage by taking modalities away.
    noise_curve : Damage by noise.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmm.model_selection import RobustnessCurve
    >>> index = pd.MultiIndex.from_product([[0, 0.1, 0.2], [0]], names=["level", "repeat"])
    >>> scores = pd.DataFrame({"deep": [0.8, 0.7, 0.6], "late": [0.75, 0.6, 0.5]}, index)
    >>> curve = RobustnessCurve(scores, baseline="late")
    >>> curve.table[["relative_robustness", "effective_robustness"]].round(2)
          relative_robustness  effective_robustness
    deep                 0.14                   0.1
    late                 0.12                   0.0
    """

    def __init__(self, scores, *, score_name="score", level_name="level", baseline=None):
        self.scores = scores
        self.score_name = score_name
        self.level_name = level_name
        self.baseline = baseline

    @property
    def mean_scores(self):
        return self.scores.groupby("level").mean()

    @property
    def levels(self):
        return self.mean_scores.index.to_numpy()

    @property
    def table(self):
        means = self.mean_scores
        has_start = self.baseline is not None and self.levels[0] == 0  # both curves, undamaged
        rows = {
            name: {
                "first_score": score.iloc[0],
                "last_score": score.iloc[-1],
                "relative_robustness": relative_robustness(score, self.levels),
                "effective_robustness": effective_robustness(score, means[self.baseline])
                if has_start
                else float("nan"),
            }
            for name, score in means.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def plot(self, ax=None, *, chance_level=None):
        """Draw a line with a band for each estimator.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        chance_level : float, default=None
            Score of knowing nothing, drawn as a line.

        Returns
        -------
        display : RobustnessCurveDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        from skmm.model_selection._robustness.display import RobustnessCurveDisplay

        return RobustnessCurveDisplay.from_curve(self, chance_level=chance_level, ax=ax)
