"""The result of damaging data."""

import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.model_selection import RobustnessCurve


@pytest.fixture
def curve():
    index = pd.MultiIndex.from_product([[0, 0.1, 0.2], [0, 1]], names=["level", "repeat"])
    deep, late = np.array([0.8, 0.7, 0.6]), np.array([0.75, 0.6, 0.5])
    columns = {
        name: np.column_stack([mean - 0.01, mean + 0.01]).ravel()
        for name, mean in (("deep", deep), ("late", late))
    }
    return RobustnessCurve(pd.DataFrame(columns, index), score_name="accuracy", baseline="late")


def test_means_are_over_repeats(curve):
    assert_array_equal(curve.levels, [0, 0.1, 0.2])
    assert_allclose(curve.mean_scores["deep"], [0.8, 0.7, 0.6])


def test_the_table_sums_up_each_model(curve):
    table = curve.table
    assert table.index.tolist() == ["deep", "late"]
    assert_allclose(table.loc["deep"], [0.8, 0.6, 0.14, 0.10])
    assert_allclose(table["effective_robustness"], [0.10, 0], atol=1e-12)


def test_without_a_baseline_there_is_no_effective_robustness(curve):
    table = RobustnessCurve(curve.scores).table
    assert table["effective_robustness"].isna().all()
    assert_allclose(table["relative_robustness"], curve.table["relative_robustness"])


def test_it_can_be_drawn(curve):
    mpl.use("Agg")
    display = curve.plot(chance_level=0.1)
    assert list(display.lines_) == ["deep", "late"]
    assert display.chance_level == 0.1
    mpl.pyplot.close("all")


def test_without_matplotlib_the_extra_is_named(curve, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting a robustness curve needs.*skmm\[plots\]"):
        curve.plot()


def test_effective_robustness_needs_scores_without_damage(curve):
    damaged = RobustnessCurve(
        curve.scores.iloc[curve.scores.index.get_level_values(0) > 0], baseline="late"
    )
    assert damaged.table["effective_robustness"].isna().all()
