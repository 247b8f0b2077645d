"""partial_fit trains an epoch more and keeps what the first call found out."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skorch.callbacks import Callback

from skmm import ModalityError
from skmm._tensor import TensorArray
from skmm.frame import drop_modalities
from skmm.nn import DeepFusionRegressor
from tests.nn.quick import QUICK, quick


def quick_regressor(**params):
    return DeepFusionRegressor(**(QUICK | params))


def test_the_first_call_is_a_fit_of_one_epoch(toy):
    X, y = toy
    partial = quick().partial_fit(X, y, classes=[0, 1])
    assert partial.n_iter_ == 1
    assert_array_equal(partial.predict_proba(X), quick(max_epochs=1).fit(X, y).predict_proba(X))


def test_the_first_call_of_a_regressor_is_a_fit_of_one_epoch(toy):
    X, y = toy
    expected = quick_regressor(max_epochs=1).fit(X, y).predict(X)
    assert_array_equal(quick_regressor().partial_fit(X, y).predict(X), expected)


def test_a_later_call_is_one_more_epoch_of_warm_start(toy):
    X, y = toy
    partial = quick().fit(X, y).partial_fit(X, y)
    warm = quick(warm_start=True).fit(X, y).set_params(max_epochs=1).fit(X, y)
    assert partial.history_["epoch"].tolist() == [1, 2, 3, 4]
    assert_array_equal(partial.predict_proba(X), warm.predict_proba(X))


def test_every_call_has_its_own_order_and_dropout(toy):
    X, y = toy
    seen = []

    class Order(Callback):
        def on_batch_begin(self, net, batch=None, **kwargs):
            seen.append(batch[0]["blocks"]["sensor"][:, 0].tolist())

    model = quick(callbacks=[Order()], batch_size=-1)
    model.partial_fit(X, y, classes=[0, 1]).partial_fit(X, y)
    assert sorted(seen[0]) == sorted(seen[1])
    assert seen[0] != seen[1]


def test_it_gets_used_to_a_new_user():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(size=(200, 3)) + 2 * y[:, np.newaxis]
    theirs = X - 4 * y[:, np.newaxis]  # the new user goes the other way
    model = quick(max_epochs=10, lr=1e-2).fit(X, y)
    before = model.score(theirs, y)
    for _ in range(100):
        model.partial_fit(theirs[:100], y[:100])
    assert before < 0.5
    assert model.score(theirs[100:], y[100:]) > 0.9


def test_statistics_and_shares_of_classes_are_kept(toy):
    X, y = toy
    model = quick().fit(X, y)
    prior, mean = model.class_prior_, model.net_.module_.scalers[0].mean.clone()
    far = X.assign(sensor=TensorArray(X["sensor"].array.tensor + 100))
    model.partial_fit(far.iloc[:10], np.zeros(10, dtype=int))
    assert_array_equal(model.class_prior_, prior)
    assert_array_equal(model.net_.module_.scalers[0].mean, mean)


def test_the_units_of_a_regressor_are_kept(toy):
    X, y = toy
    model = quick_regressor().fit(X, y)
    units = model.y_mean_, model.y_scale_
    model.partial_fit(X, y + 100.0)
    assert (model.y_mean_, model.y_scale_) == units


def test_moments_are_kept(toy):
    X, y = toy
    model = quick().partial_fit(X, y, classes=[0, 1]).partial_fit(X, y)
    steps = {int(state["step"]) for state in model.net_.optimizer_.state.values()}
    assert steps == {2}  # 40 samples are one batch


def test_a_class_may_be_absent_and_later_appear(toy):
    X, y = toy
    model = quick().partial_fit(X[y == 0], y[y == 0], classes=[0, 1])
    assert model.predict_proba(X).shape == (40, 2)
    model.partial_fit(X[y == 1], y[y == 1], classes=[1, 0])
    assert model.classes_.tolist() == [0, 1]


def test_a_modality_may_be_missing_everywhere_later(toy):
    X, y = toy
    few = drop_modalities(X.iloc[:8], ["text", "image"])
    assert quick().fit(X, y).partial_fit(few, y[:8]).n_iter_ == 4
    with pytest.raises(ModalityError, match="modality 'image': missing in every sample"):
        quick().partial_fit(few, y[:8], classes=[0, 1])


def test_the_first_call_needs_classes(toy):
    with pytest.raises(ValueError, match=r"classes=None in the first partial_fit.*np.unique"):
        quick().partial_fit(*toy)


def test_one_class_is_not_enough(toy):
    X, y = toy
    with pytest.raises(ValueError, match=r"classes=\[0\]; at least 2 classes"):
        quick().partial_fit(X, np.zeros_like(y), classes=[0])


def test_other_classes_are_refused(toy):
    X, y = toy
    model = quick().fit(X, y)
    with pytest.raises(ValueError, match=r"classes=\[0, 2\], and the net was built for \[0, 1\]"):
        model.partial_fit(X, y, classes=[0, 2])
    with pytest.raises(ValueError, match=r"y has the class 2, and the classes are \[0, 1\]"):
        model.partial_fit(X, y + 1)


def test_nothing_to_learn_from_is_refused(toy):
    X, y = toy
    model = quick().fit(X, y)
    with pytest.raises(ValueError, match="no sample has positive weight and any modality"):
        model.partial_fit(drop_modalities(X, keep_one=False), y)


def test_a_failed_call_leaves_the_old_model(toy):
    X, y = toy
    model = quick().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="no column 'text'"):
        model.partial_fit(X.drop(columns="text"), y)
    assert_array_equal(model.predict_proba(X), before)
    assert model.n_iter_ == 3
