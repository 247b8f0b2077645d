"""Private training spends what was asked for, learns all the same, and is kept without opacus."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from opacus.accountants import create_accountant
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import skmm
from skmm import DeepFusionClassifier, DeepFusionRegressor, make_frame
from skmm.privacy import DPSGD, PrivacyWarning
from tests.nn.quick import private


def test_what_was_spent_is_what_opacus_adds_up(unit_toy):
    model = private(batch_size=16, max_epochs=3).fit(*unit_toy)
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


def test_noise_is_fresh_unless_it_is_seeded(unit_toy):
    X, y = unit_toy
    fresh = [private().fit(X, y).predict_proba(X) for _ in range(2)]
    assert not np.array_equal(*fresh)
    with pytest.warns(PrivacyWarning, match="random_state=0 lets whoever knows it.*None"):
        seeded = [private(random_state=0).fit(X, y).predict_proba(X) for _ in range(2)]
    np.testing.assert_array_equal(*seeded)


def test_numpys_global_seed_does_not_seed_the_noise(unit_toy):
    X, y = unit_toy
    state = np.random.get_state()  # noqa: NPY002
    outcomes = []
    for _ in range(2):
        np.random.set_state(state)  # noqa: NPY002
        torch.manual_seed(0)
        outcomes.append(private().fit(X, y).predict_proba(X))
    np.random.set_state(state)  # noqa: NPY002
    assert not np.array_equal(*outcomes)


@pytest.mark.filterwarnings("ignore:random_state=0:skmm.privacy.PrivacyWarning")
def test_a_regressor_learns_numbers_of_size_one(unit_toy):
    X, y = unit_toy
    model = private(1000.0, model=DeepFusionRegressor, max_epochs=40, lr=1e-2, random_state=0)
    assert model.fit(X, y - 1.0).score(X, y - 1.0) > 0.6


def test_a_fit_without_privacy_forgets_what_was_spent(unit_toy):
    model = private().fit(*unit_toy)
    model.set_params(privacy=None).fit(*unit_toy)
    assert not hasattr(model, "epsilon_")


def test_a_search_over_epsilon(unit_toy):
    X, y = unit_toy
    search = GridSearchCV(
        make_pipeline(private()), {"deepfusionclassifier__privacy__epsilon": [2.0, 50.0]}, cv=2
    ).fit(X, y)
    best = search.best_params_["deepfusionclassifier__privacy__epsilon"]
    assert search.best_estimator_[-1].epsilon_ == pytest.approx(best, rel=0.01)


def test_a_schedule_steps_as_often_as_there_are_batches(unit_toy):
    # 103 samples in batches of 17: the one that is left over has no batch of its own.
    X, y = unit_toy
    model = private(lr_schedule="one_cycle", batch_size=17).fit(X[:103], y[:103])
    assert model.n_steps_ == 2 * 6
    assert model.sample_rate_ == 1 / 6


def test_full_batches_have_every_sample(unit_toy):
    model = private(batch_size=-1).fit(*unit_toy)
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


def test_a_model_is_loaded_and_predicts_without_opacus(unit_toy, tmp_path):
    X, y = unit_toy
    model = private().fit(X, y)
    skmm.dump(model, tmp_path / "model.skmm")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((X, model.predict_proba(X))))
    command = [sys.executable, "-c", WITHOUT_OPACUS, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == 2 * ["5.0 DPSGD(epsilon=5.0)"]


def test_a_pickle_names_no_module_of_opacus(unit_toy):
    assert b"opacus" not in pickle.dumps(private().fit(*unit_toy))


def test_there_are_no_losses_to_draw(unit_toy):
    with pytest.raises(ValueError, match="there are no losses to draw"):
        private().fit(*unit_toy).plot_history()
