"""The models themselves are the oracle, to the bit."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import LateFusionRegressor
from skmm.fusion._early.block_fusion import BlockFusion
from skmm.fusion._late.calibration import METHODS
from skmm.fusion._late.rules import CLASSIFIER_RULES, REGRESSOR_RULES
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion
from tests.realtime.row_models import check_equal, deep, early, fit, late
from tests.toys import NUMERIC, N

BLOCK_FUSIONS = [e for es in NUMERIC.values() for e in es if isinstance(e, BlockFusion)]


@pytest.mark.parametrize("fusion", BLOCK_FUSIONS, ids=repr)
def test_every_block_fusion(fusion):
    model = early(fusion=fusion).set_params(multimodalfusion__text="drop")
    check_equal(fit(model))


@pytest.mark.parametrize("rule", [*CLASSIFIER_RULES, "stacking", "greedy"])
def test_every_rule_of_classifiers(rule):
    check_equal(fit(late(rule=rule)))


@pytest.mark.parametrize("rule", [*REGRESSOR_RULES, "stacking", "greedy"])
def test_every_rule_of_regressors(rule):
    check_equal(fit(late(LateFusionRegressor, rule=rule), y=np.linspace(0, 1, N)))


@pytest.mark.parametrize("method", METHODS)
def test_calibrated_members(method):
    check_equal(fit(late(rule="mean", calibration=method)))


@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion])
def test_deep_fusions(cls):
    check_equal(fit(deep(cls(max_epochs=1, embed_dim=8, random_state=0))))


def test_indicators_and_steps_between_fusion_and_model():
    model = early(add_indicator=True)
    model.steps.insert(1, ("scale", StandardScaler(with_mean=False)))
    check_equal(fit(model))


def test_searches_and_fusions_in_pipelines():
    check_equal(fit(GridSearchCV(early(), {"logisticregression__C": [1.0]}, cv=2)))
    check_equal(fit(make_pipeline(late(rule="mean"))))
