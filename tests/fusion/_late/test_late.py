"""What late fusion does for classifiers and regressors alike, shown on the classifier."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, ModalityError, make_frame
from skmm.fusion._late.out_of_fold import make_splits
from skmm.text import BagOfWordsVectorizer
from tests.late_toys import COLUMNS, MODELS, Spy, members

FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


def test_members_are_fitted_on_the_rows_that_have_their_modality(iris, frame):
    frame.loc[:9, "sepal"] = None
    late = LateFusionClassifier([("sepal", Spy()), ("petal", Spy())], rule="mean").fit(
        frame, iris[1]
    )
    assert_array_equal(late.named_estimators_["sepal"].seen_, iris[0][10:, :2])
    assert_array_equal(late.named_estimators_["sepal"].y_, iris[1][10:])
    assert len(late.named_estimators_["petal"].seen_) == 150


def test_missing_error_names_the_row(iris, frame):
    frame.loc[7, "petal"] = None
    with pytest.raises(ModalityError, match="modality 'petal', row 7"):
        LateFusionClassifier(members(), missing="error", rule="mean").fit(frame, iris[1])


def test_a_modality_missing_in_every_row_is_an_error_in_fit(iris, frame):
    frame["petal"] = frame["petal"].where(np.zeros(150, dtype=bool))
    with pytest.raises(ModalityError, match="modality 'petal': missing in every sample"):
        LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])


def test_groups_reach_the_inner_splitter(iris, frame):
    groups = np.arange(150) % 6

    class SpySplitter(GroupKFold):
        def split(self, X, y=None, groups=None):
            seen.append(groups)
            return super().split(X, y, groups)

    for enabled in (True, False):
        seen = []
        with config_context(enable_metadata_routing=enabled):
            late = LateFusionClassifier(members(), rule="stacking", cv=SpySplitter(3))
            late.fit(frame, iris[1], groups=groups)
        assert_array_equal(seen, [groups])


def test_groups_are_kept_whole_by_the_default_splitter(iris, frame):
    groups = np.repeat(np.arange(30), 5)
    model = Spy()
    late = LateFusionClassifier([("sepal", model)], rule="greedy")
    for train, test in make_splits(late, iris[1], groups):
        assert not set(groups[train]) & set(groups[test])


def test_groups_and_weights_are_routed_through_cross_validate(iris, frame):
    with config_context(enable_metadata_routing=True):
        late = LateFusionClassifier(
            [("sepal", Spy().set_fit_request(sample_weight=True)), ("petal", GaussianNB())],
            rule="stacking",
            final_estimator=LogisticRegression().set_fit_request(sample_weight=True),
        )
        late.set_params(petal=GaussianNB().set_fit_request(sample_weight=False))
        late.set_score_request(sample_weight=False)
        params = {"groups": np.arange(150) % 10, "sample_weight": np.arange(150.0)}
        result = cross_validate(
            late, frame, iris[1], cv=GroupKFold(2), params=params, return_estimator=True
        )
    weights = result["estimator"][0].named_estimators_["sepal"].sample_weight_
    assert len(weights) == 75


def test_sample_weight_reaches_every_member_without_routing(iris, frame):
    weights = np.where(iris[1] == "setosa", 3.0, 1.0)
    late = LateFusionClassifier([("sepal", Spy()), ("petal", GaussianNB())], rule="mean")
    late.fit(frame, iris[1], sample_weight=weights)
    assert_array_equal(late.named_estimators_["sepal"].sample_weight_, weights)
    direct = GaussianNB().fit(iris[0][:, 2:], iris[1], sample_weight=weights)
    assert_allclose(late.named_estimators_["petal"].class_prior_, direct.class_prior_)


def test_sample_weight_for_a_pipeline_needs_routing(iris, frame):
    late = LateFusionClassifier([("sepal", make_pipeline(GaussianNB()))], rule="mean")
    with pytest.raises(
        ValueError, match="modality 'sepal': Pipeline takes no sample_weight directly"
    ):
        late.fit(frame, iris[1], sample_weight=np.ones(150))


@pytest.mark.parametrize("rule", ["mean", "stacking", "greedy"])
def test_sample_weight_is_routed_without_a_final_estimator(iris, frame, rule):
    weights = np.where(iris[1] == "setosa", 3.0, 1.0)
    with config_context(enable_metadata_routing=True):
        names = list(frame)
        late = LateFusionClassifier(
            [(name, Spy().set_fit_request(sample_weight=True)) for name in names], rule=rule
        )
        late.fit(frame, iris[1], sample_weight=weights)
    assert_array_equal(late.named_estimators_["sepal"].sample_weight_, weights)


def test_sample_weight_counts_for_the_default_final_estimator(iris, frame):
    heavy = np.where(iris[1] == "virginica", 1000.0, 1.0)
    for weights in (None, heavy):
        late = LateFusionClassifier([("sepal", GaussianNB())], rule="stacking")
        late.fit(frame, iris[1], sample_weight=weights)
        shares = late.predict_proba(frame).mean(axis=0)
        assert (shares[2] > 0.6) == (weights is heavy)


def test_a_final_estimator_that_takes_no_sample_weight_says_so(iris, frame):
    final = make_pipeline(LogisticRegression())
    late = LateFusionClassifier(members(), rule="stacking", final_estimator=final)
    late.set_params(petal=GaussianNB())
    with pytest.raises(ValueError, match="final_estimator: Pipeline takes no sample_weight"):
        late.fit(frame, iris[1], sample_weight=np.ones(150))
    late.set_params(rule="mean").fit(frame, iris[1], sample_weight=np.ones(150))


def test_what_only_other_rules_have_is_forgotten(iris, frame):
    late = LateFusionClassifier(members(), rule="stacking", calibration="sigmoid")
    late.fit(frame, iris[1])
    late.set_params(rule="mean", calibration=None).fit(frame, iris[1])
    for name in ("member_scores_", "calibrators_", "final_estimator_", "imputer_"):
        assert not hasattr(late, name)


def test_a_modality_cannot_have_the_name_of_the_splitter(iris, frame):
    with pytest.raises(ValueError, match="no modality can be called 'splitter'"):
        LateFusionClassifier([("splitter", GaussianNB(), "sepal")], rule="mean").fit(frame, iris[1])


def test_unknown_metadata_is_refused_without_routing(iris, frame):
    with pytest.raises(TypeError, match=r"got \['speaker'\]"):
        LateFusionClassifier(members(), rule="mean").fit(frame, iris[1], speaker=np.ones(150))


def test_splits_that_test_a_row_twice_are_refused(iris, frame):
    late = LateFusionClassifier(members(), rule="stacking", cv=ShuffleSplit(12, random_state=0))
    with pytest.raises(ValueError, match="tests some rows more than once"):
        late.fit(frame, iris[1])


def test_n_jobs_does_not_change_the_result(iris, frame):
    for rule in ("mean", "stacking", "greedy"):
        one = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
        two = LateFusionClassifier(members(), rule=rule, n_jobs=2).fit(frame, iris[1])
        assert_array_equal(one.predict_proba(frame), two.predict_proba(frame))


def test_dropped_members_do_not_vote(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").set_params(sepal="drop").fit(frame, iris[1])
    alone = LogisticRegression().fit(iris[0][:, 2:], iris[1])
    assert_allclose(late.predict_proba(frame), alone.predict_proba(iris[0][:, 2:]))


def test_columns_may_be_reordered_and_more_at_predict(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
    other = frame[["petal", "sepal"]].assign(text="x")
    assert_array_equal(late.predict_proba(other), late.predict_proba(frame))


def test_a_failed_refit_keeps_the_old_model(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
    before = late.predict_proba(frame)
    with pytest.raises(ValueError, match="1 class"):
        late.fit(frame.iloc[:10], ["a"] * 10)
    assert_array_equal(late.predict_proba(frame), before)


def test_html_shows_the_members_side_by_side():
    assert "sk-parallel" in LateFusionClassifier(members(), rule="mean")._repr_html_()


def test_y_is_required(frame):
    with pytest.raises(ValueError, match="LateFusionClassifier requires y to be passed"):
        LateFusionClassifier(members(), rule="mean").fit(frame, None)


def test_metadata_of_another_length_is_refused(iris, frame):
    for name in ("groups", "sample_weight"):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            LateFusionClassifier(members(), rule="mean").fit(frame, iris[1], **{name: np.ones(40)})


def test_an_iterator_of_splits_is_used_once_and_for_all(iris, frame):
    splits = list(GroupKFold(3).split(frame, groups=np.arange(150) % 6))
    late = LateFusionClassifier(members(), rule="greedy")
    with config_context(enable_metadata_routing=True):
        one = late.set_params(cv=iter(splits)).fit(frame, iris[1]).weights_
        assert late.set_params(cv=splits).fit(frame, iris[1]).weights_ == one


def test_an_empty_frame_is_refused(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        late.predict(frame.iloc[:0])
    with pytest.raises(ValueError, match="0 sample"):
        late.fit(frame.iloc[:0], iris[1][:0])


def test_weights_by_name_go_with_dropped_members(iris, frame):
    late = LateFusionClassifier(members(), weights={"sepal": 1, "petal": 2}, rule="mean")
    late.set_params(sepal="drop").fit(frame, iris[1])
    assert late.weights_ == {"petal": 2.0}


def test_the_label_of_a_bad_sample_survives_a_member_that_splits_its_rows(iris):
    texts = [["a b"], ["c d"], ["e f"]]
    cells = [texts[code][0] for code in np.arange(30) % 3]
    cells[20] = 7
    X = make_frame(text=pd.Series(cells, dtype=object)).set_axis([f"id{i}" for i in range(30)])
    model = make_pipeline(BagOfWordsVectorizer(), LogisticRegression())
    late = LateFusionClassifier([("text", CalibratedClassifierCV(model, cv=3))], rule="mean")
    with pytest.raises(ModalityError, match=r"modality 'text', row 20 \(index 'id20'\)"):
        late.fit(X, np.arange(30) % 3)


@pytest.mark.parametrize("rule", ["stacking", "greedy"])
def test_splits_by_time_teach_the_rule_from_the_rows_they_test(iris, frame, rule):
    order = np.random.default_rng(0).permutation(150)
    frame, y = frame.iloc[order], iris[1][order]
    late = LateFusionClassifier(members(), rule=rule, cv=TimeSeriesSplit(4)).fit(frame, y)
    tested = np.arange(30, 150)
    scores = []
    for name, columns in COLUMNS.items():
        X = iris[0][order][:, columns]
        folds = TimeSeriesSplit(4).split(X)
        right = [MODELS[name].fit(X[a], y[a]).predict(X[b]) == y[b] for a, b in folds]
        scores.append(np.concatenate(right).mean())
        assert len(np.concatenate(right)) == len(tested)
    assert_allclose(list(late.member_scores_.values()), scores)
    assert late.score(frame, y) > 0.9


def test_a_number_of_folds_uses_groups_with_and_without_routing(iris, frame):
    groups = np.arange(150) % 6
    weights = []
    for cv in (3, StratifiedGroupKFold(3)):
        for enabled in (True, False):
            with config_context(enable_metadata_routing=enabled):
                late = LateFusionClassifier(members(), rule="greedy", cv=cv)
                weights.append(late.fit(frame, iris[1], groups=groups).member_scores_)
    assert weights[1:] == weights[:-1]


def test_member_scores_are_out_of_fold_accuracies(iris, frame):
    late = LateFusionClassifier(members(), rule="greedy", cv=FOLDS).fit(frame, iris[1])
    for name, columns in COLUMNS.items():
        predicted = cross_val_predict(MODELS[name], iris[0][:, columns], iris[1], cv=FOLDS)
        assert_allclose(late.member_scores_[name], np.mean(predicted == iris[1]))


def test_class_weights_of_members_count_in_the_folds_too(iris, frame):
    rare = {"setosa": 1, "versicolor": 1, "virginica": 1e6}
    model = LogisticRegression(class_weight=rare)
    late = LateFusionClassifier([("sepal", model), ("petal", model)], rule="greedy", cv=FOLDS)
    late.fit(frame, iris[1])
    predicted = cross_val_predict(model, iris[0][:, :2], iris[1], cv=FOLDS)
    assert_allclose(late.member_scores_["sepal"], np.mean(predicted == iris[1]))


# -- imputers


class MeanCells(TransformerMixin, BaseEstimator):
    """Fill null cells of tensor columns by the mean of the others."""

    def fit(self, X, y=None):
        self.means_ = {
            name: column.array.tensor[column.array.present].mean(axis=0)
            for name, column in X.items()
        }
        return self

    def transform(self, X):
        filled = {
            name: np.stack(
                [self.means_[name] if cell is None or cell is pd.NA else cell for cell in X[name]]
            )
            for name in X
        }
        return make_frame(**filled).set_axis(X.index)


def test_an_imputer_of_frames_fills_cells_for_members(iris, frame):
    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), missing=MeanCells(), rule="mean").fit(frame, iris[1])
    filled = MeanCells().fit(frame).transform(frame)
    complete = LateFusionClassifier(members(), rule="mean").fit(filled, iris[1])
    assert_allclose(late.predict_proba(frame), complete.predict_proba(filled))


def test_an_imputer_of_numbers_fills_a_matrix_or_a_frame(iris):
    X, y = iris[0].copy(), iris[1]
    X[::4, 2] = np.nan
    triples = [(name, MODELS[name], columns) for name, columns in COLUMNS.items()]
    late = LateFusionClassifier(triples, missing=SimpleImputer(), rule="mean")
    filled = SimpleImputer().fit_transform(X)
    expected = LateFusionClassifier(triples, rule="mean").fit(filled, y).predict_proba(filled)
    assert_allclose(late.fit(X, y).predict_proba(X), expected)
    named = pd.DataFrame(X, columns=list("pqrs"))
    assert_allclose(late.fit(named, y).predict_proba(named), expected)


def test_an_imputer_learns_from_the_training_rows_of_each_fold(iris, frame):
    seen = []

    class Recorder(MeanCells):
        def fit(self, X, y=None):
            seen.append(len(X))
            return super().fit(X)

    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), rule="stacking", cv=FOLDS, missing=Recorder())
    late.fit(frame, iris[1])
    assert sorted(seen) == [112, 112, 113, 113, 150]


@pytest.mark.parametrize(
    ("transform", "error", "message"),
    [
        (
            lambda X: X,
            ModalityError,
            "modality 'sepal', row 0 .*Odd, given as missing=, left it so",
        ),
        (lambda X: X[["petal"]], ValueError, "X has no column 'sepal'"),
        (lambda X: X[:3], TypeError, "Odd, given as missing=, must return what it is given"),
        (lambda X: np.zeros((150, 1)), TypeError, "Odd, given as missing=, must return"),
    ],
)
def test_an_imputer_that_does_not_do_its_work_is_refused(iris, frame, transform, error, message):
    class Odd(TransformerMixin, BaseEstimator):
        def fit(self, X, y=None):
            return self

        def transform(self, X):
            return transform(X)

    frame.loc[::3, "sepal"] = None
    with pytest.raises(error, match=message):
        LateFusionClassifier(members(), missing=Odd(), rule="mean").fit(frame, iris[1])


# -- weights of modalities


@pytest.mark.parametrize("rule", ["mean", "product", "vote", "borda", "bayes"])
def test_given_weights_are_the_weights_of_the_modalities_present(iris, frame, rule):
    late = LateFusionClassifier(members(), rule=rule, weights=[3, 1]).fit(frame, iris[1])
    frame.loc[2, "sepal"] = None
    frame.loc[3, ["sepal", "petal"]] = None
    weights = late.modality_weights(frame)
    assert list(weights) == ["sepal", "petal"]
    assert_array_equal(weights.index, frame.index)
    assert_allclose(weights.iloc[1:4], [[0.75, 0.25], [0, 1], [0, 0]])


def test_the_mean_with_these_weights_is_the_prediction(iris, frame):
    for rule in ("mean", "greedy", "confidence"):
        late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
        frame.loc[5, "petal"] = None
        weights = late.modality_weights(frame).to_numpy()
        parts = np.stack(
            [
                late.named_estimators_[name].predict_proba(iris[0][:, columns])
                for name, columns in COLUMNS.items()
            ]
        )
        expected = np.einsum("nm,mnk->nk", weights, parts)
        assert_allclose(late.predict_proba(frame), expected)


def test_reliabilities_are_the_weights_of_evidence(iris, frame):
    late = LateFusionClassifier(members(), rule="evidence", weights=[0.2, 0.6]).fit(frame, iris[1])
    assert_allclose(late.modality_weights(frame), np.tile([0.25, 0.75], (150, 1)))


@pytest.mark.parametrize("rule", ["stacking", "max", "min", "median"])
def test_rules_without_weights_say_so(rule):
    late = LateFusionClassifier(members(), rule=rule)
    assert not hasattr(late, "modality_weights")
    with pytest.raises(AttributeError, match="modality_weights") as caught:
        late.modality_weights(None)
    assert f"rule={rule!r} has no weights" in str(caught.value.__cause__)


# -- what is there at predict, and what is set after fit


def test_a_frame_of_nothing_but_nan_is_one_of_modalities_if_fit_saw_some(iris, frame):
    late = LateFusionClassifier(members(), rule="mean").fit(frame, iris[1])
    nothing = pd.DataFrame({"more": [1.0, 2.0], "petal": np.nan, "sepal": np.nan})
    assert_allclose(late.predict_proba(nothing), np.tile(late.class_prior_, (2, 1)))


@pytest.mark.parametrize(
    "later",
    [
        {"rule": "stacking"},
        {"rule": "greedy"},
        {"rule": "evidence"},
        {"rule": "max"},
        {"calibration": "sigmoid"},
        {"missing": "error"},
        {"missing": SimpleImputer()},
        {"weights": [1, 5]},
    ],
    ids=str,
)
@pytest.mark.parametrize("rule", ["mean", "stacking", "confidence"])
def test_what_is_set_after_fit_waits_for_the_next_fit(iris, frame, rule, later):
    late = LateFusionClassifier(members(), rule=rule, calibration="isotonic").fit(frame, iris[1])
    frame.loc[3, "sepal"] = None
    expected = late.predict_proba(frame)
    weighs = hasattr(late, "modality_weights")
    late.set_params(**later)
    assert_array_equal(late.predict_proba(frame), expected)
    assert hasattr(late, "modality_weights") == hasattr(late, "weights_") == weighs


def test_an_imputer_is_kept_from_fit(iris, frame):
    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier(members(), missing=MeanCells(), rule="mean").fit(frame, iris[1])
    expected = late.predict_proba(frame)
    assert_array_equal(late.set_params(missing="skip").predict_proba(frame), expected)


@pytest.mark.parametrize("rule", ["mean", "stacking"])
@pytest.mark.parametrize("imputer", [SimpleImputer(), KNNImputer()])
def test_an_imputer_of_numbers_is_told_what_it_has_to_be(iris, frame, imputer, rule):
    late = LateFusionClassifier(members(), rule=rule, missing=imputer)
    name = type(imputer).__name__
    with pytest.raises(
        TypeError, match=f"{name}, given as missing=, failed: .*must be a transformer"
    ):
        late.fit(frame, iris[1])


def test_an_imputer_that_fails_on_numbers_speaks_for_itself(iris):
    X = iris[0].copy()
    X[0, 0] = np.nan
    late = LateFusionClassifier(
        [("all", GaussianNB(), slice(4))],
        missing=SimpleImputer(strategy="constant", fill_value="x"),
        rule="mean",
    )
    with pytest.raises(ValueError, match="fill_value") as caught:
        late.fit(X, iris[1])
    assert "given as missing=" not in str(caught.value)


def test_n_jobs_does_not_change_what_imputers_of_folds_make(iris):
    X = iris[0].copy()
    X[::4, 2] = np.nan
    triples = [(name, MODELS[name], columns) for name, columns in COLUMNS.items()]
    one, two = (
        LateFusionClassifier(triples, rule="stacking", missing=SimpleImputer(), n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    assert_array_equal(one.fit(X, iris[1]).predict_proba(X), two.fit(X, iris[1]).predict_proba(X))
    assert one.member_scores_ == two.member_scores_


def test_one_fold_at_a_time_is_imputed(iris, frame):
    events = []

    class Imputes(MeanCells):
        def transform(self, X):
            events.append("impute")
            return super().transform(X)

    class Learns(Spy):
        def fit(self, X, y):
            events.append("fit")
            return super().fit(X, y)

    frame.loc[::3, "sepal"] = None
    late = LateFusionClassifier([("sepal", Learns())], rule="greedy", cv=3, missing=Imputes())
    late.fit(frame, iris[1])
    assert events == ["impute", "fit"] * 4


# -- small data


@pytest.mark.parametrize("rule", ["stacking", "greedy", "evidence"])
@pytest.mark.parametrize("with_groups", [False, True])
def test_classes_of_four_samples_make_four_folds(iris, frame, rule, with_groups):
    few = np.r_[0:4, 50:54, 100:104]
    groups = np.tile([0, 1, 2, 3, 4, 5], 2) if with_groups else None
    late = LateFusionClassifier(members(), rule=rule)
    late.fit(frame.iloc[few], iris[1][few], groups=groups)
    assert late.score(frame.iloc[few], iris[1][few]) > 0.7
    assert len(make_splits(late, iris[1][few], groups)) == 4


def test_classes_of_one_sample_have_no_folds(iris, frame):
    late = LateFusionClassifier(members(), rule="stacking")
    with pytest.raises(ValueError, match="no class has two samples.*or a rule without out-of-fold"):
        late.fit(frame.iloc[[0, 60, 120]], iris[1][[0, 60, 120]])
    assert late.set_params(rule="mean", sepal=LogisticRegression()).fit(
        frame.iloc[[0, 60, 120]], iris[1][[0, 60, 120]]
    )


# -- metadata


def test_groups_that_nothing_asks_for_are_refused_with_the_way_out(iris, frame):
    groups = np.arange(150) % 6
    late = LateFusionClassifier(members(), rule="greedy", cv=KFold(3))
    with config_context(enable_metadata_routing=True):
        with pytest.raises(TypeError, match=r"cv=KFold\(.*no use for them.*cv=3.*GroupKFold\(3\)"):
            late.fit(frame, iris[1], groups=groups)
        late.set_params(cv=GroupKFold(3)).fit(frame, iris[1], groups=groups)


def test_a_late_fusion_in_a_late_fusion_takes_sample_weights(iris, frame):
    inner = LateFusionClassifier([("sepal", Spy()), ("petal", GaussianNB())], rule="mean")
    weights = np.arange(150.0)
    outer = LateFusionClassifier([("both", inner, ["sepal", "petal"])], rule="mean")
    outer.fit(frame, iris[1], sample_weight=weights)
    fitted = outer.named_estimators_["both"].named_estimators_["sepal"]
    assert_array_equal(fitted.sample_weight_, weights)


# -- weights


@pytest.mark.parametrize("rule", ["stacking", "max", "min", "median"])
def test_rules_without_weights_have_no_weights_attribute(iris, frame, rule):
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    with pytest.raises(
        AttributeError, match=f"rule='{rule}' has no weights of modalities; all rules"
    ):
        late.weights_  # noqa: B018


def test_before_fit_there_are_no_weights():
    with pytest.raises(NotFittedError):
        LateFusionClassifier(members(), rule="mean").weights_  # noqa: B018


def test_weights_of_modalities_need_no_predictions(iris, frame):
    class Mute(Spy):
        def predict_proba(self, X):
            raise AssertionError

    late = LateFusionClassifier([("sepal", Mute()), ("petal", Mute())], weights=[1, 3], rule="mean")
    frame.loc[2, "petal"] = None
    weights = late.fit(frame, iris[1]).modality_weights(frame)
    assert_allclose(weights.iloc[1:3], [[0.25, 0.75], [1, 0]])


@pytest.mark.parametrize("rule", ["mean", "stacking", "greedy"])
def test_what_members_decided_takes_the_place_of_samples(iris, frame, rule):
    frame.loc[:9, "sepal"] = None
    late = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
    expected, decided = late.predict_proba(frame), late._ask_members(frame)
    late.estimators_ = [m._replace(estimator=None) for m in late.estimators_]  # not asked again
    assert_array_equal(late.predict_proba(decided), expected)
