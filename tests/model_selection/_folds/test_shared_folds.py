"""Several models on the same folds."""

import pickle

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skmm import make_frame
from skmm.model_selection._folds.inner_folds import InnerFolds
from skmm.model_selection._folds.shared_folds import Data, Strategy, fit_on_all_rows, score_on_folds
from tests.tiny_extractors import Spied

X, y = load_iris(return_X_y=True)
FOLDS = list(StratifiedKFold(3, shuffle=True, random_state=0).split(X, y))
INNER = InnerFolds(3, None, FOLDS, stratified=True)
COLUMNS = ["model", "fold", "score", "fit_time", "score_time", "search_time"]
COLUMNS += ["n_extractions", "model_size", "candidate"]


class RefusesFlower(ClassifierMixin, BaseEstimator):
    """Fails where a certain sample is in the training set."""

    def fit(self, X, y):
        if (X == X_SICK).all(axis=1).any():
            raise KeyError("hay fever")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


X_SICK = X[FOLDS[0][1][0]]  # tested in fold 0, so trained on in folds 1 and 2


def score(models, grids=None, params=None, *, data=None, scoring=None, **options):
    strategies = [
        Strategy(name, model, (grids or {}).get(name), params) for name, model in models.items()
    ]
    data = Data(X, y, scoring, inner_folds=INNER) if data is None else data
    return score_on_folds(strategies, data, FOLDS, **options)


@pytest.mark.parametrize("scoring", [None, "balanced_accuracy", "neg_log_loss"])
def test_scores_are_those_of_cross_val_score(scoring):
    models = {
        "linear": LogisticRegression(max_iter=500),
        "tree": DecisionTreeClassifier(random_state=0),
    }
    results = score(models, scoring=scoring)
    assert list(results.columns) == COLUMNS
    for name, model in models.items():
        rows = results[results["model"] == name]
        assert_allclose(rows["score"], cross_val_score(model, X, y, cv=FOLDS, scoring=scoring))
        assert_array_equal(rows["fold"], [0, 1, 2])


def test_metadata_is_cut_to_the_fold():
    params = {"sample_weight": np.random.default_rng(0).uniform(size=len(y))}
    model = LogisticRegression(max_iter=500, C=0.01)
    results = score({"weighted": model}, params=params)
    assert_allclose(results["score"], cross_val_score(model, X, y, cv=FOLDS, params=params))


def test_two_processes_give_the_scores_of_one():
    models = {name: DecisionTreeClassifier(random_state=0) for name in "ab"}
    grids = {"b": {"max_depth": [1, 2]}}
    one, two = (score(models, grids, n_jobs=n_jobs) for n_jobs in (None, 2))
    for column in ("model", "fold", "score", "candidate"):
        assert_array_equal(two[column], one[column])


def test_times_are_seconds_of_every_fold():
    results = score({"tree": DecisionTreeClassifier()})
    assert (results[["fit_time", "score_time"]] > 0).all(axis=None)
    assert (results["search_time"] == 0).all()


def test_a_search_takes_its_own_time_and_says_what_it_chose():
    results = score(
        {"tree": DecisionTreeClassifier(random_state=0)}, {"tree": {"max_depth": [1, 3]}}
    )
    assert (results["search_time"] > results["fit_time"]).all()
    assert_array_equal(results["candidate"], [1, 1, 1])
    best = DecisionTreeClassifier(random_state=0, max_depth=3)
    assert_allclose(results["score"], cross_val_score(best, X, y, cv=FOLDS))


def test_the_size_is_that_of_the_fitted_model():
    model = LogisticRegression(max_iter=500)
    sizes = [
        len(pickle.dumps(model.fit(X[train], y[train]), protocol=pickle.HIGHEST_PROTOCOL))
        for train, _ in FOLDS
    ]
    assert_array_equal(score({"linear": model})["model_size"], sizes)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_extractions_are_counted_and_a_cache_spares_them(tmp_path, n_jobs):
    frame = make_frame(numbers=[list(row) for row in X])
    model = make_pipeline(Spied(log=tmp_path / "log"), DecisionTreeClassifier(random_state=0))
    data = Data(frame["numbers"], y, inner_folds=INNER)
    results = score({"tree": model}, data=data, n_jobs=n_jobs)
    assert_array_equal(results["n_extractions"], 1 + 150)  # and the first one for the shape
    (tmp_path / "log").write_text("")
    results = score({"a": model, "b": model}, data=data._replace(memory=tmp_path / "cache"))
    assert results["n_extractions"].sum() == len({tuple(row) for row in X})
    assert len((tmp_path / "log").read_text().splitlines()) == results["n_extractions"].sum()
    assert model[0].memory is None


def test_extractions_in_other_processes_are_not_known(tmp_path):
    class Spreads(DecisionTreeClassifier):
        n_jobs = 2

    frame = make_frame(numbers=[list(row) for row in X])
    model = make_pipeline(Spied(log=tmp_path / "log"), Spreads())
    data = Data(frame["numbers"], y, inner_folds=INNER)
    assert score({"tree": model}, data=data)["n_extractions"].isna().all()


def test_progress_is_shown_when_asked_for(capsys):
    score({"tree": DecisionTreeClassifier()}, verbose=True)
    assert "3/3" in capsys.readouterr().err
    score({"tree": DecisionTreeClassifier()}, verbose=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_model_that_fails_is_named_with_the_fold(n_jobs):
    models = {"healthy": DecisionTreeClassifier(), "sick": RefusesFlower()}
    with pytest.raises(ValueError, match=r"model 'sick', fold [12]: KeyError: 'hay fever'"):
        score(models, n_jobs=n_jobs)


def test_a_score_that_is_not_finite_is_named_with_the_fold():
    def undefined(model, X, y):
        return np.nan

    with pytest.raises(ValueError, match=r"model 'tree', fold 0: the score is nan; .* stratify"):
        score({"tree": DecisionTreeClassifier()}, scoring=undefined)


def test_several_scores_at_once_are_refused():
    def both(model, X, y):
        return {"a": 1.0, "b": 2.0}

    with pytest.raises(ValueError, match=r"scoring gives \['a', 'b'\]; expected a single score"):
        score({"tree": DecisionTreeClassifier()}, scoring=both)


def test_a_model_is_fitted_on_all_rows_as_by_hand():
    weights = np.random.default_rng(0).uniform(size=len(y))
    strategy = Strategy("linear", LogisticRegression(C=0.01), params={"sample_weight": weights})
    model, params = fit_on_all_rows(strategy, Data(X, y, inner_folds=INNER))
    expected = LogisticRegression(C=0.01).fit(X, y, weights)
    assert_allclose(model.coef_, expected.coef_)
    assert params == {}


def test_before_it_is_fitted_on_all_rows_parameters_are_chosen_on_all_rows():
    strategy = Strategy("tree", DecisionTreeClassifier(random_state=0), {"max_depth": [1, 3]})
    model, params = fit_on_all_rows(strategy, Data(X, y, inner_folds=INNER))
    assert params == {"max_depth": 3}
    assert model.get_depth() == 3


def test_a_model_that_is_fitted_on_all_rows_is_not_scored():
    class Silent(DecisionTreeClassifier):
        def predict(self, X):
            raise AssertionError

    for scoring in (None, "accuracy"):
        data = Data(X, y, scoring=scoring, inner_folds=INNER)
        assert fit_on_all_rows(Strategy("silent", Silent()), data)[0].tree_.n_node_samples[
            0
        ] == len(y)


def test_metadata_of_the_score_alone_do_not_hinder_the_fit_on_all_rows():
    with sklearn.config_context(enable_metadata_routing=True):
        tree = DecisionTreeClassifier().set_fit_request(sample_weight=False)
        tree.set_score_request(sample_weight=True)
        strategy = Strategy("tree", tree, params={"sample_weight": np.ones(len(y))})
        model, _ = fit_on_all_rows(strategy, Data(X, y, inner_folds=INNER))
    assert model.tree_.n_node_samples[0] == len(y)
