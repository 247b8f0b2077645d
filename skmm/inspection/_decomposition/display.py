"""The picture of a decomposition: bars of redundant, unique and synergistic information."""

import numpy as np

from skmm._axes import open_axes

PARTS = {
    "redundancy": ("redundant", "0.6"),
    "unique_first": ("unique to the first", "tab:blue"),
    "unique_second": ("unique to the second", "tab:cyan"),
    "addition": ("synergy that sums can use", "tab:orange"),
    "interaction": ("synergy of products only", "tab:red"),
}


class InformationDecompositionDisplay:
    """Bars that show what pairs of modalities tell in common, each alone, and only together.

    Use ``from_data`` or ``from_decomposition`` to make one.

    Parameters
    ----------
    table : DataFrame of shape (n_pairs, 7)
        As in :class:`~skmm.inspection.InformationDecomposition`.
    total_error : array-like of shape (n_pairs,), default=None
        Half of the width of the interval of the total, drawn at the end of each bar.
    target_entropy : float, default=None
        Bits that would tell the target, drawn as a line.

    Attributes
    ----------
    bars_ : dict {part: BarContainer}
        The bars of each part.
    ax_ : matplotlib Axes
        The axes of the last plot.
    figure_ : matplotlib Figure
        The figure of the last plot.

    See Also
    --------
    information_decomposition : What is drawn.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import InformationDecompositionDisplay
    >>> X, y = make_multimodal_classification(
    ...     300, modalities={"image": 8, "audio": 6, "text": 5}, random_state=0
    ... )
    >>> display = InformationDecompositionDisplay.from_data(X, y, random_state=0)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['image + audio', 'image + text', 'audio + text']
    """

    def __init__(self, *, table, total_error=None, target_entropy=None):
        self.table = table
        self.total_error = total_error
        self.target_entropy = target_entropy

    @classmethod
    def from_data(cls, X, y, *, ax=None, **options):
        """Measure what the modalities tell about y, and draw it.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
            One column per modality.
        y : array-like of shape (n_samples,)
            The target.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting height.
        **options : dict
            Keywords of :func:`~skmm.inspection.information_decomposition`.

        Returns
        -------
        display : InformationDecompositionDisplay
        """
        from skmm.inspection._decomposition.information_decomposition import (
            information_decomposition,
        )

        return cls.from_decomposition(information_decomposition(X, y, **options), ax=ax)

    @classmethod
    def from_decomposition(cls, decomposition, *, ax=None):
        """Draw what was measured.

        Parameters
        ----------
        decomposition : InformationDecomposition
            What :func:`~skmm.inspection.information_decomposition` returns.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting height.

        Returns
        -------
        display : InformationDecompositionDisplay
        """
        error = decomposition.intervals["total"]["high"] - decomposition.table["total"]
        return cls(
            table=decomposition.table,
            total_error=error.to_numpy(),
            target_entropy=decomposition.target_entropy,
        ).plot(ax)

    def plot(self, ax=None):
        """Draw one bar per pair of modalities.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting height.

        Returns
        -------
        self : InformationDecompositionDisplay
            With ``bars_``, ``ax_`` and ``figure_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        size = (7, 1.6 + 0.45 * len(self.table))
        ax = open_axes(ax, purpose="plotting a decomposition", figsize=size)
        self.bars_ = self._draw_bars(ax)
        if self.target_entropy is not None:
            ax.axvline(
                self.target_entropy, color="0.25", linestyle=":", label="all there is to tell"
            )
        labels = [f"{first} + {second}" for first, second in self.table.index]
        ax.set_yticks(range(len(labels)), labels)
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.set_xlabel("information about the target [bits]")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_bars(self, ax):
        positions, ends, bars = np.arange(len(self.table)), np.zeros(len(self.table)), {}
        for part, (label, color) in PARTS.items():
            # What chance left a little below 0 has no length.
            widths = self._widths(part).clip(lower=0).to_numpy()
            bars[part] = ax.barh(positions, widths, 0.7, left=ends, color=color, label=label)
            ends = ends + widths
        if self.total_error is not None:
            ax.errorbar(ends, positions, xerr=self.total_error, fmt="none", color="k", capsize=3)
        return bars

    def _widths(self, part):
        if part == "addition":
            return self.table["synergy"] - self.table["interaction"].clip(lower=0)
        return self.table[part]
