"""skorch's EpochScoring scores what the estimator predicts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import get_scorer, make_scorer, mean_absolute_error
from skorch.callbacks import EarlyStopping, EpochScoring

from skmm.nn import DeepFusionRegressor, MultitaskFusion
from tests.nn.quick import QUICK, quick

NAMES = np.array(["no", "yes"])


class Held(EpochScoring):
    """A user's own class, which keeps the rows that are held out."""

    rows = []

    def on_epoch_end(self, net, dataset_train, dataset_valid, **kwargs):
        Held.rows = dataset_valid.rows.numpy()


def best_score(estimator, X, y, scoring, name=None):
    """What the callback says of the epoch whose weights are kept, and scikit-learn of the model."""
    callbacks = [EpochScoring(scoring, lower_is_better=False, name=name), Held(None)]
    model = estimator.set_params(callbacks=callbacks, early_stopping=True).fit(X, y)
    best, rows = model.history_["valid_loss"].argmin(), Held.rows
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    return model.history_[name or scoring][best], scorer(model, X.iloc[rows], y[rows])


PARAMS = {"validation_fraction": 0.4, "dropout": 0.0}


@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss", "roc_auc", "balanced_accuracy"])
@pytest.mark.parametrize("weighs", [False, True])
def test_the_score_of_classes_is_that_of_scikit_learn(toy, scoring, weighs):
    X, y = toy
    model = quick(**PARAMS, class_weight={"no": 1, "yes": 3} if weighs else None)
    score, expected = best_score(model, X, NAMES[y], scoring)
    assert_allclose(score, expected, rtol=1e-6)


@pytest.mark.parametrize("scoring", ["accuracy", "f1_micro", "roc_auc"])
def test_the_score_of_labels_is_that_of_scikit_learn(toy, scoring):
    X, y = toy
    labels = np.column_stack([y, np.arange(40) // 2 % 2, 1 - y])
    score, expected = best_score(quick(**PARAMS), X, labels, scoring)
    assert_allclose(score, expected, rtol=1e-6)


@pytest.mark.parametrize("n_targets", [1, 2])
def test_the_score_of_numbers_is_in_their_units(toy, n_targets):
    X, y = toy
    numbers = 1000.0 * y if n_targets == 1 else np.column_stack([1000.0 * y, -y])
    model = DeepFusionRegressor(**QUICK | PARAMS)
    for scoring in ("neg_mean_absolute_error", make_scorer(mean_absolute_error)):
        name = scoring if isinstance(scoring, str) else "error"
        score, expected = best_score(model, X, numbers, scoring, name)
        assert_allclose(score, expected, rtol=1e-5)


def test_training_is_scored_without_a_part_that_is_held_out(toy):
    X, y = toy
    callbacks = [("score", EpochScoring("accuracy", on_train=True)), EpochScoring("roc_auc")]
    model = quick(callbacks=callbacks, warm_start=True).fit(X, y).fit(X, y)
    assert model.history_["accuracy"].notna().sum() == 6
    assert model.history_["accuracy"].iloc[-1] == model.score(X, y)
    assert "roc_auc" not in model.history_


def test_a_score_does_not_change_what_is_learned(toy):
    X, y = toy
    scored = quick(callbacks=[EpochScoring("accuracy", on_train=True)]).fit(X, y)
    np.testing.assert_array_equal(scored.predict_proba(X), quick().fit(X, y).predict_proba(X))


def test_training_stops_by_a_score(toy):
    X, y = toy
    stop = EarlyStopping(monitor="accuracy", lower_is_better=False, patience=2)
    callbacks = [EpochScoring("accuracy", lower_is_better=False), stop]
    model = quick(early_stopping=True, max_epochs=200, patience=200, callbacks=callbacks).fit(X, y)
    assert model.n_iter_ < 200


def test_several_tasks_have_no_score(toy):
    X, y = toy
    model = MultitaskFusion(**QUICK, callbacks=[EpochScoring("accuracy")])
    with pytest.raises(ValueError, match="EpochScoring scores one target.* trained on 2 tasks"):
        model.fit(X, np.column_stack([y, y]))
