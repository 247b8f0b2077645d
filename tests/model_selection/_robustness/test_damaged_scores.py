"""Scores on damaged data."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV

from skmm import make_frame
from skmm.model_selection._robustness.damaged_scores import (
    check_baseline,
    check_data,
    check_estimators,
    check_levels,
    choose_modalities,
    name_scores,
    score_damaged,
)

X = make_frame(a=np.arange(20.0), b=np.zeros((20, 2)))
Y = np.arange(20) % 2
FITTED = DummyClassifier().fit(X, Y)


def add(frame, level, seed):
    return frame.assign(a=frame["a"] + level * np.random.RandomState(seed).normal(size=len(frame)))


class Recorder(DummyClassifier):
    """Keeps what it is scored on; its score tells the data apart."""

    def score(self, X, y):
        return float(X["a"].sum())


def score(models, levels=(0.0, 1.0), n_repeats=3, **options):
    options = {"scoring": None, "random_state": 0, "n_jobs": None} | options
    return score_damaged(models, X, Y, np.array(levels), add, n_repeats=n_repeats, **options)


def test_all_models_see_the_same_data_and_repeats_differ():
    models = {name: Recorder().fit(X, Y) for name in ("one", "two")}
    scores = score(models)
    assert scores.index.tolist() == [(level, repeat) for level in (0, 1) for repeat in range(3)]
    assert_array_equal(scores["one"], scores["two"])
    assert scores.loc[0, "one"].nunique() == 1
    assert scores.loc[1, "one"].nunique() == 3


def test_equal_seeds_give_equal_data_and_others_do_not():
    models = {"one": Recorder().fit(X, Y)}
    first = score(models)
    assert first.equals(score(models))
    assert not first.equals(score(models, random_state=1))


def test_without_a_seed_numpys_generator_stays_where_it_is():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    score({"one": Recorder().fit(X, Y)}, random_state=None)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_processes_change_nothing():
    model = Recorder().fit(X, Y)
    assert score({"one": model}).equals(score({"one": model}, n_jobs=2))


def test_a_model_that_cannot_be_scored_is_named_with_the_level():
    sick = LogisticRegression().fit(X[["a"]], Y)
    with pytest.raises(ValueError, match="estimator 'sick', level 0: ValueError: .*could not"):
        score({"sick": sick}, scoring=lambda model, X, y: float("much"))


@pytest.mark.parametrize("value", [np.nan, np.array([1.0, 2.0]), {"a": 1.0}])
def test_a_score_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="level 0: the score is.*expected a finite number"):
        score({"one": FITTED}, scoring=lambda model, X, y: value)


def test_one_model_is_called_by_its_class():
    assert check_estimators(FITTED) == {"DummyClassifier": FITTED}
    assert check_estimators({"dummy": FITTED}) == {"dummy": FITTED}


def test_models_that_are_none_or_not_fitted_are_refused():
    with pytest.raises(ValueError, match="empty dict"):
        check_estimators({})
    with pytest.raises(TypeError, match="estimator 'x' is 3; expected a fitted model"):
        check_estimators({"x": 3})
    with pytest.raises(NotFittedError):
        check_estimators({"x": LogisticRegression()})


@pytest.mark.parametrize(
    "levels", [[0, 2], [-0.1, 0.5], [0.5, 0.2], [0, 0], [], 0.5, [[0, 1]], ["a"], [0, np.nan]]
)
def test_levels_that_do_not_ascend_from_0_to_1_are_refused(levels):
    with pytest.raises(ValueError, match="rates is .*; expected ascending numbers from 0 to 1"):
        check_levels(levels, "rates", highest=1)


def test_levels_may_be_unbounded():
    assert_array_equal(check_levels((0, 3), "levels", highest=np.inf), [0.0, 3.0])
    with pytest.raises(ValueError, match="expected ascending numbers at least 0"):
        check_levels((-1, 3), "levels", highest=np.inf)


def test_x_is_a_frame_with_a_target_for_each_row():
    with pytest.raises(TypeError, match="give a DataFrame"):
        check_data(np.zeros((20, 2)), Y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        check_data(X, Y[1:])


def test_modalities_are_chosen_by_name():
    assert choose_modalities(X, None) == ["a", "b"]
    assert choose_modalities(X, "b") == ["b"]
    assert choose_modalities(X, ["b", "a"]) == ["b", "a"]
    for wrong in ("c", ["a", "c"], []):
        with pytest.raises(ValueError, match=r"expected some of the modalities of X, \['a', 'b'\]"):
            choose_modalities(X, wrong)


def test_the_baseline_is_one_of_the_models():
    check_baseline(None, {"a": FITTED})
    check_baseline("a", {"a": FITTED})
    with pytest.raises(ValueError, match="baseline is 'late'; expected one of the estimators"):
        check_baseline("late", {"a": FITTED})


def test_scores_have_names():
    assert name_scores(None, {"a": FITTED}) == "accuracy"
    assert name_scores(None, {"a": Ridge()}) == "R2"
    assert name_scores("neg_log_loss", {"a": FITTED}) == "neg_log_loss"
    assert name_scores(check_data, {"a": FITTED}) == "check_data"
    search = GridSearchCV(FITTED, {}, scoring="neg_log_loss")
    assert name_scores(None, {"a": FITTED, "b": search}) == "score"
    assert name_scores("accuracy", {"a": FITTED, "b": search}) == "accuracy"
