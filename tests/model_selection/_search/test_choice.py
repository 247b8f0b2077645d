"""Which strategy is chosen by its scores."""

import numpy as np
import pandas as pd
import pytest

from skmm.model_selection._search.choice import choose
from skmm.model_selection._statistics.fold_differences import summarize_differences

SINGLE = np.array([0.6, 0.62, 0.58, 0.6, 0.6])


def frame(**gains):
    scores = {name: SINGLE + gain for name, gain in gains.items()}
    return pd.DataFrame({"single": SINGLE, "weak": SINGLE - 0.2, **scores})


def choose_of(**gains):
    return choose(frame(**gains), ["single", "weak"], 0.25)


def test_a_fusion_that_is_surely_better_is_chosen():
    assert choose_of(late=[0.1, 0.11, 0.1, 0.09, 0.1]) == "late"


def test_a_fusion_that_is_better_by_chance_is_not():
    gains = np.array([0.1, -0.08, 0.1, -0.08, 0.0])
    summary = summarize_differences(gains, 0.25)
    assert 0 < summary.mean < summary.error
    assert choose_of(late=gains) == "single"


def test_one_standard_error_is_enough():
    gains = np.array([0.02, 0.01, 0.03, 0.0, -0.02])
    error = summarize_differences(gains, 0.25).error
    for factor, chosen in ((0.99, "single"), (1.01, "late")):
        assert choose_of(late=gains - gains.mean() + factor * error) == chosen


def test_of_surely_better_fusions_the_best_is_chosen():
    assert choose_of(a=0.1, b=0.2, wild=[0.9, -0.4, 0.9, -0.4, 0.3]) == "b"


def test_a_fusion_that_is_worse_is_never_chosen():
    assert choose_of(late=-0.1) == "single"


def test_without_single_modalities_the_best_mean_is_chosen():
    assert choose(frame(a=0.1)[["a"]], [], 0.25) == "a"


@pytest.mark.parametrize("n_errors", [0, 5])
def test_how_sure_it_has_to_be_can_be_said(n_errors):
    scores = frame(late=[0.02, 0.01, 0.03, 0.0, 0.02])  # 2.09 standard errors
    chosen = choose(scores, ["single", "weak"], 0.25, n_errors=n_errors)
    assert chosen == ("late" if n_errors == 0 else "single")
