"""Scores by group."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from scipy.stats import t as student_t
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    make_scorer,
    mean_absolute_error,
    recall_score,
    roc_auc_score,
)

from skmm.inspection import subgroup_report


class Given(ClassifierMixin, BaseEstimator):
    """The prediction is the first column."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.classes_[(np.asarray(X)[:, 0] > 0).astype(int)]

    def predict_proba(self, X):
        positive = expit(np.asarray(X)[:, 0])
        return np.column_stack([1 - positive, positive])


class GivenNumber(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0]


@pytest.fixture
def case(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    y = rng.integers(0, 2, 200)
    X = (y + rng.normal(size=200) - 0.5)[:, None]
    groups = pd.DataFrame({"sex": rng.choice(["f", "m"], 200), "site": rng.choice([1, 2, 3], 200)})
    return Given().fit(X, y), X, y, groups


def test_scores_are_those_of_the_rows_of_the_group(case):
    model, X, y, groups = case
    report = subgroup_report(model, X, y, groups, scoring=["accuracy", "roc_auc"], random_state=0)
    functions = {
        "accuracy": lambda rows: accuracy_score(y[rows], model.predict(X[rows])),
        "roc_auc": lambda rows: roc_auc_score(y[rows], X[rows, 0]),
    }
    assert len(report.table) == 2 * (2 + 3)
    for (scoring, attribute, group), row in report.table.iterrows():
        rows = (groups[attribute] == group).to_numpy()
        assert row["n_samples"] == rows.sum()
        assert row["score"] == pytest.approx(functions[scoring](rows))
        assert row["difference"] == pytest.approx(row["score"] - report.overall[scoring])
    assert report.overall["roc_auc"] == roc_auc_score(y, X[:, 0])


def test_the_difference_of_an_attribute_is_the_range_of_its_groups(case):
    model, X, y, groups = case
    report = subgroup_report(model, X, y, groups, random_state=0)
    scores = report.table["score"].loc["accuracy", "site"]
    assert report.differences.loc["site", "accuracy"] == scores.max() - scores.min()
    assert list(report.differences.index) == ["sex", "site"]


def test_errors_are_those_of_means_of_groups(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    errors = np.append(rng.exponential(1, 60), rng.exponential(2, 140))
    model = GivenNumber().fit(errors[:, None], errors)
    groups = np.repeat(["a", "b"], [60, 140])
    variances = []
    for seed in range(20):  # of a jackknife with 20 blocks one is known to a sixth
        report = subgroup_report(
            model, errors[:, None], np.zeros(200), groups, random_state=seed, confidence_level=0.9
        )
        low, high = report.table.loc[("neg_mean_absolute_error", "group", "a"), ["low", "high"]]
        variances.append(((high - low) / 2 / 1.729133) ** 2)  # Student's t with 19 degrees
    # The difference is 0.7 times that of the means of the two groups.
    expected = 0.7**2 * (errors[:60].var(ddof=1) / 60 + errors[60:].var(ddof=1) / 140)
    assert np.mean(variances) == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("size", [2, 3, 5, 10, 20])
def test_the_error_of_a_small_group_beside_many_is_that_of_its_mean(size, global_random_seed):
    few = np.random.default_rng(global_random_seed).exponential(2, size)
    errors = np.append(few, np.ones(2000))  # the others add no variance
    groups = np.repeat(["few", "many"], [size, 2000])
    model = GivenNumber().fit(errors[:, None], errors)
    report = subgroup_report(model, errors[:, None], np.zeros(len(errors)), groups, random_state=0)
    low, high = report.table.loc[("neg_mean_absolute_error", "group", "few"), ["low", "high"]]
    error = (high - low) / 2 / student_t.ppf(0.975, size - 1)
    assert error == pytest.approx(few.std(ddof=1) / np.sqrt(size), rel=0.02)  # less their share


def test_scores_of_one_name_are_numbered(case):
    model, X, y, groups = case
    scorers = [
        make_scorer(f1_score),
        make_scorer(recall_score),
        make_scorer(f1_score, pos_label=0),
    ]
    report = subgroup_report(model, X, y, groups, scoring=scorers, random_state=0)
    assert report.overall.to_dict() == {
        "f1_score": scorers[0](model, X, y),
        "recall_score": scorers[1](model, X, y),
        "f1_score_2": scorers[2](model, X, y),
    }


def test_all_samples_are_scored_once(case):
    model, X, y, groups = case
    calls = []

    def count(estimator, X, y):
        calls.append(len(X))
        return 1.0

    subgroup_report(model, X, y, groups, scoring=count, confidence_level=None)
    assert calls.count(200) == 1


def test_a_group_of_one_has_no_interval(case):
    model, X, y, _ = case
    report = subgroup_report(model, X, y, ["one", *["rest"] * 199], random_state=0)
    table = report.table.loc["accuracy", "group"]
    assert table.loc["one", ["low", "high"]].isna().all()
    assert table.loc["rest", ["low", "high"]].notna().all()


def test_what_is_undefined_in_a_group_is_nan(case):
    model, X, y, _ = case
    groups = np.where(np.arange(200) < 5, "few", "many")
    y = np.where(groups == "few", 0, y)
    for scoring in ("roc_auc", "neg_log_loss"):
        report = subgroup_report(model, X, y, groups, scoring=scoring, random_state=0)
        table = report.table.loc[scoring, "group"]
        assert table.loc["few", ["score", "difference", "low", "high"]].isna().all()
        assert table.loc["many"].notna().all()


def test_missing_modalities_are_an_attribute(late, samples):
    X, y = samples
    report = subgroup_report(late, X, y, random_state=0)
    rows = X["audio"].notna().to_numpy()
    found = report.table.loc["accuracy", "missing"]
    assert found["n_samples"].to_dict() == {"none": rows.sum(), "audio": (~rows).sum()}
    assert found.loc["none", "score"] == pytest.approx(late.score(X[rows], y[rows]))


def test_missingness_can_be_left_out(late, samples):
    X, y = samples
    report = subgroup_report(late, X, y, y, missingness=False, random_state=0)
    assert set(report.table.index.get_level_values("attribute")) == {"group"}


def test_regressors_are_scored_by_their_absolute_error(numbers, regressor):
    X, y = numbers
    report = subgroup_report(regressor, X, y, np.arange(90) % 2, random_state=0)
    expected = -mean_absolute_error(y[::2], regressor.predict(X[::2]))
    assert report.table.loc[("neg_mean_absolute_error", "group", 0), "score"] == pytest.approx(
        expected
    )
    assert report.rates is None


def test_a_model_predicts_once(case):
    _, X, y, groups = case
    calls = []

    class Counting(Given):
        def predict(self, X):
            calls.append(len(X))
            return super().predict(X)

    subgroup_report(Counting().fit(X, y), X, y, groups, intersections=True)
    assert calls == [200]


def test_a_function_of_samples_is_given_the_samples_of_the_group(case):
    model, X, y, groups = case

    def largest(estimator, X, y):
        return X.max()

    report = subgroup_report(model, X, y, groups, scoring=largest, confidence_level=None)
    expected = X[(groups["sex"] == "f").to_numpy()].max()
    assert report.table.loc[("largest", "sex", "f"), "score"] == expected
    assert report.table["low"].isna().all()


def test_the_positive_class_is_the_second_or_the_given_one(case):
    model, X, y, groups = case
    predicted = model.predict(X)
    for pos_label, expected in ((None, 1), (0, 0)):
        report = subgroup_report(model, X, y, groups, pos_label=pos_label, random_state=0)
        share = (predicted[groups["sex"] == "f"] == expected).mean()
        assert_allclose(report.rates.loc[("sex", "f"), "selection_rate"], share)
    with pytest.raises(ValueError, match=r"pos_label=7 is none of the classes \[0, 1\]"):
        subgroup_report(model, X, y, groups, pos_label=7)


def test_of_several_classes_one_may_be_chosen():
    y = np.arange(30) % 3
    model = Given().fit(np.zeros((30, 1)), y)
    groups = np.repeat(["a", "b"], 15)
    assert subgroup_report(model, np.zeros((30, 1)), y, groups).rates is None
    report = subgroup_report(model, np.zeros((30, 1)), y, groups, pos_label=0)
    assert (report.rates["selection_rate"] == 1).all()
    assert report.differences.loc["group", "demographic_parity_difference"] == 0


def test_weights_count_samples(case):
    model, X, y, groups = case
    weight = np.random.default_rng(0).uniform(size=200)
    report = subgroup_report(model, X, y, groups, sample_weight=weight, random_state=0)
    rows = (groups["sex"] == "f").to_numpy()
    expected = accuracy_score(y[rows], model.predict(X[rows]), sample_weight=weight[rows])
    assert report.table.loc[("accuracy", "sex", "f"), "score"] == pytest.approx(expected)


def test_nothing_to_report_on_is_told(case):
    model, X, y, _ = case
    with pytest.raises(
        ValueError,
        match="there is nothing to report on: give groups",
    ):
        subgroup_report(model, X, y)


def test_an_attribute_cannot_have_the_name_of_missingness(late, samples):
    X, y = samples
    with pytest.raises(ValueError, match="groups has an attribute 'missing'.*missingness=False"):
        subgroup_report(late, X, y, {"missing": y})


def test_the_same_seed_gives_the_same_report(case):
    model, X, y, groups = case
    one, two = (subgroup_report(model, X, y, groups, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, two.table)


def test_without_a_seed_numpys_generator_stays_where_it_is(case):
    model, X, y, groups = case
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    subgroup_report(model, X, y, groups)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
