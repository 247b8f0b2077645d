"""The result of a comparison."""

import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose

from skmm.model_selection import FusionComparison, bayesian_ttest, corrected_ttest

NAMES = ["image", "audio", "early", "late"]


@pytest.fixture
def comparison():
    rng = np.random.default_rng(0)
    results = pd.DataFrame(
        {
            "model": np.repeat(NAMES, 5),
            "fold": [*range(5)] * 4,
            "score": np.repeat([0.5, 0.6, 0.7, 0.8], 5) + rng.normal(0, 0.02, 20),
            "fit_time": rng.uniform(size=20),
            "score_time": 0.1,
            "search_time": 0.0,
            "n_extractions": 3.0,
            "model_size": 1000.0,
            "params": [{}] * 20,
        }
    )
    return FusionComparison(
        results, NAMES[:2], test_over_train=0.25, rope=0.02, score_name="accuracy"
    )


def test_the_best_has_the_highest_mean(comparison):
    assert comparison.best_name_ == "late"


def test_two_models_are_compared_by_name(comparison):
    differences = comparison.scores["early"] - comparison.scores["image"]
    found = comparison.compare("early", "image")
    assert_allclose(found["difference"], differences.mean())
    assert_allclose(found["p_value"], corrected_ttest(differences, 0.25).p_value)
    assert_allclose(found["p_better"], bayesian_ttest(differences, 0.25, rope=0.02).p_better)
    assert found.name == "early - image"


def test_all_pairs_are_compared(comparison):
    table = comparison.pairwise()
    assert len(table) == 6
    assert_allclose(
        table.loc[("early", "late")].drop("p_holm"), comparison.compare("early", "late")
    )


def test_a_model_that_is_not_there_is_named(comparison):
    with pytest.raises(KeyError, match=r"no model is called 'erly'; .*did you mean 'early'"):
        comparison.compare("late", "erly")


def test_without_refit_there_is_no_fitted_model(comparison):
    assert not hasattr(comparison, "best_estimator_")
    for name in ("best_estimator_", "best_params_"):
        with pytest.raises(AttributeError, match=r"call compare_fusions\(\.\.\., refit=True\)"):
            getattr(comparison, name)


def test_it_can_be_kept(comparison):
    loaded = pickle.loads(pickle.dumps(comparison))
    pd.testing.assert_frame_equal(loaded.table, comparison.table)


@pytest.mark.parametrize(("kind", "label"), [("scores", "accuracy"), ("cost", "seconds to fit")])
def test_it_can_be_drawn(comparison, kind, label):
    mpl.use("Agg")
    _, ax = pyplot.subplots()
    display = comparison.plot(ax, kind=kind)
    assert display.ax_ is ax
    assert ax.get_xlabel() == label
    pyplot.close("all")
