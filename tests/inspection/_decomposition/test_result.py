"""The result of a decomposition."""

import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skmm.inspection import InformationDecomposition, InformationDecompositionDisplay
from skmm.inspection._decomposition.debias import MEASURES


@pytest.fixture
def decomposition():
    index = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")], names=["first", "second"])
    values = np.array([[0.3, 0.4, 0.01, 0.2, 0.05, 0.91], [0.0, 0.0, 0.0, 0.5, 0.5, 0.5]])
    errors = np.full((2, 6), 0.02)
    return InformationDecomposition(
        pd.DataFrame(values, index, MEASURES),
        pd.DataFrame(errors, index, MEASURES),
        target_entropy=1.5,
    )


def test_the_table_says_which_fusion_fits(decomposition):
    assert decomposition.table.columns.tolist() == [*MEASURES, "fusion"]
    assert decomposition.table["fusion"].tolist() == ["late", "tensor"]


def test_intervals_are_of_1_96_standard_errors_and_not_below_0(decomposition):
    intervals = decomposition.intervals
    assert intervals.columns.tolist() == [(m, end) for m in MEASURES for end in ("low", "high")]
    assert_allclose(intervals.loc[("a", "b"), "redundancy"], [0.3 - 0.0392, 0.3 + 0.0392])
    assert_allclose(intervals.loc[("a", "b"), "unique_second"], [0, 0.01 + 0.0392])


def test_there_is_a_paragraph_for_each_pair(decomposition):
    one, two = decomposition.advice.split("\n")
    assert one.startswith("a and b together tell 0.91 of the 1.50 bits")
    assert "Multiply them" in two


def test_printed_it_shows_all_figures_and_the_advice(decomposition):
    text = str(decomposition)
    assert all(measure in text for measure in MEASURES)
    assert text.endswith(decomposition.advice)


def test_it_can_be_drawn(decomposition):
    import matplotlib as mpl

    mpl.use("Agg")
    display = decomposition.plot()
    assert isinstance(display, InformationDecompositionDisplay)
    assert len(display.ax_.get_yticklabels()) == 2


def test_without_matplotlib_the_extra_is_named(decomposition, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting a decomposition needs.*skmm\[plots\]"):
        decomposition.plot()
