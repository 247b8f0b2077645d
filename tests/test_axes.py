import sys

import matplotlib.pyplot as plt
import pytest

from skmm._axes import open_axes


def test_axes_that_are_given_are_kept_and_no_figure_is_made():
    _, ax = plt.subplots()
    before = plt.get_fignums()
    assert open_axes(ax, purpose="plotting") is ax
    assert plt.get_fignums() == before


def test_a_new_figure_has_the_size_that_is_asked_for():
    ax = open_axes(None, purpose="plotting", figsize=(3, 2))
    assert ax.figure.get_size_inches().tolist() == [3, 2]
    plt.close(ax.figure)


@pytest.mark.parametrize("ax", [None, "axes"])
def test_without_matplotlib_the_extra_is_named(ax, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"plotting needs matplotlib.*skmm\[plots\]"):
        open_axes(ax, purpose="plotting")
