"""Groups for those models that have a use for them."""

import numpy as np
import pytest
import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    TimeSeriesSplit,
)
from sklearn.pipeline import make_pipeline

from skmm import DeepFusionClassifier, LateFusionClassifier
from skmm.fusion._groups import add_groups

GROUPS = np.arange(6)


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        (LateFusionClassifier([]), True),
        (DeepFusionClassifier(), True),
        (GridSearchCV(LogisticRegression(), {}), True),
        (HalvingGridSearchCV(LogisticRegression(), {}, cv=GroupKFold(2)), True),
        (LateFusionClassifier([], cv=TimeSeriesSplit(2)), False),
        (LogisticRegression(), False),
        (make_pipeline(LateFusionClassifier([])), False),
    ],
)
def test_groups_go_where_they_can_be_taken(model, takes):
    weights = {"sample_weight": GROUPS}
    assert (add_groups(weights, model, GROUPS) == weights | {"groups": GROUPS}) == takes
    assert (add_groups(None, model, GROUPS) is None) != takes
    assert add_groups(weights, model, None) is weights


def test_with_metadata_routing_whoever_requests_them_gets_them():
    with sklearn.config_context(enable_metadata_routing=True):
        assert add_groups(None, make_pipeline(), GROUPS) == {"groups": GROUPS}
