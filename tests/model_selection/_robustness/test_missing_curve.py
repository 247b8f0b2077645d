"""Scores while modalities go missing."""

import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from skmm.datasets import make_multimodal_classification
from skmm.frame import presence_mask
from skmm.fusion import LateFusionClassifier
from skmm.model_selection import missing_modality_curve

MODALITIES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def data():
    return make_multimodal_classification(
        300, modalities={"a": 8, "b": 5, "c": 5}, noise=0.5, random_state=0
    )


@pytest.fixture(scope="module")
def late(data):
    return make_late(MODALITIES).fit(*data)


def make_late(modalities, rule="mean"):
    return LateFusionClassifier([(m, LogisticRegression()) for m in modalities], rule=rule)


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps the masks that it is asked about."""

    def fit(self, X, y):
        self.masks_ = []
        return self

    def score(self, X, y):
        self.masks_.append(presence_mask(X).to_numpy())
        return 0.0


def test_at_rate_0_the_score_is_the_usual_one(data, late):
    scores = missing_modality_curve(late, *data, modality="b", random_state=0).scores
    assert_array_equal(scores.loc[0, "LateFusionClassifier"], [late.score(*data)] * 5)


@pytest.mark.parametrize("rule", ["mean", "product", "vote"])
def test_at_rate_1_a_rule_scores_as_without_the_member(data, rule):
    model = make_late(MODALITIES, rule).fit(*data)
    without = make_late(["a", "c"], rule).fit(*data)
    curve = missing_modality_curve(model, *data, modality="b", rates=[1], n_repeats=2)
    assert_array_equal(curve.scores, [[without.score(*data)]] * 2)


def test_several_modalities_can_go_missing(data, late):
    curve = missing_modality_curve(late, *data, modality=["a", "b"], rates=[0, 1], n_repeats=1)
    assert curve.scores.iloc[1, 0] == make_late(["c"]).fit(*data).score(*data)
    assert curve.level_name == "share of samples without a and b"


def test_gaps_grow_with_the_rate_and_are_the_same_for_every_model(data):
    spies = {"one": Spy().fit(*data), "two": Spy().fit(*data)}
    missing_modality_curve(spies, *data, rates=[0.3, 0.7, 1], n_repeats=1, random_state=0)
    one, two = spies["one"].masks_, spies["two"].masks_
    assert_array_equal(one, two)
    assert (one[1] <= one[0]).all()
    assert all(mask.any(axis=1).all() for mask in one)  # each sample keeps one
    assert_array_equal(one[2].sum(axis=1), 1)
    assert one[2].any(axis=0).all()  # and not always the same
    alone = Spy().fit(*data)
    missing_modality_curve(alone, *data, rates=[0.3, 0.7, 1], n_repeats=1, random_state=0)
    assert_array_equal(alone.masks_, one)


def test_a_share_of_one_modality_is_missing(data):
    spy = Spy().fit(*data)
    missing_modality_curve(spy, *data, modality="b", rates=[0.3], n_repeats=1, random_state=0)
    assert_allclose(1 - spy.masks_[0].mean(axis=0), [0, 0.3, 0], atol=0.06)


def test_the_last_modality_of_a_sample_may_go_if_it_is_named(data):
    X, y = data
    X = X.assign(a=None, c=None)
    spy = Spy().fit(X, y)
    missing_modality_curve(spy, X, y, modality="b", rates=[0.5, 1], n_repeats=1, random_state=0)
    assert_allclose(1 - spy.masks_[0][:, 1].mean(), 0.5, atol=0.1)
    assert not spy.masks_[1].any()


def test_processes_change_nothing_and_x_stays(data, late):
    X, y = data
    before = X.copy()
    options = {"rates": [0, 0.5], "n_repeats": 2, "random_state": 0}
    curve = missing_modality_curve(late, X, y, **options)
    assert_frame_equal(curve.scores, missing_modality_curve(late, X, y, n_jobs=2, **options).scores)
    assert_frame_equal(X, before)


def test_another_score_and_a_baseline_can_be_asked_for(data, late):
    models = {"mean": late, "product": make_late(MODALITIES, "product").fit(*data)}
    curve = missing_modality_curve(
        models, *data, scoring="balanced_accuracy", baseline="mean", random_state=0, n_repeats=2
    )
    assert curve.score_name == "balanced_accuracy"
    assert curve.level_name == "rate of missing cells, of which each sample keeps one"
    table = curve.table
    assert (table["last_score"] < table["first_score"]).all()
    assert table.loc["mean", "effective_robustness"] == 0


def test_a_single_modality_has_to_be_named(data, late):
    X, y = data
    with pytest.raises(ValueError, match="single modality 'a', and each sample keeps one; name it"):
        missing_modality_curve(make_late(["a"]).fit(X, y), X[["a"]], y)
