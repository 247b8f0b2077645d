"""What late fusion does for classifiers and regressors alike, shown on the classifier."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, ShuffleSplit, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, ModalityError, make_frame
from skmm.fusion._out_of_fold import make_splits
from skmm.text import BagOfWordsVectorizer

COLUMNS = {"sepal": [0, 1], "petal": [2, 3]}
MODELS = {"sepal": GaussianNB(), "petal": LogisticRegression()}


class Spy(ClassifierMixin, BaseEstimator):
    """Remember what it was given; predict the class shares."""

    def fit(self, X, y, sample_weight=None):
        self.seen_, self.y_, self.sample_weight_ = np.asarray(X), np.asarray(y), sample_weight
        self.classes_, self.counts_ = np.unique(y, return_counts=True)
        return self

    def predict_proba(self, X):
        return np.tile(self.counts_ / self.counts_.sum(), (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def iris():
    X, codes = load_iris(return_X_y=True)
    return X, np.array(["setosa", "versicolor", "virginica"])[codes]


@pytest.fixture
def frame(iris):
    return make_frame(**{name: iris[0][:, columns] for name, columns in COLUMNS.items()})


def members():
    return list(MODELS.items())


def test_members_are_fitted_on_the_rows_that_have_their_modality(iris, frame):
    frame.loc[:9, "sepal"] = None
    late = LateFusionClassifier([("sepal", Spy()), ("petal", Spy())]).fit(frame, iris[1])
    assert_array_equal(late.named_estimators_["sepal"].seen_, iris[0][10:, :2])
    assert_array_equal(late.named_estimators_["sepal"].y_, iris[1][10:])
    assert len(late.named_estimators_["petal"].seen_) == 150


def test_missing_error_names_the_row(iris, frame):
    frame.loc[7, "petal"] = None
    with pytest.raises(ModalityError, match="modality 'petal', row 7"):
        LateFusionClassifier(members(), missing="error").fit(frame, iris[1])


def test_a_modality_missing_in_every_row_is_an_error_in_fit(iris, frame):
    frame["petal"] = frame["petal"].where(np.zeros(150, dtype=bool))
    with pytest.raises(ModalityError, match="modality 'petal': missing in every sample"):
        LateFusionClassifier(members()).fit(frame, iris[1])


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
    late = LateFusionClassifier([("sepal", Spy()), ("petal", GaussianNB())])
    late.fit(frame, iris[1], sample_weight=weights)
    assert_array_equal(late.named_estimators_["sepal"].sample_weight_, weights)
    direct = GaussianNB().fit(iris[0][:, 2:], iris[1], sample_weight=weights)
    assert_allclose(late.named_estimators_["petal"].class_prior_, direct.class_prior_)


def test_sample_weight_for_a_pipeline_needs_routing(iris, frame):
    late = LateFusionClassifier([("sepal", make_pipeline(GaussianNB()))])
    with pytest.raises(
        ValueError, match="modality 'sepal': Pipeline takes no sample_weight directly"
    ):
        late.fit(frame, iris[1], sample_weight=np.ones(150))


def test_unknown_metadata_is_refused_without_routing(iris, frame):
    with pytest.raises(TypeError, match=r"got \['speaker'\]"):
        LateFusionClassifier(members()).fit(frame, iris[1], speaker=np.ones(150))


def test_splits_that_leave_rows_out_are_refused(iris, frame):
    late = LateFusionClassifier(members(), rule="stacking", cv=ShuffleSplit(2, random_state=0))
    with pytest.raises(ValueError, match="does not test every row exactly once"):
        late.fit(frame, iris[1])


def test_n_jobs_does_not_change_the_result(iris, frame):
    for rule in ("mean", "stacking", "greedy"):
        one = LateFusionClassifier(members(), rule=rule).fit(frame, iris[1])
        two = LateFusionClassifier(members(), rule=rule, n_jobs=2).fit(frame, iris[1])
        assert_array_equal(one.predict_proba(frame), two.predict_proba(frame))


def test_dropped_members_do_not_vote(iris, frame):
    late = LateFusionClassifier(members()).set_params(sepal="drop").fit(frame, iris[1])
    alone = LogisticRegression().fit(iris[0][:, 2:], iris[1])
    assert_allclose(late.predict_proba(frame), alone.predict_proba(iris[0][:, 2:]))


def test_columns_may_be_reordered_and_more_at_predict(iris, frame):
    late = LateFusionClassifier(members()).fit(frame, iris[1])
    other = frame[["petal", "sepal"]].assign(text="x")
    assert_array_equal(late.predict_proba(other), late.predict_proba(frame))


def test_a_failed_refit_keeps_the_old_model(iris, frame):
    late = LateFusionClassifier(members()).fit(frame, iris[1])
    before = late.predict_proba(frame)
    with pytest.raises(ValueError, match="1 class"):
        late.fit(frame.iloc[:10], ["a"] * 10)
    assert_array_equal(late.predict_proba(frame), before)


def test_html_shows_the_members_side_by_side():
    assert "sk-parallel" in LateFusionClassifier(members())._repr_html_()


def test_y_is_required(frame):
    with pytest.raises(ValueError, match="LateFusionClassifier requires y to be passed"):
        LateFusionClassifier(members()).fit(frame, None)


def test_metadata_of_another_length_is_refused(iris, frame):
    for name in ("groups", "sample_weight"):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            LateFusionClassifier(members()).fit(frame, iris[1], **{name: np.ones(40)})


def test_an_iterator_of_splits_is_used_once_and_for_all(iris, frame):
    splits = list(GroupKFold(3).split(frame, groups=np.arange(150) % 6))
    late = LateFusionClassifier(members(), rule="greedy")
    with config_context(enable_metadata_routing=True):
        one = late.set_params(cv=iter(splits)).fit(frame, iris[1]).weights_
        assert late.set_params(cv=splits).fit(frame, iris[1]).weights_ == one


def test_an_empty_frame_is_refused(iris, frame):
    late = LateFusionClassifier(members()).fit(frame, iris[1])
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        late.predict(frame.iloc[:0])
    with pytest.raises(ValueError, match="0 sample"):
        late.fit(frame.iloc[:0], iris[1][:0])


def test_weights_by_name_go_with_dropped_members(iris, frame):
    late = LateFusionClassifier(members(), weights={"sepal": 1, "petal": 2})
    late.set_params(sepal="drop").fit(frame, iris[1])
    assert late.weights_ == {"petal": 1.0}


def test_the_label_of_a_bad_sample_survives_a_member_that_splits_its_rows(iris):
    texts = [["a b"], ["c d"], ["e f"]]
    cells = [texts[code][0] for code in np.arange(30) % 3]
    cells[20] = 7
    X = make_frame(text=pd.Series(cells, dtype=object)).set_axis([f"id{i}" for i in range(30)])
    model = make_pipeline(BagOfWordsVectorizer(), LogisticRegression())
    late = LateFusionClassifier([("text", CalibratedClassifierCV(model, cv=3))])
    with pytest.raises(ModalityError, match=r"modality 'text', row 20 \(index 'id20'\)"):
        late.fit(X, np.arange(30) % 3)
