"""A picture of which modalities need each other."""

import numpy as np

from skmm._axes import open_axes
from skmm.inspection._importance.interactions import modality_interactions


class ModalityInteractionDisplay:
    """Draw the interactions of modalities as a matrix.

    Red pairs need each other (synergy), blue ones make up for each other (redundancy). A star marks an
    interaction whose confidence interval does not contain 0. Make it with :meth:`from_estimator` or
    :meth:`from_interactions`.

    Parameters
    ----------
    matrix : DataFrame of shape (n_modalities, n_modalities)
        Interactions; the diagonal is ignored.
    is_sure : ndarray of shape (n_modalities, n_modalities), bool, default=None
        Where to put a star; None is nowhere.
    score_name : str, default="score"
        What the interactions are parts of.

    Attributes
    ----------
    matrix, is_sure, score_name
        The parameters.
    ax_ : matplotlib Axes
        The axes of the last plot.
    figure_ : matplotlib Figure
        The figure of the last plot.

    See Also
    --------
    modality_interactions : The interactions.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skmm.inspection import ModalityInteractionDisplay
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    >>> y = X[:, 0] ^ X[:, 1]
    >>> tree = DecisionTreeClassifier(random_state=0).fit(X, y)
    >>> display = ModalityInteractionDisplay.from_estimator(tree, X, y, removal="mean")
    >>> [text.get_text() for text in display.ax_.texts]
    ['0.50*']
    """

    def __init__(self, *, matrix, is_sure=None, score_name="score"):
        self.matrix = matrix
        self.is_sure = is_sure
        self.score_name = score_name

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None, **params):
        """Find the interactions of a model and draw them.

        Parameters
        ----------
        estimator : estimator
        X : DataFrame of shape (n_samples, n_columns), or ndarray of numbers
            Samples.
        y : array-like of shape (n_samples,)
            Targets.
        ax : matplotlib Axes, default=None
            Where to draw.
        **params : dict
            What :func:`modality_interactions` is given besides.

        Returns
        -------
        display : ModalityInteractionDisplay
        """
        return cls.from_interactions(modality_interactions(estimator, X, y, **params), ax=ax)

    @classmethod
    def from_interactions(cls, interactions, *, ax=None):
        """Draw interactions that were found.

        Parameters
        ----------
        interactions : ModalityInteractions
            From :func:`modality_interactions`.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display : ModalityInteractionDisplay
        """
        low, high = np.transpose(interactions.interval)
        n_modalities = len(interactions.modalities)
        is_sure = np.zeros((n_modalities, n_modalities), dtype=bool)
        is_sure[np.triu_indices(n_modalities, k=1)] = (low > 0) | (high < 0)
        display = cls(
            matrix=interactions.matrix,
            is_sure=is_sure | is_sure.T,
            score_name=interactions.score_name,
        )
        return display.plot(ax)

    def plot(self, ax=None):
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting size.

        Returns
        -------
        self : ModalityInteractionDisplay
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        names = list(self.matrix)
        side = 1.5 + 0.8 * len(names)
        size = (side + 1.5, side)
        ax = open_axes(ax, purpose="plotting interactions", figsize=size, layout="compressed")
        # Each pair once, below the diagonal; the first row and the last column would be empty.
        values = np.where(np.tri(len(names), k=-1, dtype=bool), self.matrix, np.nan)[1:, :-1]
        limit = np.nanmax(np.abs(values)) or 1.0
        image = ax.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.figure.colorbar(image, ax=ax, label=f"interaction ({self.score_name})")
        for row, column in np.argwhere(~np.isnan(values)):
            star = "*" if self.is_sure is not None and self.is_sure[row + 1, column] else ""
            value = values[row, column]
            color = "white" if abs(value) > 0.6 * limit else "black"
            ax.text(column, row, f"{value:z.2f}{star}", ha="center", va="center", color=color)
        ax.set_xticks(range(len(names) - 1), names[:-1])
        ax.set_yticks(range(len(names) - 1), names[1:])
        ax.spines[:].set_visible(False)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self
