"""Fusion strategies and single modalities on shared folds."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer, make_scorer, top_k_accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.frame import make_frame
from skmm.fusion import CanonicalFusion, LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.fusion._late.out_of_fold import make_splits
from skmm.image import ColorHistogramExtractor
from skmm.model_selection import bayesian_ttest, compare_fusions, corrected_ttest
from skmm.nn import MultitaskFusion
from tests.tiny_extractors import Spied

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
        expected = bayesian_ttest(differences, 1 / 4)
        found = table.loc[name, ["p_worse", "p_equivalent", "p_better"]].astype(float)
        assert_allclose(found, expected)
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


def test_without_a_scoring_a_search_is_scored_like_the_others(data):
    X, y = data
    tuned = GridSearchCV(make_early(), {"logisticregression__C": [1.0]}, scoring="neg_log_loss")
    models = {"early": make_early(), "tuned": tuned}
    scores = compare_fusions(models, X, y, cv=3, baselines=False).scores
    assert scores["tuned"].tolist() == scores["early"].tolist()


def test_a_modality_that_cannot_stand_alone_says_what_to_do(data):
    X, y = data
    fusion = CanonicalFusion(n_components=2)
    early = make_early().set_params(multimodalfusion__fusion=fusion)
    early.set_params(multimodalfusion__fusion__n_components=7)  # b has five features
    with pytest.raises(ValueError, match="model 'b', fold 0.*set baselines=False"):
        compare_fusions({"early": early}, X, y, cv=2)
    with pytest.raises(ValueError, match="model 'early', fold 0") as caught:
        compare_fusions({"early": early}, X, y, cv=2, baselines=False)
    assert "baselines" not in str(caught.value)


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


@pytest.mark.parametrize("cv", [None, 3])
def test_a_number_of_folds_tears_no_group(data, cv):
    X, y = data
    groups = np.arange(90) // 5
    found = compare_fusions(
        {"early": make_early()}, X, y, cv=cv, groups=groups, baselines=False
    ).scores["early"]
    kept = StratifiedGroupKFold(cv or 5)
    assert_allclose(found, cross_val_score(make_early(), X, y, cv=kept, groups=groups))


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


def test_parameters_are_chosen_in_each_fold_as_by_nested_grid_search(data):
    X, y = data
    grid = {"logisticregression__C": [1e-3, 0.1, 10]}
    inner = StratifiedKFold(3, shuffle=True, random_state=0)
    comparison = compare_fusions(
        {"early": make_early()}, X, y, cv=3, search={"early": grid}, inner_cv=inner
    )
    nested = GridSearchCV(make_early(), grid, cv=inner)
    assert_allclose(comparison.scores["early"], cross_val_score(nested, X, y, cv=3))
    results = comparison.results.set_index(["model", "fold"])
    for fold, (train, _) in enumerate(StratifiedKFold(3).split(X, y)):
        chosen = clone(nested).fit(X.iloc[train], y[train]).best_params_
        assert results.loc[("early", fold), "params"] == chosen


def test_single_modalities_are_searched_over_their_part_of_the_grid(data):
    X, y = data
    search = {"late": {"rule": ["mean", "product"], "a__C": [1e-4, 1], "b__C": [1e-4, 1]}}
    results = compare_fusions({"late": make_late()}, X, y, cv=2, search=search, inner_cv=2).results
    keys = {
        name: set(params) for name, params in zip(results["model"], results["params"], strict=True)
    }
    assert keys == {"a": {"a__C"}, "b": {"b__C"}, "late": {"rule", "a__C", "b__C"}}


def test_inner_folds_keep_groups_together_and_late_fusions_get_them(data):
    X, y = data
    groups = np.arange(90) % 9
    SpyGroupKFold.seen.clear()
    late = make_late(cv=SpyGroupKFold(2))
    options = {"cv": GroupKFold(3), "groups": groups, "baselines": False}
    compare_fusions({"late": late}, X, y, search={"late": {"a__C": [1]}}, **options)
    numbers = [len(np.unique(inner)) for inner in SpyGroupKFold.seen]
    # 6 of 9 groups train in a fold; 5 inner folds of them leave 4 or 5, and then all 6 are fitted.
    assert sorted(set(numbers)) == [4, 5, 6]
    assert numbers.count(6) == 3


def test_late_fusions_keep_the_order_of_time_within(data, monkeypatch):
    X, y = data
    seen = []

    def spy(*given):
        seen.extend(splits := make_splits(*given))
        return splits

    monkeypatch.setattr("skmm.fusion._late.late.make_splits", spy)
    models = {
        "late": make_late(rule="stacking"),
        "nested": make_pipeline(make_late(rule="stacking")),
    }
    options = {"cv": list(TimeSeriesSplit(2).split(X)), "groups": np.arange(90), "baselines": False}
    compare_fusions(models, X, y, **options)
    assert len(seen) == 2 * 2 * 5
    assert all(train.max() < test.min() for train, test in seen)
    assert models["late"].cv is None


class Clock(DecisionTreeClassifier):
    """Its only feature is the time; it remembers when it was trained and asked."""

    seen = []

    def fit(self, X, y):
        self.last_ = X[:, 0].max()
        return super().fit(X, y)

    def predict(self, X):
        self.seen.append((self.last_, X[:, 0].min()))
        return super().predict(X)


def test_in_time_series_no_model_is_asked_about_the_past(data):
    time, y = np.arange(90.0)[:, None], data[1]
    Clock.seen.clear()
    comparison = compare_fusions(
        {"clock": Clock()},
        time,
        y,
        cv=TimeSeriesSplit(3, gap=2),
        search={"clock": {"max_depth": [1, 2]}},
        baselines=False,
    )
    assert len(Clock.seen) == 3 * (2 * 5 + 1)  # candidates in five inner folds, and the outer one
    assert all(trained + 3 <= asked for trained, asked in Clock.seen)
    assert comparison.test_over_train == 3 * 22 / (22 + 44 + 66)


def test_with_metadata_routing_a_search_gets_what_it_requests(data):
    X, y = data
    groups, weights = np.arange(90) % 9, np.where(y == 0, 50.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        early = make_early(LogisticRegression().set_fit_request(sample_weight=True))
        scoring = get_scorer("accuracy").set_score_request(sample_weight=False)
        comparison = compare_fusions(
            {"early": early},
            X,
            y,
            cv=GroupKFold(3),
            groups=groups,
            params={"sample_weight": weights},
            search={"early": {"logisticregression__C": [0.1]}},
            scoring=scoring,
            refit="early",
        )
        expected = clone(early).set_params(logisticregression__C=0.1)
        expected.fit(X, y, sample_weight=weights)
    fitted = comparison.best_estimator_
    assert_allclose(fitted[-1].coef_, expected[-1].coef_)


def test_the_best_model_is_fitted_on_all_rows(data):
    X, y = data
    models = {"early": make_early(), "late": make_late(rule="mean")}
    comparison = compare_fusions(models, X, y, cv=3, refit=True)
    best = comparison.table["mean_score"].idxmax()
    assert comparison.best_name_ == best
    expected = clone(models[best]).fit(X, y).predict_proba(X)
    assert_array_equal(comparison.best_estimator_.predict_proba(X), expected)
    assert comparison.best_params_ == {}


def test_another_model_can_be_asked_for_and_is_searched_on_all_rows(data):
    X, y = data
    grid = {"a__C": [1e-3, 1], "rule": ["mean", "product"]}
    inner = StratifiedKFold(3)
    comparison = compare_fusions(
        {"early": make_early(), "late": make_late()},
        X,
        y,
        cv=2,
        search={"late": grid},
        inner_cv=inner,
        refit="late",
    )
    expected = GridSearchCV(make_late(), grid, cv=inner).fit(X, y)
    assert comparison.best_params_ == expected.best_params_
    assert_array_equal(comparison.best_estimator_.predict(X), expected.predict(X))


@pytest.fixture
def raw(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(30) % 2
    cells = [list(row) for row in rng.normal(size=(30, 3)) + y[:, None]]
    return pd.DataFrame(
        {"numbers": pd.Series(cells, dtype=object), "noise": rng.normal(size=30)}
    ), y


def test_with_a_cache_every_sample_is_extracted_once(raw, tmp_path):
    X, y = raw
    extractor = Spied(log=tmp_path / "log")
    early = make_pipeline(
        MultimodalFusion([("numbers", extractor), ("noise", "passthrough")]), LogisticRegression()
    )
    member = make_pipeline(extractor, LogisticRegression())
    late = LateFusionClassifier([("numbers", member), ("noise", LogisticRegression())], cv=2)
    search = {"early": {"logisticregression__C": [0.1, 1]}}
    comparison = compare_fusions(
        {"early": early, "late": late}, X, y, cv=3, search=search, memory=tmp_path / "rows"
    )
    assert sorted((tmp_path / "log").read_text().splitlines()) == sorted(
        f"1: {cell}" for cell in X["numbers"]
    )
    assert comparison.results["n_extractions"].sum() == 30
    assert extractor.memory is None


class Countdown(DecisionTreeClassifier):
    """Writes down every fit, and ends the process at one of them."""

    def __init__(self, log=None, fatal=None, max_depth=None):
        super().__init__(max_depth=max_depth, random_state=0)
        self.log = log
        self.fatal = fatal

    def fit(self, X, y):
        with open(self.log, "a") as file:
            file.write("fit\n")
        return super().fit(X, y)


def test_a_second_call_computes_nothing_again(data, tmp_path):
    X, y = data
    log = tmp_path / "log"
    model = make_early(Countdown(log))
    options = {"cv": 3, "baselines": False, "resume": tmp_path / "results.jsonl"}
    first = compare_fusions({"tree": model}, X, y, **options)
    assert len(log.read_text().splitlines()) == 3
    again = compare_fusions({"tree": model}, X, y, **options)
    assert len(log.read_text().splitlines()) == 3
    pd.testing.assert_frame_equal(again.results, first.results)
    more = compare_fusions({"tree": model, "other": make_early()}, X, y, **options)
    assert len(log.read_text().splitlines()) == 3
    assert_array_equal(more.scores["tree"], first.scores["tree"])


def test_what_a_search_chose_is_known_again(data, tmp_path):
    X, y = data
    options = {"cv": 3, "resume": tmp_path / "results.jsonl"}
    options["search"] = {"late": {"rule": ["mean", "product"], "a__C": [1e-3, 1]}}
    options["inner_cv"] = 2
    first = compare_fusions({"late": make_late()}, X, y, **options)
    again = compare_fusions({"late": make_late()}, X, y, n_jobs=2, **options)
    pd.testing.assert_frame_equal(again.results, first.results)


def test_single_modalities_of_another_model_are_computed_anew(data, tmp_path):
    X, y = data
    options = {"cv": 2, "resume": tmp_path / "results.jsonl"}
    first = compare_fusions({"early": make_early()}, X, y, **options).scores
    models = {"early": make_early(), "late": make_late()}
    both = compare_fusions(models, X, y, **options).scores
    expected = compare_fusions(models, X, y, cv=2).scores
    pd.testing.assert_frame_equal(both, expected)
    again = compare_fusions({"early": make_early()}, X, y, **options).scores
    pd.testing.assert_frame_equal(again, first)


def test_other_data_or_models_are_not_mixed_with_earlier_results(data, tmp_path):
    X, y = data
    options = {"cv": 3, "baselines": False, "resume": tmp_path / "results.jsonl"}
    compare_fusions({"early": make_early()}, X, y, **options)
    with pytest.raises(ValueError, match="with other X; give another path"):
        compare_fusions({"early": make_early()}, X.iloc[::-1], y, **options)
    with pytest.raises(ValueError, match="with other folds; give another path"):
        compare_fusions({"early": make_early()}, X, y, **options | {"cv": 4})
    with pytest.raises(ValueError, match="another model 'early'"):
        compare_fusions({"early": make_early(LogisticRegression(C=2))}, X, y, **options)


INTERRUPTED = """
import os, sys
import numpy as np
from sklearn.tree import DecisionTreeClassifier
from skmm.model_selection import compare_fusions


class Fragile(DecisionTreeClassifier):
    n_fits = 0

    def fit(self, X, y):
        Fragile.n_fits += 1
        if Fragile.n_fits == int(sys.argv[2]):
            os._exit(9)
        return super().fit(X, y)


X = np.random.default_rng(0).normal(size=(60, 3))
models = {name: Fragile(random_state=0, max_depth=2) for name in "ab"}
options = {"cv": 3, "baselines": False, "resume": sys.argv[1]}
comparison = compare_fusions(models, X, np.arange(60) % 2, **options)
print(Fragile.n_fits, comparison.scores.to_numpy().tolist())
"""


def test_after_an_interruption_it_goes_on_where_it_was(tmp_path):
    def run(fatal):
        path = str(tmp_path / "results.jsonl")
        command = [sys.executable, "-c", INTERRUPTED, path, str(fatal)]
        return subprocess.run(command, capture_output=True, text=True)

    assert run(5).returncode == 9
    n_fits, scores = run(-1).stdout.split(maxsplit=1)
    assert n_fits == "2"
    X = np.random.default_rng(0).normal(size=(60, 3))
    tree = DecisionTreeClassifier(random_state=0, max_depth=2)
    expected = cross_val_score(tree, X, np.arange(60) % 2, cv=3)
    assert scores.strip() == str([[score, score] for score in expected.tolist()])


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


def test_a_grid_and_a_refit_of_no_model_are_refused(data):
    with pytest.raises(ValueError, match="search names 'lat'.*did you mean 'late'"):
        compare_fusions({"late": make_late()}, *data, search={"lat": {"rule": ["mean"]}})
    with pytest.raises(ValueError, match="refit names 'lat'.*did you mean 'late'"):
        compare_fusions({"late": make_late()}, *data, refit="lat")


@pytest.mark.parametrize("inner_cv", [[([0], [1])], "five"])
def test_inner_folds_that_are_given_one_by_one_are_refused(data, inner_cv):
    with pytest.raises(ValueError, match="inner_cv"):
        compare_fusions({"late": make_late()}, *data, inner_cv=inner_cv)


def test_a_bad_sample_is_not_laid_to_a_modality_that_stands_alone(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("no picture")
    X = make_frame(image=[np.zeros((16, 16, 3), np.uint8)] * 19 + [str(path)])
    model = make_pipeline(
        MultimodalFusion([("image", ColorHistogramExtractor())]), LogisticRegression()
    )
    with pytest.raises(ValueError, match="model 'image', fold 0: .* cannot decode") as caught:
        compare_fusions({"early": model}, X, np.arange(20) % 2, cv=2)
    assert "baselines" not in str(caught.value)


def test_a_gap_among_several_targets_is_named_by_its_row_before_anything_is_fitted(data):
    X, y = data
    late = LateFusionClassifier([(m, DecisionTreeClassifier()) for m in MODALITIES], rule="mean")
    y = pd.DataFrame({"u": y, "v": y}).astype(object)
    y.iloc[77, 1] = None
    with pytest.raises(ValueError, match=r"^y is None in row 77 \(index 77\), column 'v'"):
        compare_fusions({"late": late}, X, y, cv=3)


def test_targets_that_make_no_matrix_are_refused():
    X, y = make_multimodal_regression(40, modalities=MODALITIES, random_state=0)
    late = LateFusionRegressor([(m, Ridge()) for m in MODALITIES])
    with pytest.raises(ValueError, match=r"^y is \[1\] in row 0; expected a value for each sample"):
        compare_fusions({"late": late}, X, [[1] * (1 + row % 2) for row in range(len(y))])


@pytest.mark.parametrize("inside", [False, True])
def test_tasks_may_have_gaps(data, inside):
    X, y = data
    y = pd.DataFrame({"u": y, "v": y}).astype(float)
    y.iloc[7, 1] = np.nan
    model = MultitaskFusion(
        max_epochs=1, tasks=dict.fromkeys("uv", "classification"), random_state=0
    )
    if inside:
        early = MultimodalFusion([(m, "passthrough") for m in MODALITIES], fusion=None)
        model = make_pipeline(early, model)
    table = compare_fusions({"deep": model}, X, y, cv=2, baselines=False).table
    assert np.isfinite(table["mean_score"]).all()
