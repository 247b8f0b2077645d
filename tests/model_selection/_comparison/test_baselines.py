"""Single modalities, made from the parts of a fusion model."""

import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.datasets import make_multimodal_classification
from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.model_selection._comparison.baselines import single_modalities

MEMBERS = [("a", LogisticRegression(C=0.5)), ("b", LogisticRegression(C=2))]


@pytest.fixture(scope="module")
def data():
    return make_multimodal_classification(
        60, modalities={"a": 6, "b": 5}, missing={"a": 0.2}, random_state=0
    )


def make_early(**options):
    return make_pipeline(
        MultimodalFusion([("a", StandardScaler()), ("b", "passthrough")], **options),
        LogisticRegression(),
    )


def test_a_late_member_alone_predicts_what_its_estimator_predicts(data):
    X, y = data
    alone = single_modalities({"late": LateFusionClassifier(MEMBERS, rule="stacking")})["b"]
    block = X["b"].array.tensor
    expected = MEMBERS[1][1].fit(block, y).predict_proba(block)
    # Those of float32 are brought to sum to 1 in float64.
    assert_allclose(alone.fit(X, y).predict_proba(X), expected, rtol=1e-6)


def test_a_late_member_alone_skips_the_rows_that_miss_it(data):
    X, y = data
    alone = single_modalities({"late": LateFusionClassifier(MEMBERS)})["a"].fit(X, y)
    missing = X["a"].isna()
    shares = [(y == k).mean() for k in range(3)]
    assert_array_equal(alone.predict_proba(X[missing]), [shares] * missing.sum())


def test_weights_and_dropped_members_of_a_late_fusion_are_left_behind():
    late = LateFusionClassifier([*MEMBERS, ("c", "drop")], weights={"a": 1, "b": 2})
    singles = single_modalities({"late": late})
    assert list(singles) == ["a", "b"]
    assert all(single.weights is None for single in singles.values())


def test_columns_of_a_late_member_are_kept():
    late = LateFusionRegressor([("a", Ridge(), ["x", "y"]), ("b", Ridge(), "z")])
    singles = single_modalities({"late": late})
    assert singles["a"].estimators[0][2] == ["x", "y"]
    assert isinstance(singles["b"], LateFusionRegressor)


def test_a_branch_of_an_early_fusion_alone_sees_its_modality_only(data):
    X, y = data
    singles = single_modalities({"early": make_early(missing="mean")})
    assert list(singles) == ["a", "b"]
    alone = singles["b"].fit(X, y)
    expected = make_pipeline(StandardScaler(), LogisticRegression()).fit(X["b"].array.tensor, y)
    assert_array_equal(alone.predict(X), expected.predict(X["b"].array.tensor))


def test_a_branch_that_is_dropped_already_is_no_baseline():
    early = make_early()
    early.set_params(multimodalfusion__a="drop")
    assert list(single_modalities({"early": early})) == ["b"]


def test_a_late_fusion_is_preferred_to_an_early_one():
    models = {"early": make_early(), "late": LateFusionClassifier(MEMBERS)}
    assert isinstance(single_modalities(models)["a"], LateFusionClassifier)


def test_the_first_of_several_late_fusions_gives_the_members():
    models = {"one": LateFusionClassifier(MEMBERS[:1]), "two": LateFusionClassifier(MEMBERS)}
    assert list(single_modalities(models)) == ["a"]


def test_models_are_not_changed():
    early, late = make_early(), LateFusionClassifier(MEMBERS, rule="greedy", weights=[1, 2])
    before = early.get_params(), late.get_params()
    single_modalities({"early": early})
    single_modalities({"late": late})
    assert (early.get_params(), late.get_params()) == before


def test_models_that_cannot_be_taken_apart_are_named():
    models = {"plain": LogisticRegression(), "pipe": Pipeline([("lr", LogisticRegression())])}
    with pytest.raises(ValueError, match=r"single modalities of \['plain', 'pipe'\].*baselines="):
        single_modalities(models)
