"""Estimators with encoders that users chose: trained, saved, cloned, with rates of their own."""

import io
import pickle

import joblib
import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from torch import nn

from skmm import ModalityError
from skmm._tensor import TensorArray
from skmm.frame import make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor
from tests.nn._encoders import photo_network
from tests.nn._encoders.photo_network import NAME

QUICK = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}
STEPS = [{"body": body} for body in ("lstm", "gru", "tcn", "transformer")] + [
    {"bidirectional": False, "pool": "last", "n_layers": 2},
    {"pool": "max", "dropout": 0.1},
]
CHOICES = [
    {"sensor": ("vector", {"hidden_dims": (6,)})},
    {"image": ("image", {"body": "resnet"})},
    {"image": ("image", {"body": NAME, "trainable": 2})},
    *({"motion": ("sequence", options)} for options in STEPS),
    *({"text": ("tokens", options)} for options in STEPS),
    {"text": ("tokens", {"vectors": np.ones((20, 3)), "trainable": False})},
]


class Convolution(nn.Module):
    """A user's encoder, with layers that depend on the batch and on chance."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1)
        )

    def forward(self, images):
        return self.body(images)


@pytest.fixture
def data():
    """Four modalities, some of them missing, and two classes."""
    rng = np.random.default_rng(0)
    n, y = 24, np.arange(24) % 2
    motion = rng.normal(size=(n, 6, 2)) + y[:, None, None]
    motion[::3, 4:] = np.nan
    text = rng.integers(1, 9, size=(n, 5)) + 9 * y[:, None]
    text[::2, 3:] = 0
    X = make_frame(
        sensor=rng.normal(size=(n, 3)),
        image=rng.integers(0, 256, size=(n, 3, 8, 8), dtype=np.uint8),
        motion=motion,
        text=text,
    )
    return X, y


@pytest.fixture
def holes(data):
    X, y = data
    present = np.random.default_rng(1).random(X.shape) < 0.7
    columns = {
        name: TensorArray(X[name].array.tensor, present[:, column]) for column, name in enumerate(X)
    }
    return X.assign(**columns), y


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    return photo_network.install(monkeypatch)


def quick(**params):
    return DeepFusionClassifier(**(QUICK | params))


def by_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def by_pickle(model):
    return pickle.loads(pickle.dumps(model))


def name_of(encoders):
    name, choice = next(iter(encoders.items()))
    return "-".join([name, *map(str, choice[1]), str(choice[1].get("body", ""))])


@pytest.mark.parametrize("encoders", CHOICES, ids=name_of)
def test_a_model_trains_and_is_saved(holes, encoders):
    X, y = holes
    model = quick(encoders=encoders).fit(X, y)
    assert np.isfinite(model.history_["train_loss"]).all()
    again = by_pickle(model)
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert_array_equal(quick(encoders=encoders).fit(X, y).predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("filling", [0, 255])
@pytest.mark.parametrize("encoders", CHOICES, ids=name_of)
def test_what_lies_in_a_missing_cell_never_matters(holes, encoders, filling):
    X, y = holes
    other = {}
    for name in X:
        tensor, absent = X[name].array.tensor.copy(), X[name].isna().to_numpy()
        tensor[absent] = filling
        other[name] = TensorArray(tensor, ~absent)
    other = X.assign(**other)
    results = [quick(encoders=encoders).fit(Z, y).predict_proba(Z) for Z in (X, other)]
    assert_array_equal(*results)


@pytest.mark.parametrize("copied", [by_pickle, by_joblib])
def test_a_module_is_copied_trained_and_saved(holes, copied):
    X, y = holes
    module = Convolution()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    model = quick(encoders={"image": module}).fit(X, y)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    encoder = model.net_.module_.encoders[1]
    assert not torch.equal(encoder.module.body[0].weight, module.body[0].weight)
    assert encoder.linear.weight.shape == (8, 4 * 6 * 6)
    again = copied(model)
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert_array_equal(
        quick(encoders={"image": module}).fit(X, y).predict_proba(X), again.predict_proba(X)
    )


def test_a_module_sees_standardized_numbers(data):
    X, y = data
    seen = []
    module = nn.Flatten()
    module.register_forward_hook(lambda m, inputs, _: seen.append(inputs[0]))
    quick(encoders={"image": module}, batch_size=-1, max_epochs=1).fit(X, y)
    batch = next(x for x in seen if len(x) == 24)
    assert batch.dtype == torch.float32
    np.testing.assert_allclose(batch.mean(dim=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(batch.std(dim=(0, 2, 3), unbiased=False), 1, rtol=1e-5)


def test_a_lazy_module_and_one_for_ids_work(data):
    X, y = data
    lazy = nn.Sequential(nn.Flatten(), nn.LazyLinear(5), nn.ReLU())
    words = nn.Sequential(nn.Embedding(30, 4), nn.Flatten())
    model = quick(encoders={"image": lazy, "text": words}, precision="float64").fit(X, y)
    assert_array_equal(by_pickle(model).predict_proba(X), model.predict_proba(X))


def test_a_module_that_does_not_fit_is_named_with_its_modality(data):
    with pytest.raises(ValueError, match=r"encoders\['image'\]: Linear, tried on a batch of shape"):
        quick(encoders={"image": nn.Linear(3, 4)}).fit(*data)


@pytest.mark.parametrize(
    ("encoders", "message"),
    [
        ({"text": ("tokens", {"body": "rnn"})}, r"encoders\['text'\]: body='rnn'; expected"),
        ({"motion": ("sequence", {"body": "transformer", "n_heads": 3})}, r"'motion'\]: n_heads=3"),
        ({"text": ("tokens", {"vectors": np.ones((3, 2))})}, r"'text'\]: vectors has 3 rows"),
        ({"image": ("image", {"body": NAME, "trainable": 9})}, r"'image'\]: trainable=9"),
    ],
)
def test_wrong_values_are_named_with_their_modality(data, encoders, message):
    with pytest.raises(ValueError, match=message):
        quick(encoders=encoders).fit(*data)


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (lambda x: x.astype(float), r"modality 'image', row 0.*values go from .* in \[0, 1\]"),
        (lambda x: x.astype(int), r"modality 'image': holds int64 values, and a pretrained"),
    ],
    ids=["floats to 255", "integers"],
)
def test_a_pretrained_network_refuses_what_are_no_pixels(data, scale, message):
    X, y = data
    encoders = {"image": ("image", {"body": NAME})}
    wrong = X.assign(image=TensorArray(scale(X["image"].array.tensor)))
    with pytest.raises(ModalityError, match=message):
        quick(encoders=encoders).fit(wrong, y)
    with pytest.raises(ModalityError, match=message):
        quick(encoders=encoders).fit(X, y).predict(wrong)


def test_a_pretrained_network_sees_pixels_and_not_standardized_numbers(data):
    X, y = data
    model = quick(encoders={"image": ("image", {"body": NAME})}).fit(X, y)
    floats = X.assign(image=TensorArray((X["image"].array.tensor / 255).astype(np.float32)))
    np.testing.assert_allclose(model.predict_proba(floats), model.predict_proba(X), rtol=1e-5)
    assert not any(key.startswith("scalers.1") for key in model.net_.module_.state_dict())


def test_a_loaded_model_fetches_no_weights(data, asked):
    X, y = data
    model = quick(encoders={"image": ("image", {"body": NAME, "trainable": "all"})}).fit(X, y)
    asked.clear()
    again = by_pickle(model)
    assert set(asked) == {None}
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("trainable", ["head", 2, "all"])
def test_fine_tuning_changes_what_it_may(data, trainable):
    X, y = data
    model = quick(encoders={"image": ("image", {"body": NAME, "trainable": trainable})}).fit(X, y)
    network = model.net_.module_.encoders[1].body.network
    fresh = photo_network.trained().state_dict()
    changed = {
        k.split(".")[0] for k, v in network.state_dict().items() if not torch.equal(v, fresh[k])
    }
    assert (
        changed
        == {"head": set(), 2: {"last"}, "all": {"conv", "norm", "blocks", "last"}}[trainable]
    )


def test_an_encoder_has_a_learning_rate_of_its_own(data):
    X, y = data
    encoders = {
        "text": ("tokens", {"lr": 1e-12}),
        "image": ("image", {"body": NAME, "trainable": "all", "lr": 1e-2}),
    }
    model = quick(encoders=encoders, weight_decay=0.0, optimizer="sgd", lr=0.1).fit(X, y)
    rates = {
        id(p): group["lr"] for group in model.net_.optimizer_.param_groups for p in group["params"]
    }
    for name, parameter in model.net_.module_.named_parameters():
        expected = 0.1
        if name.startswith("encoders.3."):
            expected = 1e-12
        if name.startswith("encoders.1.body."):
            expected = 1e-2
        assert rates[id(parameter)] == expected, name


class Video(nn.Module):
    """A user's encoder of clips (frames, channels, height, width)."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 5)

    def forward(self, x):
        assert x.shape[1:] == (3, 2, 4, 4)
        return self.linear(x.mean(dim=(1, 3, 4)))


def test_a_module_reads_video_that_is_standardized_as_a_whole():
    rng, y = np.random.default_rng(0), np.arange(24) % 2
    clips = rng.normal(5, 3, size=(24, 3, 2, 4, 4)) + y[:, None, None, None, None]
    X = make_frame(v=TensorArray(clips, np.arange(24) != 3), sensor=rng.normal(size=(24, 2)))
    encoders = {"v": (Video(), {"lr": 1e-12})}
    model = quick(encoders=encoders).fit(X, y)
    scaler, rest = model.net_.network.scalers[0], np.delete(clips, 3, axis=0)
    np.testing.assert_allclose(scaler.mean, [rest.mean()])
    np.testing.assert_allclose(scaler.scale, [rest.std()])
    weight = model.net_.network.encoders[0].module.linear.weight
    assert torch.allclose(weight, encoders["v"][0].linear.weight, atol=1e-9)
    assert_array_equal(by_pickle(model).predict_proba(X), model.predict_proba(X))
    assert model.partial_fit(X.assign(v=[None] * 24), y).n_iter_ == 3


@pytest.mark.parametrize("estimator", [DeepFusionClassifier, DeepFusionRegressor])
def test_a_clone_has_the_choices_and_shares_none_of_them(data, estimator):
    X, y = data
    vectors = np.random.default_rng(0).normal(size=(20, 3))
    encoders = {"image": Convolution(), "text": ("tokens", {"vectors": vectors, "lr": 1e-3})}
    model = estimator(**QUICK, encoders=encoders)
    again = clone(model)
    assert again.get_params()["encoders"] is not encoders
    assert_array_equal(again.encoders["text"][1]["vectors"], vectors)
    assert_array_equal(again.fit(X, y).predict(X), model.fit(X, y).predict(X))
    assert "Convolution" in repr(model)


@pytest.mark.parametrize("name", ["sensor", "image", "motion", "text"])
def test_a_modality_may_be_missing_in_all_that_predict_and_partial_fit_get(data, name):
    X, y = data
    encoders = {"image": ("image", {"body": NAME})}
    model = quick(encoders=encoders).fit(X, y)
    alone = X.iloc[:3].assign(**{name: [None] * 3})
    hidden = X.iloc[:3].assign(
        **{name: TensorArray(X[name].array.tensor[:3], np.zeros(3, dtype=bool))}
    )
    assert_array_equal(model.predict_proba(alone), model.predict_proba(hidden))
    assert model.partial_fit(alone, y[:3]).n_iter_ == 3


def test_a_grid_tries_encoders(data):
    X, y = data
    grid = {
        "encoders": [{"text": ("tokens", {"body": body})} for body in ("gru", "tcn")] + ["auto"]
    }
    search = GridSearchCV(quick(), grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_warm_start_goes_on_with_chosen_encoders(data):
    X, y = data
    encoders = {"image": ("image", {"body": NAME, "lr": 1e-4}), "motion": Motion()}
    model = quick(encoders=encoders, warm_start=True, max_epochs=1).fit(X, y).fit(X, y)
    assert model.n_iter_ == 2
    unfrozen = {"image": ("image", {"body": NAME, "lr": 1e-4, "trainable": 2}), "motion": Motion()}
    by_pickle(model).set_params(encoders=unfrozen).fit(X, y)
    model.set_params(encoders=unfrozen).fit(X, y)
    last = model.net_.module_.encoders[1].body.network.last[0].weight
    assert not torch.equal(last, photo_network.trained().last[0].weight)


def test_moments_follow_their_parameters_when_a_rate_is_added(data):
    X, y = data
    model = quick(warm_start=True).fit(X, y)
    plain = by_pickle(quick(warm_start=True)).fit(X, y).fit(X, y)
    model.set_params(encoders={"text": ("tokens", {"lr": model.lr})}).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X), rtol=1e-5)


class Motion(nn.Module):
    """A user's encoder of sequences."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 3)

    def forward(self, x):
        return self.linear(torch.nan_to_num(x)).mean(dim=1)
