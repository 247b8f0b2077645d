"""Samples side by side, with what a model says of them, and what each modality would say alone."""

from textwrap import fill

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils import check_consistent_length, column_or_1d

from skmm._axes import open_axes
from skmm._validation import Integral, refuse_dict
from skmm.frame import check_frame, drop_modalities
from skmm.inspection._coalitions.removal import REFUSALS
from skmm.inspection._pictures.drawing import draw_cell

_CELL = (1.7, 1.35)  # inches
_LABELS = 1.6  # inches, for what is said of a row
RIGHT, WRONG = "tab:green", "tab:red"


class SampleGridDisplay:
    """Pictures, waveforms, texts and series of chosen samples, a row for each.

    Left of a row stands what it is and what was predicted; above each cell, what its modality would
    say alone. Made by :meth:`from_estimator` or :meth:`from_predictions`.

    Parameters
    ----------
    samples : DataFrame of shape (n_rows, n_modalities)
        What is drawn.
    predicted : Series of length n_rows, default=None
        Predictions, with the index of `samples`.
    actual : Series of length n_rows, default=None
        What they should have been.
    votes : DataFrame of shape (n_rows, n_modalities), default=None
        Prediction from each modality alone; null where the modality is missing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        That the grid fills.
    axes_ : ndarray of shape (n_rows, n_modalities) of matplotlib Axes
        One per cell.
    figure_ : matplotlib Figure

    See Also
    --------
    LatentMapDisplay : All samples as points.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import LateFusionClassifier
    >>> from skmm.inspection import SampleGridDisplay
    >>> X, y = make_multimodal_classification(100, modalities={"a": 6, "b": 4}, random_state=0)
    >>> model = LateFusionClassifier([(m, LogisticRegression()) for m in X], rule="mean").fit(X, y)
    >>> display = SampleGridDisplay.from_estimator(model, X, y, rows=3)
    >>> bool((display.predicted != display.actual).all())
    True
    >>> display.axes_.shape
    (3, 2)
    """

    def __init__(self, *, samples, predicted=None, actual=None, votes=None):
        self.samples = samples
        self.predicted = predicted
        self.actual = actual
        self.votes = votes

    @classmethod
    def from_estimator(cls, estimator, X, y=None, *, rows=6, votes="auto", ax=None):
        """Ask a fitted estimator about samples, and draw those it is most wrong about.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier or regressor of one target.
        X : DataFrame of shape (n_samples, n_modalities)
            Samples that it was not trained on.
        y : array-like of shape (n_samples,), default=None
            What should be predicted.
        rows : int or array-like of int, default=6
            How many samples to show, or the positions of those to show. A number takes the worst
            mistakes: samples whose class is given the lowest probability, or whose number is farthest
            from the prediction; without y the first ones.
        votes : {"auto"} or bool, default="auto"
            Whether to predict from each modality alone, the others being null cells. "auto" leaves it
            if the estimator refuses null cells.
        ax : matplotlib Axes, default=None
            Axes whose place the grid takes; None makes a figure of a fitting size.

        Returns
        -------
        display : SampleGridDisplay

        Raises
        ------
        TypeError
            If X is a dict, or no DataFrame.
        ValueError
            If X and y differ in length, or `rows` holds positions that X does not have.
        """
        X = _check_X(X)
        if y is not None:
            check_consistent_length(X, y)
            y = column_or_1d(y)
        chosen = _choose_rows(estimator, X, y, rows)
        samples = X.iloc[chosen]
        return cls.from_predictions(
            samples,
            np.ravel(estimator.predict(samples)),
            None if y is None else y[chosen],
            votes=_collect_votes(estimator, samples, votes),
            ax=ax,
        )

    @classmethod
    def from_predictions(cls, X, predicted=None, y=None, *, votes=None, ax=None):
        """Draw samples with predictions that are there already.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
        predicted : array-like of shape (n_samples,), default=None
            None shows the samples alone.
        y : array-like of shape (n_samples,), default=None
            What should have been predicted.
        votes : DataFrame of shape (n_samples, n_modalities), default=None
            Predictions from each modality alone.
        ax : matplotlib Axes, default=None
            Axes whose place the grid takes; None makes a figure of a fitting size.

        Returns
        -------
        display : SampleGridDisplay
        """
        X = _check_X(X)
        check_consistent_length(X, predicted, y, votes)
        return cls(
            samples=X,
            predicted=_as_series(predicted, X.index),
            actual=_as_series(y, X.index),
            votes=votes,
        ).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the grid.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes whose place the grid takes; None makes a figure of a fitting size.

        Returns
        -------
        self : SampleGridDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ModalityError
            If a file cannot be read.
        """
        n_rows, n_columns = self.samples.shape
        size = (_LABELS + _CELL[0] * n_columns, 0.5 + _CELL[1] * n_rows)
        ax = open_axes(ax, purpose="drawing samples", figsize=size)
        ax.set_axis_off()
        grid = _divide(ax, n_rows, n_columns + 1, [_LABELS, *[_CELL[0]] * n_columns])
        self.axes_ = np.empty(self.samples.shape, dtype=object)
        for row in range(n_rows):
            self._describe_row(ax.figure.add_subplot(grid[row, 0]), row)
            for column in range(n_columns):
                cell_ax = ax.figure.add_subplot(grid[row, column + 1])
                self._draw(cell_ax, row, column)
                self.axes_[row, column] = cell_ax
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    def _describe_row(self, ax, row):
        ax.set_axis_off()
        lines, color = [f"row {self.samples.index[row]}"], "black"
        if self.predicted is not None:
            lines.append(f"predicted: {_say(self.predicted.iloc[row])}")
            color = self._color(self.predicted.iloc[row], row)
        if self.actual is not None:
            lines.append(f"is: {_say(self.actual.iloc[row])}")
        text = "\n".join(fill(line, 20) for line in lines)
        ax.text(0, 0.5, text, va="center", color=color)

    def _draw(self, ax, row, column):
        name = self.samples.columns[column]
        try:
            draw_cell(ax, self.samples[name].iloc[row])
        except ValueError as error:
            if not hasattr(error, "at"):
                raise
            place = {"modality": name, "row": row, "index": self.samples.index[row]}
            raise error.at(**place) from error.__cause__
        if row == 0:
            # One line higher where the other title is a vote: narrow cells have no room for both.
            heading = name if self.votes is None else f"{name}\n"
            ax.set_title(heading, loc="left", fontsize="medium")
        vote = None if self.votes is None else self.votes[name].iloc[row]
        if not pd.isna(vote):
            color = self._color(vote, row)
            ax.set_title(f"→ {_say(vote)}", loc="right", fontsize="small", color=color)

    def _color(self, answer, row):
        """Of right and wrong classes; numbers are neither."""
        if self.actual is None or pd.api.types.is_float_dtype(self.predicted):
            return "black"
        return RIGHT if answer == self.actual.iloc[row] else WRONG


def _check_X(X):
    refuse_dict(X)
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            f"X is a {type(X).__name__}; expected a DataFrame with a column per modality, as "
            "make_frame makes it"
        )
    check_frame(X)
    return X


def _divide(ax, n_rows, n_columns, width_ratios):
    """A grid in the place of axes, whether they are part of another grid or not."""
    place = ax.get_subplotspec()
    if place is not None:
        return place.subgridspec(n_rows, n_columns, width_ratios=width_ratios)
    box = ax.get_position()
    sides = {"left": box.x0, "right": box.x1, "bottom": box.y0, "top": box.y1}
    return ax.figure.add_gridspec(n_rows, n_columns, width_ratios=width_ratios, **sides)


def _choose_rows(estimator, X, y, rows):
    if isinstance(rows, Integral):
        if rows < 1:
            raise ValueError(f"rows is {rows}; expected at least 1, or positions")
        return np.arange(len(X))[:rows] if y is None else _find_mistakes(estimator, X, y)[:rows]
    rows = np.asarray(rows)
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or len(rows) == 0:
        raise ValueError(f"rows is {rows!r}; expected a number, or positions of rows")
    outside = rows[(rows < -len(X)) | (rows >= len(X))]
    if len(outside):
        raise ValueError(f"rows holds {outside[0]}, and X has {len(X)} rows")
    return rows


def _find_mistakes(estimator, X, y):
    """Positions of all samples, the worst first."""
    if not is_classifier(estimator):
        return np.argsort(-np.abs(np.reshape(estimator.predict(X), y.shape) - y), kind="stable")
    if hasattr(estimator, "predict_proba"):
        columns = pd.Index(estimator.classes_).get_indexer(y)
        probabilities = estimator.predict_proba(X)[np.arange(len(y)), columns]
        trust = np.where(columns >= 0, probabilities, 0.0)  # a class that was never seen
    else:
        trust = estimator.predict(X) == y
    return np.argsort(trust, kind="stable")


def _collect_votes(estimator, samples, votes):
    if votes is False:
        return None
    try:
        return pd.DataFrame(
            {name: _vote_alone(estimator, samples, name) for name in samples.columns},
            index=samples.index,
        )
    except REFUSALS:
        if votes == "auto":
            return None
        raise


def _vote_alone(estimator, samples, name):
    """Predict with all other modalities hidden; null where this one is missing as well."""
    others = [other for other in samples.columns if other != name]
    hidden = drop_modalities(samples, others, keep_one=False) if others else samples
    answers = pd.Series(np.ravel(estimator.predict(hidden)), index=samples.index)
    return answers.where(samples[name].notna())


def _as_series(values, index):
    return None if values is None else pd.Series(column_or_1d(values), index=index)


def _say(answer):
    return f"{answer:.3g}" if isinstance(answer, float | np.floating) else str(answer)
