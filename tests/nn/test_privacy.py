"""Private training spends what was asked for, learns, tells nothing else, and refuses the rest."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from opacus.accountants import create_accountant
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from skorch.callbacks import EpochScoring
from torch import nn

import skmm
from skmm import DeepFusionClassifier, DeepFusionRegressor, make_frame
from skmm.frame import drop_modalities
from skmm.nn import MultitaskFusion, SequenceEncoder
from skmm.privacy import DPSGD, PrivacyWarning

QUICK = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "device": "cpu"}


def private(epsilon=5.0, *, model=DeepFusionClassifier, delta=None, **params):
    return model(privacy=DPSGD(epsilon, delta=delta), **(QUICK | params))


@pytest.fixture
def toy():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    X = make_frame(
        audio=rng.normal(size=(120, 4)) + y[:, np.newaxis],
        image=rng.normal(size=(120, 1, 6, 6)) - y.reshape(-1, 1, 1, 1),
    )
    return X, y


def test_what_was_spent_is_what_opacus_adds_up(toy):
    model = private(batch_size=16, max_epochs=3).fit(*toy)
    assert model.sample_rate_ == 1 / 8  # as many batches as of fixed size, the last one smaller
    assert model.n_steps_ == 3 * 8
    books = create_accountant("rdp")
    for _ in range(model.n_steps_):
        books.step(noise_multiplier=model.noise_multiplier_, sample_rate=model.sample_rate_)
    assert model.epsilon_ == pytest.approx(books.get_epsilon(model.delta_))
    assert 0.99 * 5.0 < model.epsilon_ <= 5.0
    assert model.delta_ == pytest.approx(120**-1.1)


@pytest.mark.filterwarnings("ignore:random_state=0:skmm.privacy.PrivacyWarning")
def test_with_little_noise_it_learns_as_it_does_without():
    rng = np.random.default_rng(1)
    y = np.arange(600) % 3
    X = make_frame(
        audio=rng.normal(size=(600, 4)) + y[:, np.newaxis],
        image=rng.normal(size=(600, 1, 6, 6)) - y.reshape(-1, 1, 1, 1),
    )
    options = {"max_epochs": 12, "embed_dim": 16, "hidden_dims": (16,), "dropout": 0.0, "lr": 1e-2}
    scores = [
        DeepFusionClassifier(**options, privacy=privacy, random_state=0, device="cpu")
        .fit(X[:400], y[:400])
        .score(X[400:], y[400:])
        for privacy in (None, DPSGD(1000.0), DPSGD(0.2))
    ]
    assert scores[0] > 0.95
    assert scores[1] > scores[0] - 0.05
    assert scores[2] < scores[0] - 0.2  # so that it is the noise which was little


def test_noise_is_fresh_unless_it_is_seeded(toy):
    X, y = toy
    fresh = [private().fit(X, y).predict_proba(X) for _ in range(2)]
    assert not np.array_equal(*fresh)
    with pytest.warns(PrivacyWarning, match="random_state=0 lets whoever knows it.*None"):
        seeded = [private(random_state=0).fit(X, y).predict_proba(X) for _ in range(2)]
    np.testing.assert_array_equal(*seeded)


def test_numpys_global_seed_does_not_seed_the_noise(toy):
    X, y = toy
    state = np.random.get_state()  # noqa: NPY002
    outcomes = []
    for _ in range(2):
        np.random.set_state(state)  # noqa: NPY002
        torch.manual_seed(0)
        outcomes.append(private().fit(X, y).predict_proba(X))
    np.random.set_state(state)  # noqa: NPY002
    assert not np.array_equal(*outcomes)


def test_nothing_in_the_state_is_a_statistic_of_the_samples(toy):
    X, y = toy
    X = drop_modalities(X, rate=0.2, random_state=0)
    model = private().fit(X, y == 0)  # a third and two thirds
    np.testing.assert_array_equal(model.class_prior_, [0.5, 0.5])
    for scaler in model.net_.network.scalers:
        assert scaler.mean.eq(0).all()
        assert scaler.scale.eq(1).all()
    assert list(model.history_) == ["epoch"]


def test_labels_and_numbers_have_public_statistics(toy):
    X, y = toy
    labels = private().fit(X, np.column_stack([y == 0, y == 1]).astype(int))
    np.testing.assert_array_equal(labels.class_prior_, [0.5, 0.5])
    numbers = private(model=DeepFusionRegressor).fit(X, y + 7.0)
    assert (numbers.y_mean_, numbers.y_scale_) == (0.0, 1.0)


def test_a_regressor_learns_numbers_of_size_one(toy):
    X, y = toy
    model = private(1000.0, model=DeepFusionRegressor, max_epochs=40, lr=1e-2)
    assert model.fit(X, y - 1.0).score(X, y - 1.0) > 0.6


def test_a_fit_without_privacy_forgets_what_was_spent(toy):
    model = private().fit(*toy)
    model.set_params(privacy=None).fit(*toy)
    assert not hasattr(model, "epsilon_")


def test_a_search_over_epsilon(toy):
    X, y = toy
    search = GridSearchCV(
        make_pipeline(private()), {"deepfusionclassifier__privacy__epsilon": [2.0, 50.0]}, cv=2
    ).fit(X, y)
    best = search.best_params_["deepfusionclassifier__privacy__epsilon"]
    assert search.best_estimator_[-1].epsilon_ == pytest.approx(best, rel=0.01)


def test_a_schedule_steps_as_often_as_there_are_batches(toy):
    # 103 samples in batches of 17: the one that is left over has no batch of its own.
    X, y = toy
    model = private(lr_schedule="one_cycle", batch_size=17).fit(X[:103], y[:103])
    assert model.n_steps_ == 2 * 6
    assert model.sample_rate_ == 1 / 6


def test_full_batches_have_every_sample(toy):
    model = private(batch_size=-1).fit(*toy)
    assert (model.sample_rate_, model.n_steps_) == (1.0, 2)


WITHOUT_OPACUS = """
import pickle, sys
sys.modules["opacus"] = None
import numpy as np, skmm
folder = sys.argv[1]
X, expected = pickle.load(open(folder + "/data.pkl", "rb"))
with open(folder + "/model.pkl", "rb") as file:
    models = [pickle.load(file), skmm.load(folder + "/model.skmm")]
for model in models:
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-6)
    print(round(model.epsilon_, 1), model.privacy)
"""


def test_a_model_is_loaded_and_predicts_without_opacus(toy, tmp_path):
    X, y = toy
    model = private().fit(X, y)
    skmm.dump(model, tmp_path / "model.skmm")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((X, model.predict_proba(X))))
    command = [sys.executable, "-c", WITHOUT_OPACUS, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == 2 * ["5.0 DPSGD(epsilon=5.0)"]


def test_a_pickle_names_no_module_of_opacus(toy):
    assert b"opacus" not in pickle.dumps(private().fit(*toy))


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"warm_start": True}, "warm_start=True would go on"),
        ({"early_stopping": True}, "early_stopping=True would choose an epoch by exact losses"),
        ({"lr_schedule": "plateau"}, "lr_schedule='plateau' follows exact losses"),
        ({"class_weight": "balanced"}, "class_weight is divided by its mean"),
        ({"class_weight": {0: 2.0}}, "class_weight is divided by its mean"),
        ({"auxiliary_weight": 0.5}, "auxiliary_weight=0.5 takes the mean loss"),
        ({"max_grad_norm": 1.0}, "max_grad_norm=1.0 is for the gradient of a batch.*DPSGD"),
        ({"l1": 0.1}, "l1=0.1 would be clipped.*weight_decay"),
        ({"callbacks": [EpochScoring("accuracy")]}, "callbacks may look at exact losses"),
        ({"net_params": {"compile": True}}, r"net_params holds \['compile'\]"),
        ({"precision": "bfloat16"}, "precision='bfloat16' rounds"),
    ],
)
def test_what_would_break_privacy_is_refused(toy, params, match):
    with pytest.raises(ValueError, match=f"{match}.*or set privacy=None"):
        private(**params).fit(*toy)


def test_sample_weights_and_parts_are_refused(toy):
    X, y = toy
    with pytest.raises(ValueError, match="sample_weight is divided by its mean.*leave it out"):
        private().fit(X, y, sample_weight=np.ones(len(y)))
    with pytest.raises(ValueError, match="partial_fit would spend privacy anew"):
        private().partial_fit(X, y, classes=[0, 1, 2])


def test_a_refused_fit_leaves_the_model_as_it_was(toy):
    X, y = toy
    model = private().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="warm_start"):
        model.set_params(warm_start=True).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.epsilon_ > 0


def test_recurrent_cells_are_refused(toy):
    _, y = toy
    X = make_frame(audio=np.random.default_rng(0).normal(size=(120, 5, 3)))
    with pytest.raises(ValueError, match="modality 'audio' is read by recurrent cells.*'tcn'"):
        private().fit(X, y)
    private(encoders={"audio": ("sequence", {"body": "tcn"})}).fit(X, y)


def test_recurrent_cells_within_a_module_are_refused(toy):
    _, y = toy
    X = make_frame(audio=np.random.default_rng(0).normal(size=(120, 5, 3)))
    with pytest.raises(ValueError, match="modality 'audio' is read by recurrent cells"):
        private(encoders={"audio": SequenceEncoder(3, 8)}).fit(X, y)


class Normalized(nn.Sequential):
    def __init__(self, norm):
        super().__init__(nn.Flatten(), nn.Linear(36, 8), norm)


def test_batch_normalization_is_refused_and_normalization_of_a_sample_is_not(toy):
    X, y = toy
    with pytest.raises(ValueError, match=r"BatchNorm1d, at 'encoders.1.module.2'.*GroupNorm"):
        private(encoders={"image": Normalized(nn.BatchNorm1d(8))}).fit(X, y)
    private(encoders={"image": Normalized(nn.LayerNorm(8))}).fit(X, y)


def test_tables_are_not_as_large_as_private_ids(toy):
    _, y = toy
    X = make_frame(text=np.random.default_rng(0).integers(1, 9, size=(120, 5)))
    with pytest.raises(
        ValueError, match="modality 'text' holds ids of tokens, and the largest one"
    ):
        private().fit(X, y)
    options = {"vectors": np.eye(20), "body": "tcn"}
    model = private(encoders={"text": ("tokens", options)}).fit(X, y)
    assert model.network_["modalities"] == {"text": ("tokens", 20)}


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_numbers_of_another_size_are_warned_of(toy, factor):
    X, y = toy
    X = make_frame(audio=X["audio"].array.tensor * factor, image=X["image"])
    with pytest.warns(PrivacyWarning, match="modality 'audio' has values of size.*about 1"):
        private().fit(X, y)


def test_numbers_of_size_one_are_not_warned_of(toy):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        private().fit(*toy)


def test_several_tasks_know_no_privacy():
    with pytest.raises(TypeError, match="unexpected keyword argument 'privacy'"):
        MultitaskFusion(privacy=DPSGD(1.0))


def test_there_are_no_losses_to_draw(toy):
    with pytest.raises(ValueError, match="there are no losses to draw"):
        private().fit(*toy).plot_history()
