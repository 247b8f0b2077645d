"""The parameters of private training behave as scikit-learn's do, and delta is never too large."""

import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline

from skmm import DeepFusionClassifier
from skmm.privacy import DPSGD
from skmm.privacy._dpsgd import choose_delta


def test_it_is_cloned_and_shown_as_an_estimator_is():
    privacy = DPSGD(2.0, delta=1e-6)
    copy = clone(privacy)
    assert copy is not privacy
    assert copy.get_params() == privacy.get_params()
    assert repr(copy) == "DPSGD(delta=1e-06, epsilon=2.0)"


def test_a_grid_reaches_epsilon_in_a_pipeline():
    pipeline = make_pipeline(DeepFusionClassifier(privacy=DPSGD(3.0)))
    (point,) = ParameterGrid({"deepfusionclassifier__privacy__epsilon": [1.0]})
    chosen = clone(pipeline).set_params(**point)
    assert chosen[-1].privacy.epsilon == 1.0
    assert pipeline[-1].privacy.epsilon == 3.0


@pytest.mark.parametrize(
    "params",
    [
        {"epsilon": 0.0},
        {"epsilon": float("inf")},
        {"epsilon": 1.0, "delta": 0.0},
        {"epsilon": 1.0, "delta": 1.0},
        {"epsilon": 1.0, "max_grad_norm": 0.0},
        {"epsilon": 1.0, "accountant": "gdp"},
    ],
)
def test_values_out_of_range_are_refused_in_fit(toy, params):
    name = list(params)[-1]
    with pytest.raises(ValueError, match=f"The '{name}' parameter of DPSGD must be"):
        DeepFusionClassifier(privacy=DPSGD(**params)).fit(*toy)


def test_delta_is_below_one_in_n_by_default():
    assert choose_delta(DPSGD(1.0), 1000) == pytest.approx(10**-3.3)
    assert choose_delta(DPSGD(1.0, delta=1e-5), 1000) == 1e-5


def test_a_delta_that_gives_samples_away_is_refused():
    with pytest.raises(ValueError, match=r"delta=0.01 is not below 1 / n_samples = 0.01.*0.00631"):
        choose_delta(DPSGD(1.0, delta=0.01), 100)


def test_a_sample_does_not_hide_alone():
    with pytest.raises(ValueError, match="hides among others only: give more"):
        choose_delta(DPSGD(1.0), 1)
