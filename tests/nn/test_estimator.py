"""What both deep estimators promise, shown on the classifier: every parameter has its effect."""

import _thread
import pickle
import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from skorch.callbacks import Callback, EarlyStopping

from skmm import ModalityError
from skmm._tensor import TensorArray
from skmm.frame import drop_modalities, make_frame
from skmm.nn import SequenceEncoder, VectorEncoder
from skmm.nn._fusions import FUSIONS
from skmm.nn._training.hold_out import hold_out
from tests.nn.quick import Recorder, differs, quick, weights

# -- parameters ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fusion", FUSIONS)
def test_fusion_chooses_the_module(toy, fusion):
    X, y = toy
    model = quick(fusion=fusion).fit(X, y)
    assert type(model.net_.module_.fusion) is FUSIONS[fusion]
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


class Mean(torch.nn.Module):
    """A fusion of one's own."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(8))

    def forward(self, embeddings, present):
        total = (torch.stack(embeddings, dim=1) * present.unsqueeze(2)).sum(dim=1)
        return self.scale * total / present.sum(dim=1, keepdim=True)


def test_a_fusion_of_ones_own_is_trained_as_a_copy(toy):
    X, y = toy
    mine = Mean()
    model = quick(fusion=mine).fit(X, y)
    expected = model.predict_proba(X)
    assert torch.equal(mine.scale, torch.ones(8))
    assert not torch.equal(model.net_.module_.fusion.scale, torch.ones(8))
    assert_array_equal(model.fit(X, y).predict_proba(X), expected)
    assert_array_equal(clone(model).fit(X, y).predict_proba(X), expected)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), expected)
    again = quick(fusion=mine, precision="float64").fit(X, y)
    assert again.net_.module_.fusion.scale.dtype == torch.float64


@pytest.mark.parametrize("fusion", ["mean", Mean, 3, None])
def test_a_fusion_of_another_type_is_refused(toy, fusion):
    with pytest.raises(ValueError, match=r"The 'fusion' parameter .* must be a str among .*torch"):
        quick(fusion=fusion).fit(*toy)


@pytest.mark.parametrize(
    ("fusion", "option", "attribute"),
    [
        ("low_rank", {"rank": 2}, lambda m: m.factors.shape[1]),
        ("tensor", {"factor_dim": 3}, lambda m: m.factors[0].out_features),
        ("embrace", {"hidden_dim": 9}, lambda m: m.output.in_features),
        ("bottleneck", {"n_bottlenecks": 2}, lambda m: len(m.bottlenecks)),
        ("cross_attention", {"n_layers": 2}, lambda m: len(m.layers[0])),
    ],
)
def test_options_of_the_fusion_go_through_net_params(toy, fusion, option, attribute):
    params = {f"module__{name}": value for name, value in option.items()}
    model = quick(fusion=fusion, net_params=params).fit(*toy)
    assert attribute(model.net_.module_.fusion) == next(iter(option.values()))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"fusion": "bottleneck", "embed_dim": 6}, "n_heads=4 does not divide embed_dim=6"),
        ({"fusion": "tensor", "net_params": {"module__factor_dim": 200}}, "fusion='low_rank'"),
    ],
)
def test_what_a_fusion_refuses_is_an_error_of_fit(toy, params, message):
    with pytest.raises(ValueError, match=message):
        quick(**params).fit(*toy)


@pytest.mark.parametrize("fusion", ["film", "bottleneck"])
def test_parameters_without_any_number_are_trained_and_saved(toy, fusion):
    X, y = toy
    params = {"module__n_bottlenecks": 0} if fusion == "bottleneck" else None
    model = quick(fusion=fusion, net_params=params).fit(X[["sensor"]], y)
    expected = model.predict_proba(X)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), expected)


def test_encoders_override_the_choice(toy):
    X, y = toy
    model = quick(encoders={"text": "vector", "image": "vector", "sensor": "sequence"}).fit(X, y)
    kinds = [type(encoder) for encoder in model.net_.module_.encoders]
    assert kinds == [SequenceEncoder, VectorEncoder, VectorEncoder]
    assert model.predict(X).shape == (40,)


@pytest.mark.parametrize(
    "params",
    [
        {"dropout": 0.0},
        {"modality_dropout": 0.5},
        {"batch_size": 16},
        {"lr": 1e-2},
        {"optimizer": "adam", "weight_decay": 0.1},
        {"weight_decay": 1.0},
        {"l1": 0.1},
        {"max_epochs": 4},
        {"random_state": 1},
        {"precision": "float64"},
        {"net_params": {"module__gate": "softmax", "optimizer__eps": 1e-2}},
    ],
    ids=lambda params: next(iter(params)),
)
def test_a_parameter_changes_what_is_learned(toy, params):
    assert differs(*toy, **params)


@pytest.mark.parametrize("params", [{"l1": 0.3}, {"weight_decay": 30.0}])
def test_a_penalty_makes_weights_small(toy, params):
    size = [
        np.abs(np.concatenate([w.ravel() for w in weights(model)])).sum()
        for model in (
            quick(**params, max_epochs=20, lr=1e-2).fit(*toy),
            quick(max_epochs=20, lr=1e-2).fit(*toy),
        )
    ]
    assert size[0] < 0.8 * size[1]


def test_precision_is_that_of_the_weights(toy):
    for precision in ["float32", "float64"]:
        assert {str(w.dtype) for w in weights(quick(precision=precision).fit(*toy))} == {precision}


def test_hidden_modalities_in_training_help_when_they_are_missing():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = make_frame(
        strong=rng.normal(size=(200, 2)) + 3 * y[:, None],
        weak=rng.normal(size=(200, 2)) + y[:, None],
    )
    alone = drop_modalities(X, ["strong"])
    scores = [
        quick(max_epochs=30, dropout=0.0, modality_dropout=q).fit(X, y).score(alone, y)
        for q in (0.5, 0.0)
    ]
    assert scores[0] >= scores[1]
    assert scores[0] > 0.65


def test_early_stopping_stops_and_restores_the_best_epoch():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 5)), np.arange(80) % 2  # nothing to learn
    params = {"early_stopping": True, "validation_fraction": 0.25, "lr": 1e-2, "dropout": 0.0}
    model = quick(**params, max_epochs=200, patience=5).fit(X, y)
    loss = model.history_["valid_loss"]
    assert model.n_iter_ == len(loss) < 200
    best = int(loss.argmin()) + 1
    assert model.n_iter_ == best + 5
    until_best = quick(**params, max_epochs=best, patience=5).fit(X, y)
    assert_array_equal(model.predict_proba(X), until_best.predict_proba(X))


def test_early_stopping_keeps_no_data(toy):
    assert quick(early_stopping=True).fit(*toy).net_.train_split is None


def test_a_device_that_is_not_there_is_refused(toy):
    with pytest.raises(ValueError, match="device='cuda:99' cannot be used"):
        quick(device="cuda:99").fit(*toy)


def test_early_stopping_of_skorch_ends_training_normally(toy):
    stop = EarlyStopping(
        monitor="train_loss", patience=1, threshold=1e3, threshold_mode="abs", sink=list
    )
    assert quick(callbacks=[stop], max_epochs=20).fit(*toy).n_iter_ == 2


def test_verbose_prints_a_line_per_epoch(toy, capsys):
    quick().fit(*toy)
    assert capsys.readouterr().out == ""
    quick(verbose=1).fit(*toy)
    assert "train_loss" in capsys.readouterr().out


def test_history_has_a_row_per_epoch(toy):
    X, y = toy
    history = quick().fit(X, y).history_
    assert list(history) == ["epoch", "train_loss"]
    assert history["epoch"].tolist() == [1, 2, 3]
    stopped = quick(early_stopping=True).fit(X, y).history_
    assert list(stopped) == ["epoch", "train_loss", "valid_loss"]


def test_there_is_no_history_before_fit():
    assert not hasattr(quick(), "history_")


# -- failures -----------------------------------------------------------------------------------


class Interrupt(Callback):
    """Press Ctrl-C in the second epoch, as a signal from outside does."""

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 2:
            timer = threading.Timer(0.05, _thread.interrupt_main)
            timer.start()
            timer.join()


def test_ctrl_c_ends_fit_and_leaves_the_old_model(toy):
    X, y = toy
    model = quick().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(KeyboardInterrupt):
        model.set_params(callbacks=[Interrupt()], early_stopping=True, max_epochs=1000).fit(
            X, 1 - y
        )
    assert_array_equal(model.predict_proba(X), before)


@pytest.mark.parametrize("warm_start", [False, True])
def test_a_failed_refit_leaves_the_old_model(toy, warm_start):
    X, y = toy
    model = quick(warm_start=warm_start).fit(X, y)
    before, state = model.predict_proba(X), set(vars(model))
    with pytest.raises(FloatingPointError):
        model.set_params(lr=1e12, optimizer="sgd", max_epochs=50).fit(X, y)
    assert_array_equal(model.predict_proba(X), before)
    assert set(vars(model)) == state


def test_a_failed_first_fit_leaves_nothing(toy):
    X, y = toy
    model = quick()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, y[:-1])
    assert not hasattr(model, "n_features_in_")
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_a_loss_that_is_not_finite_names_the_epoch_and_the_way_out(toy):
    with pytest.raises(
        FloatingPointError, match=r"training loss is (nan|inf) in epoch \d+;.*smaller lr"
    ):
        quick(lr=1e12, optimizer="sgd", max_epochs=50).fit(*toy)


def test_values_too_large_for_the_net_are_named_with_their_row(toy):
    X, y = toy
    huge = X["sensor"].array.tensor.copy()
    huge[5] = 1e300
    with pytest.raises(ValueError, match=r"row 5 \(index 5\): the scores.*torch.float32 can hold"):
        quick().fit(X, y).predict(X.assign(sensor=TensorArray(huge)))


def test_a_nan_in_a_present_sample_is_named(toy):
    X, y = toy
    bad = X["sensor"].array.tensor.copy()
    bad[5, 1] = np.nan
    bad = X.assign(sensor=TensorArray(bad))
    expected = r"modality 'sensor', row 5 \(index 5\): the sample holds 1 NaN"
    with pytest.raises(ModalityError, match=expected):
        quick().fit(bad, y)
    with pytest.raises(ModalityError, match=expected):
        quick().fit(X, y).predict(bad)


# -- inside scikit-learn ------------------------------------------------------------------------


def test_a_grid_reaches_the_parameters(toy):
    X, y = toy
    search = GridSearchCV(quick(), {"fusion": ["gated", "concat"], "lr": [1e-3, 1e-2]}, cv=2).fit(
        X, y
    )
    assert len(search.cv_results_["params"]) == 4
    assert search.predict(X).shape == (40,)


def test_bagging_works_on_a_frame_with_nulls(holes):
    X, y = holes
    bagged = BaggingClassifier(quick(), n_estimators=2, random_state=0).fit(X, y)
    assert bagged.predict(X).shape == (40,)


def test_cross_validation_works_on_padded_sequences():
    y = np.arange(40) % 2
    motion = np.random.default_rng(0).normal(size=(40, 6, 2)) + y[:, np.newaxis, np.newaxis]
    motion[::3, 4:] = np.nan
    assert (
        cross_val_score(quick(max_epochs=20, lr=1e-2), make_frame(motion=motion), y, cv=2).mean()
        > 0.6
    )


def test_columns_are_found_by_name_at_predict(toy):
    X, y = toy
    model = quick().fit(X, y)
    shuffled = X.assign(extra=0.0)[["text", "extra", "sensor", "image"]]
    assert_array_equal(model.predict_proba(shuffled), model.predict_proba(X))


def test_a_clone_is_unfitted_and_has_the_parameters(toy):
    model = quick(callbacks=[Recorder()]).fit(*toy)
    again = clone(model)
    assert not hasattr(again, "net_")
    assert again.embed_dim == 8


# -- parameters that reach further in -------------------------------------------------------------


def test_early_stopping_holds_out_the_share_asked_for_from_every_class(toy, monkeypatch):
    X, y = toy
    seen = []

    def spy(groups, fraction, seed):
        seen.append((groups.tolist(), fraction))
        return hold_out(groups, fraction, seed)

    monkeypatch.setattr("skmm.nn._estimator.hold_out", spy)
    quick(early_stopping=True, validation_fraction=0.3).fit(X, y)
    assert seen == [(y.tolist(), 0.3)]


def test_the_head_drops_units_in_training(toy):
    X, y = toy
    head = quick(dropout=0.4, hidden_dims=(8, 8)).fit(X, y).net_.module_.head
    assert [m.p for m in head.modules() if isinstance(m, torch.nn.Dropout)] == [0.4, 0.4]


@pytest.mark.parametrize("cell", [[[1.0, 2.0], [3.0]], {"a": 1}, ["x"]])
def test_a_cell_that_is_no_array_of_numbers_is_named(cell):
    X = make_frame(a=[np.ones(2), np.ones(2)]).astype(object)
    X.at[1, "a"] = cell
    with pytest.raises(
        ModalityError, match=r"modality 'a', row 1 \(index 1\).*not an array of numbers"
    ):
        quick().fit(X, [0, 1])


def test_tuples_and_lists_of_numbers_are_samples():
    X = make_frame(a=[(1.0, 2.0), [3.0, 4.0]])
    assert quick().fit(X, [0, 1]).cell_shapes_ == {"a": (2,)}


def test_complex_numbers_are_refused():
    X = make_frame(a=np.ones((2, 2)), b=np.array([1 + 2j, 3j]))
    with pytest.raises(ModalityError, match="modality 'b'"):
        quick().fit(X, [0, 1])
