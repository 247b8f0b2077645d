"""Fusion strategies and single modalities on shared folds."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer, make_scorer, top_k_accuracy_score
from sklearn.model_selection import (
    GroupKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.model_selection import compare_fusions, corrected_ttest

MODALITIES = {"a": 8, "b": 5}


@pytest.fixture(scope="module")
def data():
    return make_multimodal_classification(90, modalities=MODALITIES, random_state=0)


def make_early(estimator=None):
    return make_pipeline(
        MultimodalFusion([(modality, "passthrough") for modality in MODALITIES]),
        estimator or LogisticRegression(),
    )


def make_late(**options):
    return LateFusionClassifier([(m, LogisticRegression()) for m in MODALITIES], **options)


class SpyGroupKFold(GroupKFold):
    """Records the groups it is asked to keep together."""

    seen = []  # on the class, because searches and fusions clone their splitters

    def split(self, X, y=None, groups=None):
        self.seen.append(np.asarray(groups))
        return super().split(X, y, groups)


def test_every_row_is_what_cross_val_score_gives(data):
    X, y = data
    models = {"early": make_early(), "late": make_late()}
    comparison = compare_fusions(models, X, y, cv=3)
    for name, model in models.items():
        expected = cross_val_score(model, X, y, cv=3)
        assert_allclose(comparison.scores[name], expected)
        assert_allclose(comparison.table.loc[name, "mean_score"], expected.mean())
        assert_allclose(comparison.table.loc[name, "std_score"], expected.std(ddof=1))


def test_single_modalities_are_scored_beside_the_models(data):
    X, y = data
    scores = compare_fusions({"late": make_late()}, X, y, cv=3).scores
    assert list(scores.columns) == ["a", "b", "late"]
    for modality in MODALITIES:
        block = X[modality].array.tensor
        assert_allclose(scores[modality], cross_val_score(LogisticRegression(), block, y, cv=3))


def test_the_best_single_modality_is_marked_and_what_others_are_compared_with(data):
    X, y = data
    comparison = compare_fusions({"early": make_early(), "late": make_late()}, X, y)
    table, scores = comparison.table, comparison.scores
    best = scores[["a", "b"]].mean().idxmax()
    other = "b" if best == "a" else "a"
    expected = {best: "best single modality", other: "single modality"}
    assert table["kind"].to_dict() == expected | {"early": "fusion", "late": "fusion"}
    for name in ["early", "late", other]:
        differences = scores[name] - scores[best]
        assert_allclose(table.loc[name, "difference"], differences.mean())
        expected = corrected_ttest(differences, test_over_train=1 / 4).p_value
        assert_allclose(table.loc[name, "p_value"], expected)
    assert table.loc[best, "difference"] == 0
    assert np.isnan(table.loc[best, "p_value"])


def test_a_splitter_that_draws_anew_is_asked_once(data):
    X, y = data
    cv = ShuffleSplit(3, random_state=np.random.RandomState(0))
    models = {"one": make_early(), "two": make_early()}
    scores = compare_fusions(models, X, y, cv=cv, baselines=False).scores
    assert_array_equal(scores["one"], scores["two"])


def test_repeated_folds_are_all_counted(data):
    X, y = data
    cv = RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0)
    comparison = compare_fusions({"late": make_late()}, X, y, cv=cv)
    assert comparison.scores.shape == (4, 3)
    table, scores = comparison.table, comparison.scores
    best = table.index[table["kind"] == "best single modality"][0]
    expected = corrected_ttest(scores["late"] - scores[best], test_over_train=1).p_value
    assert_allclose(table.loc["late", "p_value"], expected)


def test_an_early_fusion_alone_gives_its_branches_as_baselines(data):
    X, y = data
    comparison = compare_fusions({"early": make_early()}, X, y, cv=3)
    assert comparison.table.index.tolist() == ["a", "b", "early"]


def test_without_baselines_there_is_nothing_to_differ_from(data):
    X, y = data
    table = compare_fusions({"early": make_early()}, X, y, cv=3, baselines=False).table
    assert table.index.tolist() == ["early"]
    assert table[["difference", "p_value"]].isna().all(axis=None)


def test_baselines_can_be_given(data):
    X, y = data
    models = {"plain": make_early()}
    alone = clone(make_early()).set_params(multimodalfusion__b="drop")
    table = compare_fusions(models, X, y, cv=3, baselines={"a alone": alone}).table
    assert table["kind"].to_dict() == {"a alone": "best single modality", "plain": "fusion"}


def test_regressors_are_compared_by_R2():
    X, y = make_multimodal_regression(60, modalities=MODALITIES, random_state=0)
    late = LateFusionRegressor([(m, Ridge()) for m in MODALITIES])
    comparison = compare_fusions({"early": make_early(Ridge()), "late": late}, X, y, cv=3)
    assert_allclose(comparison.scores["late"], cross_val_score(late, X, y, cv=3, scoring="r2"))
    assert comparison.score_name == "R2"


@pytest.mark.parametrize(
    ("scoring", "name"),
    [
        (None, "accuracy"),
        ("neg_log_loss", "neg_log_loss"),
        (make_scorer(top_k_accuracy_score, response_method="predict_proba"), "score"),
    ],
)
def test_scoring_is_that_of_cross_val_score(data, scoring, name):
    X, y = data
    early = make_early()
    comparison = compare_fusions({"early": early}, X, y, cv=3, scoring=scoring, baselines=False)
    assert_allclose(comparison.scores["early"], cross_val_score(early, X, y, cv=3, scoring=scoring))
    assert comparison.score_name == name


def test_missing_modalities_are_left_to_the_models():
    X, y = make_multimodal_classification(90, modalities=MODALITIES, missing=0.2, random_state=0)
    comparison = compare_fusions({"late": make_late()}, X, y, cv=3)
    assert_allclose(comparison.scores["late"], cross_val_score(make_late(), X, y, cv=3))


def test_groups_reach_the_splitter_and_the_inner_splitter_of_stacking(data):
    X, y = data
    groups = np.arange(90) % 9
    SpyGroupKFold.seen.clear()
    models = {"late": make_late(rule="stacking", cv=SpyGroupKFold(2)), "early": make_early()}
    compare_fusions(models, X, y, cv=GroupKFold(3), groups=groups)
    assert len(SpyGroupKFold.seen) == 3
    assert all(len(np.unique(inner)) == 6 for inner in SpyGroupKFold.seen)


def test_with_metadata_routing_groups_reach_whoever_requests_them(data):
    X, y = data
    groups = np.arange(90) % 9
    SpyGroupKFold.seen.clear()
    with sklearn.config_context(enable_metadata_routing=True):
        stacking = make_pipeline("passthrough", make_late(rule="stacking", cv=SpyGroupKFold(2)))
        models = {"nested": stacking, "early": make_early()}
        compare_fusions(models, X, y, cv=GroupKFold(3), groups=groups, scoring="accuracy")
    assert all(len(np.unique(inner)) == 6 for inner in SpyGroupKFold.seen)
    assert len(SpyGroupKFold.seen) == 3


def test_params_reach_every_model(data):
    X, y = data
    params = {"sample_weight": np.where(y == 0, 50.0, 1.0)}
    with sklearn.config_context(enable_metadata_routing=True):
        early = make_early(LogisticRegression().set_fit_request(sample_weight=True))
        scoring = get_scorer("neg_log_loss").set_score_request(sample_weight=False)
        options = {"cv": 3, "scoring": scoring}
        scores = compare_fusions({"early": early}, X, y, params=params, **options).scores
        expected = cross_val_score(early, X, y, params=params, **options)
        b_alone = clone(early).set_params(multimodalfusion__a="drop")
        expected_b = cross_val_score(b_alone, X, y, params=params, **options)
    assert_allclose(scores["early"], expected)
    assert_allclose(scores["b"], expected_b)
    assert not np.allclose(expected, cross_val_score(make_early(), X, y, **options))


def test_models_and_data_are_left_as_they_are(data):
    X, y = data
    models = {"early": make_early(), "late": make_late()}
    before = X.copy(deep=True)
    compare_fusions(models, X, y, cv=3)
    assert list(models) == ["early", "late"]
    assert not hasattr(models["late"], "classes_")
    for modality in X:
        assert_array_equal(X[modality].array.tensor, before[modality].array.tensor)


def test_a_fold_with_too_few_classes_is_an_error_and_not_a_hole_in_the_table(data):
    X, y = data
    one_class, others = np.flatnonzero(y == 0), np.flatnonzero(y != 0)
    folds = [(others, one_class), (one_class, others)]
    with pytest.raises(ValueError, match=r"model 'a', fold 1: .*class"):
        compare_fusions({"early": make_early()}, X, y, cv=folds)


def test_a_dict_of_modalities_is_refused(data):
    X, y = data
    with pytest.raises(TypeError, match="make_frame"):
        compare_fusions({"early": make_early()}, dict(X), y)


def test_no_models_are_refused(data):
    with pytest.raises(ValueError, match="models is empty"):
        compare_fusions({}, *data)


def test_what_is_no_estimator_is_named(data):
    models = {"early": make_early(), "late": "LateFusionClassifier"}
    with pytest.raises(TypeError, match="model 'late' is 'LateFusionClassifier'; expected an est"):
        compare_fusions(models, *data)


def test_a_model_with_the_name_of_a_modality_is_refused(data):
    with pytest.raises(ValueError, match="'a' is the name of a model and of a modality"):
        compare_fusions({"a": make_late()}, *data)


def test_classifiers_and_regressors_are_not_compared(data):
    models = {"late": make_late(), "ridge": make_early(Ridge())}
    with pytest.raises(ValueError, match=r"\['a', 'b', 'late'\] are classifiers and \['ridge'\]"):
        compare_fusions(models, *data)


def test_a_single_fold_is_refused(data):
    with pytest.raises(ValueError, match="gives 1 fold; at least 2"):
        compare_fusions({"late": make_late()}, *data, cv=ShuffleSplit(1))


def test_lengths_that_differ_are_refused(data):
    X, y = data
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        compare_fusions({"late": make_late()}, X, y[:-1])
