"""Which samples early stopping watches, and groups that reach it, directly and by routing."""

import numpy as np
import pytest
import sklearn
from sklearn.model_selection import GroupKFold, cross_validate
from skorch.callbacks import Callback

from skmm.nn import DeepFusionRegressor
from tests.nn.quick import QUICK, quick

GROUPS = np.repeat(np.arange(10), 4)


class Spy(Callback):
    """Note which rows train and which are held out."""

    seen = []

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        held_out = None if dataset_valid is None else dataset_valid.rows.tolist()
        Spy.seen.append((dataset_train.rows.tolist(), held_out))


@pytest.fixture
def seen():
    Spy.seen = []
    return Spy.seen


PARAMS = {"early_stopping": True, "validation_fraction": 0.3, "max_epochs": 1}


def test_whole_groups_are_held_out(toy, seen):
    X, y = toy
    quick(**PARAMS, callbacks=[Spy()]).fit(X, y, groups=GROUPS)
    [(kept, held_out)] = seen
    assert len(held_out) == 12
    assert not set(GROUPS[kept]) & set(GROUPS[held_out])


def test_whole_groups_are_held_out_of_a_regression(toy, seen):
    X, y = toy
    DeepFusionRegressor(**QUICK | PARAMS, callbacks=[Spy()]).fit(X, y, groups=GROUPS)
    assert not set(GROUPS[seen[0][0]]) & set(GROUPS[seen[0][1]])


def test_groups_are_requested_in_metadata_routing(toy, seen):
    X, y = toy
    with sklearn.config_context(enable_metadata_routing=True):
        cross_validate(
            quick(**PARAMS, callbacks=[Spy()]),
            X,
            y,
            cv=GroupKFold(2),
            params={"groups": GROUPS},
            error_score="raise",
        )
    assert [len(held_out) % 4 for _, held_out in seen] == [0, 0]


def test_groups_do_not_matter_without_early_stopping(toy):
    X, y = toy
    with_groups = quick().fit(X, y, groups=GROUPS).predict_proba(X)
    assert np.array_equal(with_groups, quick().fit(X, y).predict_proba(X))


@pytest.mark.parametrize("stops", [True, False])
def test_groups_of_another_length_are_refused(toy, stops):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        quick(early_stopping=stops).fit(*toy, groups=GROUPS[:-1])


def test_a_tiny_fraction_still_holds_out_a_sample(toy, seen):
    quick(**PARAMS | {"validation_fraction": 1e-6}, callbacks=[Spy()]).fit(*toy)
    assert len(seen[0][1]) == 1


def test_warm_start_holds_out_the_same_part_again(toy, seen):
    X, y = toy
    model = quick(**PARAMS, callbacks=[Spy()], warm_start=True)
    model.fit(X, y).fit(X, y)
    assert seen[0] == seen[1]


def test_training_that_spoils_the_net_leaves_it_as_it_came(toy):
    X, y = toy
    params = PARAMS | {"max_epochs": 30, "warm_start": True}
    model = DeepFusionRegressor(**QUICK | params).fit(X, y)
    before = model.transform(X)
    model.set_params(lr=10.0, max_epochs=3, optimizer="sgd").fit(X, y)
    losses = model.history_["valid_loss"]
    assert losses.iloc[-3:].min() > losses.iloc[:-3].min()
    assert np.array_equal(model.transform(X), before)
    assert model.n_iter_ == len(losses)


def test_training_that_improves_the_net_keeps_its_best_epoch(toy):
    X, y = toy
    model = quick(**PARAMS, warm_start=True).fit(X, y)
    before = model.transform(X)
    model.set_params(max_epochs=5).fit(X, y)
    losses = model.history_["valid_loss"]
    assert losses.iloc[1:].min() < losses.iloc[0]
    assert not np.array_equal(model.transform(X), before)


def test_the_loss_a_net_comes_with_is_the_one_that_was_recorded(toy):
    X, y = toy

    class Note(Callback):
        noted = []

        def on_epoch_begin(self, net, **kwargs):
            Note.noted.append(net.history[-1].get("valid_loss"))

    model = quick(**PARAMS, warm_start=True, callbacks=[Note()]).fit(X, y).fit(X, y)
    assert Note.noted[0] is None
    assert Note.noted[1] == pytest.approx(model.history_["valid_loss"][0], rel=1e-6)
