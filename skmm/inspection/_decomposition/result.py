"""The result of a decomposition: its table, its words and its picture."""

import pandas as pd

from skmm._shown import ShownAsTable
from skmm.inspection._decomposition.advice import explain, recommend

Z = 1.96  # standard errors to either side of a value, for an interval of 95 %


class InformationDecomposition(ShownAsTable):
    """What pairs of modalities tell about a target, in bits.

    Made by :func:`~skmm.inspection.information_decomposition`. Printed, it shows the table and the
    advice.

    Parameters
    ----------
    values : DataFrame of shape (n_pairs, 6)
        One row per pair of modalities, indexed by both names; columns as in `table`.
    standard_errors : DataFrame of shape (n_pairs, 6)
        Of the values.
    target_entropy : float
        Bits that would tell the target.

    Attributes
    ----------
    table : DataFrame of shape (n_pairs, 7)
        One row per pair, with the columns

        - ``redundancy``, ``unique_first``, ``unique_second``, ``synergy``: the parts, whose sum is
          ``total``;
        - ``interaction``: the part of the synergy that only products of both modalities can use;
        - ``total``: the information of both;
        - ``fusion``: the kind that fits: ``"none"``, ``"single"``, ``"late"``, ``"concat"`` or
          ``"tensor"``.
    intervals : DataFrame of shape (n_pairs, 12)
        For each measure ``"low"`` and ``"high"``, the ends of an interval of 95 % for the true value of
        these cells: 1.96 standard errors to either side.
    advice : str
        What was found and which fusion fits, a paragraph per pair.
    standard_errors : DataFrame
        The parameter.
    target_entropy : float
        The parameter.

    See Also
    --------
    information_decomposition : Make one.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skmm.inspection import information_decomposition
    >>> bits = np.random.default_rng(0).integers(2, size=(400, 2))
    >>> X = pd.DataFrame(bits, columns=["left", "right"])
    >>> found = information_decomposition(X, bits[:, 0] | bits[:, 1], random_state=0)
    >>> found.table[["redundancy", "synergy", "total", "fusion"]].round(1)
                  redundancy  synergy  total  fusion
    first second
    left  right          0.3      0.5    0.8  concat
    >>> found.intervals["synergy"].columns.tolist()
    ['low', 'high']
    """

    def __init__(self, values, standard_errors, *, target_entropy):
        fusions = [recommend(values.loc[pair], standard_errors.loc[pair]) for pair in values.index]
        self.table = values.assign(fusion=fusions)
        self.standard_errors = standard_errors
        self.target_entropy = target_entropy

    @property
    def intervals(self):
        values = self.table[self.standard_errors.columns]
        ends = {"low": values - Z * self.standard_errors, "high": values + Z * self.standard_errors}
        by_end = pd.concat(ends, axis=1).swaplevel(axis=1)
        return by_end[[(measure, end) for measure in values for end in ends]].clip(lower=0)

    @property
    def advice(self):
        return "\n".join(
            explain(first, second, row, row["fusion"], self.target_entropy)
            for (first, second), row in self.table.iterrows()
        )

    def __str__(self):
        return f"{self.table.round(3).to_string()}\n\n{self.advice}"

    def plot(self, ax=None):
        """Draw the parts of each pair, one bar after the other.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a figure of a fitting height.

        Returns
        -------
        display : InformationDecompositionDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        from skmm.inspection._decomposition.display import InformationDecompositionDisplay

        return InformationDecompositionDisplay.from_decomposition(self, ax=ax)
