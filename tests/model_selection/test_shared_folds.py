"""Several models on the same folds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skmm.model_selection._shared_folds import score_on_folds

X, y = load_iris(return_X_y=True)
FOLDS = list(StratifiedKFold(3, shuffle=True, random_state=0).split(X, y))


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


def score(models, params=None, **options):
    options = {"scoring": None, "n_jobs": None, "verbose": False} | options
    params = params or dict.fromkeys(models)
    return score_on_folds(models, X, y, FOLDS, params, **options)


@pytest.mark.parametrize("scoring", [None, "balanced_accuracy", "neg_log_loss"])
def test_scores_are_those_of_cross_val_score(scoring):
    models = {
        "linear": LogisticRegression(max_iter=500),
        "tree": DecisionTreeClassifier(random_state=0),
    }
    results = score(models, scoring=scoring)
    for name, model in models.items():
        expected = cross_val_score(model, X, y, cv=FOLDS, scoring=scoring)
        assert_allclose(results.loc[results["model"] == name, "score"], expected)


def test_metadata_is_cut_to_the_fold():
    weights = np.random.default_rng(0).uniform(size=len(y))
    model = LogisticRegression(max_iter=500, C=0.01)
    results = score({"weighted": model}, {"weighted": {"sample_weight": weights}})
    expected = cross_val_score(model, X, y, cv=FOLDS, params={"sample_weight": weights})
    assert_allclose(results["score"], expected)


def test_two_processes_give_the_scores_of_one():
    models = {"tree": DecisionTreeClassifier(random_state=0)}
    assert_allclose(score(models, n_jobs=2)["score"], score(models)["score"])


def test_times_are_seconds_of_every_fold():
    results = score({"tree": DecisionTreeClassifier()})
    assert list(results.columns) == ["model", "fold", "score", "fit_time", "score_time"]
    assert (results[["fit_time", "score_time"]] > 0).all(axis=None)


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
